"""Values from outside become plain strings, once, at the door.

What leaves this file holds no surrogates, no control or direction characters, is in NFC and has a set
length. It is still untrusted: whoever shows it escapes it.
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

TITLE, AUTHOR, SUMMARY, TEXT = 500, 200, 10_000, 200_000  # characters

_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # C0 and C1, but for those that are white space
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction: they make a text look like another
    "\u00ad\u200b\u2060\ufeff\ufffe\uffff]"  # soft hyphen, zero width space and the like: they split words
)
_PIECE = 1_000
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(s: str, limit: int) -> str:
    """Make one line of at most `limit` characters."""
    return " ".join(_levelled(s).split())[:limit].rstrip()


def clean_text(s: str, limit: int) -> str:
    """Like `clean`, but every line stays a line; empty ones go."""
    lines = (" ".join(line.split()) for line in _BREAKS.split(_levelled(s)))
    return "\n".join(line for line in lines if line)[:limit].rstrip()


def _levelled(s: str) -> str:
    s = _UNSEEN.sub("", _SURROGATE.sub("\ufffd", s))
    return s if s.isascii() else "".join(unicodedata.normalize("NFC", piece) for piece in _pieces(s))


def _pieces(s: str) -> Iterator[str]:
    """Cut a text into pieces, before a letter rather than before its accents.

    Normalising is quadratic in a run of accents: half a million of them take three minutes in one piece.
    """
    start = 0
    while start < len(s):
        end = start + _PIECE
        while end < min(len(s), start + 2 * _PIECE) and unicodedata.combining(s[end]):
            end += 1
        yield s[start:end]
        start = end


# --- HTML -----------------------------------------------------------------------------------------

_BLOCK = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|div|fieldset|figcaption|figure|footer|form|h[1-6r]|header|li|main|nav|"
    "[ou]l|option|p|pre|section|table|t[dhr]"
)
_HIDDEN = frozenset({"script", "style"})
# Each alternative runs to its end or to the end of the text: html.parser would look for the end of an
# unclosed comment again and again, which is quadratic, and raises AssertionError for `<![odd[`.
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
_DECLARATIONS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)


class _PlainText(HTMLParser):
    """Collects the text of a fragment; block elements end a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  html.parser's signature
        self._hidden = tag in _HIDDEN
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  same
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in _HIDDEN
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            # Only elements break lines in HTML; line feeds in the source are white space.
            self.parts.append(_BREAKS.sub(" ", data))

    def _break(self, tag: str) -> None:
        if _BLOCK.fullmatch(tag):
            self.parts.append("\n")


def plain_text(markup: str, limit: int) -> str:
    """The text of an HTML fragment: entities decoded, one line per block, at most `limit` characters.

    In text without any markup an empty line ends a block, as its writers mean it.
    """
    markup = _DECLARATIONS.sub(" ", _CDATA.sub(r"\1", markup[: 20 * limit]))
    if "<" not in markup:
        blocks = (_BREAKS.sub(" ", block) for block in _EMPTY_LINE.split(html.unescape(markup)))
        return clean_text("\n".join(blocks), limit)
    parser = _PlainText()
    end = markup.rfind(">") + 1
    parser.feed(markup[:end] + markup[end:].replace("<", "&lt;"))  # what is never closed is no tag
    parser.close()
    return clean_text("".join(parser.parts), limit)


# --- bytes ----------------------------------------------------------------------------------------

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (("utf-32-be", b"\0\0\0<"), ("utf-32-le", b"<\0\0\0"), ("utf-16-be", b"\0<\0"), ("utf-16-le", b"<\0"))
_SUPERSETS = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
_CHARSETS = re.compile(
    r"utf-(8|16|32)(-[bl]e)?|iso8859-\d+|cp(125\d|437|8\d\d|9\d\d|037)|koi8-[rut]|mac-[\w-]+|gb18030|big5(hkscs)?|"
    r"euc_(jp|kr|jis_2004|jisx0213)|shift_jis\w*|iso2022_jp\w*|iso2022_kr|johab|tis-620|ptcp154"
)


class CharsetError(ValueError):
    """The charset is none that documents are written in, or nobody knows it and the bytes are not UTF-8."""


def decode(body: bytes, declared: Iterable[str]) -> str:
    """Make text of bytes; of the `declared` charsets the first that fits wins. Raises CharsetError.

    Bytes that are UTF-8 throughout, or but for a few slips, are UTF-8 whatever anybody declares: servers and
    generators name a default charset more often than other text happens to look like UTF-8.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for name, start in _WIDE:
        if body.startswith(start):
            return body.decode(name, "replace")
    said = [name for name in declared if name]
    known = [name for name in map(_charset, said) if name]
    if _is_utf8(body) and not (body.isascii() and known):
        return body.decode("utf-8", "replace")
    for name in sorted(known, key="cp1252".__eq__):  # servers name it unasked, so any other one goes first
        try:
            return body.decode(name)
        except UnicodeError:
            continue
    if said and not known:
        raise CharsetError(f"Nobody knows the declared charset {clean(said[0], 40)}.")
    return body.decode("cp1252", "replace")


def _charset(name: str) -> str:
    """Python's name for a charset; "" for one that nobody knows. Raises CharsetError for what is no charset of text."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""
    found = _SUPERSETS.get(found, found)
    if not _CHARSETS.fullmatch(found):
        raise CharsetError(f"The declared charset {clean(name, 40)} is not one to read.")
    return found


def _is_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 but for at most one slip in fifty characters beyond ASCII."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        slips = text.count("\ufffd")
        return slips * 50 <= len(text) - len(text.encode("ascii", "ignore"))
    return True
