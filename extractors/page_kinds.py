"""What is not an article, though a page came: walls, stubs, missing pages, players, galleries, listings. Pure.

Every rule asks for little text of the page's own beside the sign itself: an article may speak of walls, show a video or
ask for a subscription. Where both are possible the page is an article: a wall that slips through says nothing of China
and Russia, while an article taken for a wall is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from extractors.page_signs import PageSigns
from extractors.page_words import words

# All lengths are of text as `size` measures it, which is in characters of an alphabet.
SHELL = 300  # below that a page holds a message rather than an article, whatever it says of itself
SHORT = 900  # a page that does not say that it is an article has to have more, to be one beside a sign of a wall
TEASER = 1_500  # beyond that a text that breaks off is worth more than its summary
LISTED = 4_000  # a missing page may go on with what is read most
PREFERENCES = 8_000  # of purposes and partners that a consent wall lists
NEITHER = 1_200  # words around a video or pictures
BLURB = 250  # between two headings of a listing
MESSAGE = 140  # a wall speaks in lines of its own; in a longer one it is spoken of
FEWEST_LINKS, FEWEST_CAPTIONS, FEWEST_PICTURES = 6, 6, 3
FAR, MOST_LINES = 4, 0.75  # lines below a heading that belong to another one; what of a listing has to be listed
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
_IDEOGRAPH = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_CUT = re.compile(r"(…|\.\.\.|\[…\]|\[\.\.\.\])[»”\"]?$")
_WORD = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|\\w+")
_TITLE_PART = re.compile(r"\s+[-–—|·•/»]+\s+|\s*[|｜_]\s*")
_AROUND = ' .!…:。！：-–—"«»“”'
_HOME = re.compile(r"/?(index\.\w+|home|main|[a-z]{2}(-[a-z]{2})?)?/?", re.IGNORECASE)
_WHOLE = 0.8  # of the words that a page says it has


def kind_of(signs: PageSigns, text: str, address: str = "", asked: str = "") -> str:
    """The kind of page that is no article, or "": consent, paywall, soft_404, bot_challenge, video, gallery, listing.

    Also no_text, for a page that only asks for scripts. `text` is what was extracted as its article; `address` is where
    it was found and `asked` the link that led there.
    """
    place = _Place(address, asked)
    for kind, is_one in _RULES.items():
        if is_one(signs, text, place):
            return kind
    return ""


def size(text: str) -> int:
    """The length of a text in characters of an alphabet: an ideograph says as much as three of them."""
    return len(text) + 2 * len(_IDEOGRAPH.findall(text))


class _Place:
    """Where a page was found, and where it was looked for."""

    def __init__(self, address: str, asked: str) -> None:
        (self.host, self.path, query), (host, path, _) = _split(address), _split(asked)
        self.moved = bool(address and asked) and (self.host, self.path) != (host, path)
        same_site = self.host == host or self.host.endswith(f".{host}") or host.endswith(f".{self.host}")
        is_home = _HOME.fullmatch(self.path) is not None and not query
        self.sent_home = self.moved and same_site and is_home and not _HOME.fullmatch(path)


def _is_challenge(signs: PageSigns, text: str, _: _Place) -> bool:
    own = text or signs.shown
    if size(own) >= (SHELL if signs.is_article else SHORT):
        return False
    if size(own) < SHELL and words("challenge").search(f"{own}\n{signs.without_scripts}"):
        return True
    sourced = bool(words("challenge_source").search(signs.sources)) and not signs.is_article
    return sourced or _is_titled(signs, words("challenge_title")) or _is_mostly(words("challenge"), own)


def _needs_scripts(signs: PageSigns, text: str, _: _Place) -> bool:
    own = text or signs.shown
    return size(own) < SHELL and bool(own) and bool(words("scripts").search(own))


def _is_missing(signs: PageSigns, text: str, place: _Place) -> bool:
    length = size(text)
    if place.sent_home or words("missing_path").search(place.path):
        return not signs.is_article or length < SHORT
    if _is_titled(signs, words("missing_title")):
        return length < (SHORT if signs.is_article else LISTED)
    own = text or signs.shown
    if size(own) < SHELL:
        return any(map(words("missing").search, (*signs.titles, own)))
    return size(own) < SHORT and not signs.is_article and _is_mostly(words("missing"), own)


def _asks_consent(signs: PageSigns, text: str, place: _Place) -> bool:
    own = text or signs.shown
    length = size(own)
    if length < SHELL and words("consent_short").search("\n".join((*signs.titles, own))):
        return True
    if length > (TEASER if signs.is_article else PREFERENCES):
        return False
    sentences = [sentence for sentence in _SENTENCE.split(own) if sentence.strip()]
    about = sum(bool(words("consent").search(sentence)) for sentence in sentences)
    if not about:
        return False
    elsewhere = place.moved and bool(words("consent_place").search(f"{place.host}{place.path}"))
    titled = _is_titled(signs, words("consent_title")) and not signs.is_article
    return elsewhere or titled or (about > 1 and len(sentences) <= 2 * about and bool(words("consent_act").search(own)))


def _asks_payment(signs: PageSigns, text: str, place: _Place) -> bool:
    length = size(text)
    if length >= TEASER:
        return False
    counted = len(_WORD.findall(text))
    if signs.words and counted >= _WHOLE * signs.words:
        return False
    if place.moved and length < SHORT and words("paywall_place").search(place.path):
        return True
    lines, titles = text.split("\n"), {_bare(title) for title in signs.titles}
    in_text = any(map(words("paywall").search, _messages(lines[-6:])))
    beside = _messages(line for line in signs.shown.split("\n") if _bare(line) not in titles)
    asked = in_text or any(map(words("paywall").search, beside))
    if signs.words >= 2 * counted and signs.words > counted + 100:
        return asked or signs.paid
    cut = any(map(_CUT.search, lines[-2:]))
    return (asked and (in_text or cut or signs.paid or length < SHORT / 2)) or (signs.paid and cut)


def _is_video(signs: PageSigns, text: str, place: _Place) -> bool:
    if size(text) >= NEITHER / 2:
        return False
    has_player = bool(signs.players) or "VideoObject" in signs.types
    said = _says(signs, words("video_title")) or bool(words("video_path").search(place.path))
    declared = signs.network_type.startswith("video") or ("VideoObject" in signs.types and not signs.is_article)
    return declared or (has_player and said)


def _is_gallery(signs: PageSigns, text: str, place: _Place) -> bool:
    captions = {_bare(caption) for caption in signs.captions} - {""}
    if size(text) >= PREFERENCES:
        return False
    lines = text.split("\n")
    prose = "\n".join(line for line in lines if not any(_is_part(_bare(line), caption) for caption in captions))
    said = _says(signs, words("gallery_title")) or bool(words("gallery_path").search(place.path))
    declared = bool(signs.types & {"ImageGallery", "MediaGallery"}) and not signs.is_article
    if said or declared:
        return max(signs.pictures, len(captions)) >= FEWEST_PICTURES and size(prose) < NEITHER
    return len(captions) >= FEWEST_CAPTIONS and size(prose) < min(BLURB, size(text) / 3)


def _is_listing(signs: PageSigns, text: str, _: _Place) -> bool:
    if signs.is_article:
        return False
    headings = {_bare(heading) for heading in signs.linked_headings} - {""}
    if len(headings) < FEWEST_LINKS or size(text) >= BLURB * len(headings):
        return False
    introduced, since = headings.copy(), FAR
    for line in map(_bare, signs.shown.split("\n")):
        since = 0 if line in headings else since + 1
        if since < FAR:
            introduced.add(line)
    lines = [_bare(line) for line in text.split("\n")]
    return sum(line in introduced for line in lines) >= MOST_LINES * len(lines)


_RULES = {
    "bot_challenge": _is_challenge,
    "no_text": _needs_scripts,
    "soft_404": _is_missing,
    "consent": _asks_consent,
    "paywall": _asks_payment,
    "video": _is_video,
    "gallery": _is_gallery,
    "listing": _is_listing,
}


def _is_titled(signs: PageSigns, pattern: re.Pattern[str]) -> bool:
    """Whether a title, or what is left of it without the site's name, is one of these and nothing more."""
    return any(pattern.fullmatch(part.strip(_AROUND)) for part in _parts(signs.titles))


def _says(signs: PageSigns, pattern: re.Pattern[str]) -> bool:
    return any(map(pattern.search, _parts(signs.titles)))


def _parts(titles: Iterable[str]) -> set[str]:
    """Titles, and what they are without the site's name."""
    return {part for title in titles for part in (title, *_TITLE_PART.split(title))}


def _is_mostly(pattern: re.Pattern[str], text: str) -> bool:
    """Whether half of the sentences are of that kind."""
    sentences = [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]
    return 0 < len(sentences) <= 2 * sum(bool(pattern.search(sentence)) for sentence in sentences)


def _messages(lines: Iterable[str]) -> Iterable[str]:
    return (line for line in lines if size(line) <= MESSAGE)


def _split(address: str) -> tuple[str, str, str]:
    """Host without `www.`, path and query; empty where the address is none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").removeprefix("www."), parts.path, parts.query
    except ValueError:
        return "", "", ""


def _bare(line: str) -> str:
    return "".join(filter(str.isalnum, line.casefold()))


def _is_part(line: str, caption: str) -> bool:
    return bool(line) and (line in caption or caption in line)
