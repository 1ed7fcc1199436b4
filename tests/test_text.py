"""What strings become at the door, whatever they held outside."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.language import language_of
from extractors.text import CharsetError, clean, clean_text, decode, plain_text

ANY = st.text(st.characters(exclude_categories=()), max_size=200)
FORBIDDEN = {"Cc", "Cs"}


@given(ANY, st.integers(1, 300))
def test_a_clean_line_is_clean(s: str, limit: int) -> None:
    """A cleaned line has no surrogate, control, line break or double space, is in NFC and within its limit."""
    line = clean(s, limit)
    assert len(line) <= limit
    assert not {unicodedata.category(c) for c in line} & FORBIDDEN
    assert "  " not in line
    assert not set(line) & set("\u2028\u2029\u202e\u200b\u00ad\ufeff")
    assert unicodedata.is_normalized("NFC", line)


@given(ANY)
def test_cleaning_twice_changes_nothing(s: str) -> None:
    """What is clean stays as it is."""
    assert clean(clean(s, 300), 300) == clean(s, 300)
    assert clean_text(clean_text(s, 300), 300) == clean_text(s, 300)


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        ("a\x00b\x01c", "abc"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("one\u2028two\r\nthree\u00a0four", "one two three four"),
        ("cafe\u0301", "caf\u00e9"),
        ("со\u00adюз", "союз"),
        ("  中俄\u3000合作 ", "中俄 合作"),
    ],
)
def test_clean(s: str, expected: str) -> None:
    """Controls and direction marks go, line ends are spaces, accents join their letters."""
    assert clean(s, 100) == expected


def test_paragraphs_stay() -> None:
    """A text keeps its lines, without empty ones."""
    assert clean_text(" One  line.\r\n\r\n\tAnother. \n", 100) == "One line.\nAnother."


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Gas &amp; <b>gra</b>in</p><div>north<br>south</div>", "Gas & grain\nnorth\nsouth"),
        ("5 &lt; 6, 7 < 8", "5 < 6, 7 < 8"),
        ("one\ntwo\n\nthree &mdash; four", "one two\nthree — four"),
        ("<script>if (a<b) x()</script>seen<style>p{}</style>", "seen"),
        ("a<!-- hidden -->b<![CDATA[<i>c</i>]]><![if !IE]>d", "a bc d"),
        ("<ul><li>first<li>second</ul>", "first\nsecond"),
        ("cut <a href='x", "cut <a href='x"),
        ("&#xD800; &#0; &bogus;", "\ufffd \ufffd &bogus;"),
    ],
)
def test_plain_text(markup: str, expected: str) -> None:
    """Tags go, entities are decoded, blocks become lines; scripts and comments are not text."""
    assert plain_text(markup, 1000) == expected


@given(ANY)
def test_plain_text_never_fails(markup: str) -> None:
    """Nothing that claims to be HTML raises, and what comes out is clean."""
    text = plain_text(markup, 300)
    assert clean_text(text, 300) == text


@pytest.mark.parametrize("piece", ["<!--", "<", "<a", "</a", "<a b='", "&", "<![", "<!", "<script>", "\u0301\u0316"])
def test_hostile_markup_takes_no_time(piece: str) -> None:
    """A hundred thousand broken tags, comments or accents take less than a second."""
    start = time.process_time()
    plain_text(piece * 100_000, 200_000)
    assert time.process_time() - start < 10


RUSSIAN = "Мост открыт для грузовиков, но очередь стоит."


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "iso-8859-5", "utf-8", "mac-cyrillic"])
def test_declared_charsets_count(charset: str) -> None:
    """Bytes are read in the charset that is declared."""
    assert decode(RUSSIAN.encode(charset), [charset]) == RUSSIAN


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_count_more(charset: str) -> None:
    """A byte order mark says what a text is, whatever is declared."""
    assert decode(RUSSIAN.encode(charset), ["windows-1252"]) == RUSSIAN


def test_utf8_is_utf8_whatever_is_declared() -> None:
    """Valid UTF-8 is read as UTF-8, and a slip or two do not change that."""
    assert decode(RUSSIAN.encode(), ["iso-8859-1", "windows-1251"]) == RUSSIAN
    slipped = RUSSIAN.encode() * 5 + b"\xd0"
    assert decode(slipped, ["utf-8"]) == RUSSIAN * 5 + "\ufffd"


def test_what_is_no_utf8_is_western() -> None:
    """Text declared as UTF-8, or not at all, that is none is read as Windows' Western charset."""
    assert decode(b"caf\xe9 \x93na\xefve\x94", ["utf-8"]) == "café “naïve”"
    assert decode(b"caf\xe9", []) == "café"


def test_a_default_charset_counts_less() -> None:
    """Latin-1 in the answer's header, where servers put it unasked, yields to what the document itself declares."""
    assert decode(RUSSIAN.encode("cp1251"), ["iso-8859-1", "windows-1251"]) == RUSSIAN


@pytest.mark.parametrize("charset", ["punycode", "undefined", "utf-7", "idna", "unicode_escape", "hex"])
def test_codecs_that_are_no_charsets_are_refused(charset: str) -> None:
    """Python knows codecs that no document is written in; they raise."""
    with pytest.raises(CharsetError, match=charset):
        decode(b"plain", [charset])


def test_unknown_charsets() -> None:
    """A charset nobody knows does no harm to UTF-8; other bytes cannot be read then."""
    assert decode(RUSSIAN.encode(), ["nonsense"]) == RUSSIAN
    with pytest.raises(CharsetError, match="nonsense"):
        decode(RUSSIAN.encode("cp1251"), ["nonsense"])


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        ("Two neighbours, one pipeline", "The price is set in the south and the gas comes from the north.", "en"),
        ("Сосед не спешит", "Переговоры о цене газа идут третий год, и конца им не видно.", "ru"),
        ("Сусід не поспішає", "Переговори про ціну газу тривають третій рік.", "uk"),
        ("邻国不着急", "天然气价格谈判已进入第三年，双方都说快了。", "zh"),
        ("邻国", "", "zh"),
        ("G7峰会：邻国的账本", "", "zh"),
        ("隣国は急がない", "天然ガスの価格交渉は三年目に入った。", "ja"),
        ("이웃은 서두르지 않는다", "", "ko"),
        ("Der Nachbar hat keine Eile", "Über den Gaspreis wird seit drei Jahren verhandelt.", "de"),
        ("Le voisin n'est pas pressé", "Le prix du gaz se négocie depuis trois ans.", "fr"),
        ("2026", "", ""),
        ("", "", ""),
    ],
)
def test_language(title: str, text: str, language: str) -> None:
    """The language is told from title and lead; "" where there are no letters."""
    assert language_of(title, text) == language
