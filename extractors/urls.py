"""One article, one URL: what identifies a page, without what only says how the reader came to it."""

from __future__ import annotations

import re
import uuid
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

LONGEST = 2048  # characters

# Only parameters that cannot tell two articles of a site apart: to keep one too many costs a copy, which the
# fingerprint finds; to drop one too many loses articles. That is why courlan does not do this: it also drops `cid`,
# `gallery` and `eid`, and every parameter without a value, by which some sites number their articles.
_TRACKING = re.compile(
    r"(utm|mtm|hsa|vero|oly|ns|at|itm|guce|__twitter|traffic)_\w+|pk_(campaign|kwd|keyword|source|medium|content|cid)|"
    r"wt_z?mc\w*|(fb|g|d|y|tw|tt)clid|ysclid|msclkid|[gw]braid|gclsrc|igshi?d?|li_fat_id|mkt_tok|"
    r"mc_[ce]id|_hs(enc|mi)|_ga|_gl|epik|xtor|spm|cmp|cmpid|ocid|ncid|smid|maca|ftag|ito|sref|srnd|"
    r"(php|asp|j)sess(ion)?id\w*"
)
_CAME_FROM = re.compile(r"ref|ref_?src|referr?er|src|source|from|via|share|partner")
_PLACES = re.compile(r"twitter|x|facebook|telegram|whatsapp|vk|weibo|wechat|e?mail|newsletter|home(page)?|mobile")
_FEEDS = re.compile(r"rss[\d._-]*(feed|all)?|feed|atom", re.IGNORECASE)
_SESSION_IN_PATH = re.compile(r";(jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_SLASHES = re.compile(r"/{2,}")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_WITH_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SCHEMES = {"http": 80, "https": 443}
_VARIANT_HOST = re.compile(r"(amp|m|mobile)\.")
_VARIANT_PATH = re.compile(r"/(amp|mobile)(/|$)|[./-]amp(\.html?)?$|[?&](amp|output[tT]ype=amp)\b")


def absolute(url: str, base: str = "") -> str | None:
    """The address to fetch: http or https, with a host, resolved against `base`; None if it is no such thing."""
    parts = _split(url, base)
    return urlunsplit(parts._replace(fragment="")) if parts else None


def canonical(url: str, base: str = "") -> str | None:
    """The address that identifies the article; None if it is not one to fetch.

    Scheme and host in lower case, the host in ASCII, without default port, fragment, credentials, session and tracking
    parameters; the others sorted. Canonicalising twice changes nothing.
    """
    parts = _split(url, base)
    if parts is None or parts.hostname is None:
        return None
    try:
        host = parts.hostname.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if not host:
        return None
    if ":" in host:
        host = f"[{host}]"
    if parts.port not in (None, _SCHEMES[parts.scheme]):
        host = f"{host}:{parts.port}"
    path = _levelled(_SLASHES.sub("/", _SESSION_IN_PATH.sub("", parts.path))) or "/"
    found = urlunsplit((parts.scheme, host, path, _query(parts.query), ""))
    return found if len(found) <= LONGEST else None


def variant_of(url: str, linked: str) -> str:
    """The canonical URL of which `url` is the AMP or mobile variant, by its page's own canonical link; else "".

    The link is believed only there, and only within one site: many pages name their front page, or a copy's original.
    """
    ours, theirs = canonical(url), canonical(linked, url)
    if not ours or not theirs or article_id(ours) == article_id(theirs):
        return ""
    (here, path), (there, their_path) = _place(ours), _place(theirs)
    is_variant = _VARIANT_HOST.match(here) or _VARIANT_PATH.search(path)
    same_site = _bare(here) == _bare(there)
    return theirs if is_variant and same_site and their_path != "/" else ""


def _place(url: str) -> tuple[str, str]:
    """Host, and path with query."""
    _, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return host, slash + path


def _bare(host: str) -> str:
    return _VARIANT_HOST.sub("", host.removeprefix("www."), count=1)


def article_id(canonical_url: str) -> uuid.UUID:
    """The article's key: uuid5 of the canonical URL, the same for http and https."""
    if canonical_url.startswith("http://"):
        canonical_url = f"https://{canonical_url.removeprefix('http://')}"
    return uuid.uuid5(uuid.NAMESPACE_URL, canonical_url)


def _split(url: str, base: str) -> SplitResult | None:
    """The parts of a usable address, without credentials.

    Line feeds and tabs inside it are slips, as in a browser; spaces are escaped; feeds that escape twice are forgiven.
    """
    url = re.sub("[\x00-\x1f\x7f\ud800-\udfff]", "", url).strip().replace(" ", "%20").replace("&amp;", "&")
    if not url or len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url if _WITH_SCHEME.match(url) else urljoin(base, url))
        usable = parts.scheme.lower() in _SCHEMES and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is none, brackets that do not match, look-alikes of / and :
        return None
    if not usable or re.search(r"[\s\\<>\"^`{|}%]", parts.netloc):
        return None
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.rpartition("@")[2])


def _query(query: str) -> str:
    """The parameters that matter, sorted, otherwise as they stand."""
    return "&".join(sorted(_levelled(parameter) for parameter in query.split("&") if _matters(parameter)))


def _matters(parameter: str) -> bool:
    name, _, value = parameter.lower().partition("=")
    tracking = _TRACKING.fullmatch(name) or _FEEDS.fullmatch(value)
    return bool(parameter) and not tracking and not (_CAME_FROM.fullmatch(name) and _PLACES.fullmatch(value))


def _levelled(part: str) -> str:
    """Escapes in one form: what needs none as itself, the others in capitals; what needs one gets it."""
    return quote(_ESCAPE.sub(_unescaped, part), safe="/%:=&?@!$'()*+,;~[]")


def _unescaped(match: re.Match[str]) -> str:
    """A letter that needs no escaping as itself, any other escape in capitals."""
    letter = chr(int(match[1], 16))
    return letter if _UNRESERVED.fullmatch(letter) else match[0].upper()
