"""Who says what a sentence says, and whether it is denied. Pure, by cue lists: `data/stance.toml`.

A reader who checks what an alert stands on wants to know whose words they are. The rules are for the common ways of
news: they do not resolve "he", and they read what is on the page as it stands there, irony included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.quotations import is_speech, quotations, without
from extractors.sentences import Span, sayable
from extractors.speakers import attribution, turn
from extractors.stance_cues import cue, plain

LONGEST_SPEAKER = 100  # characters
LONGEST = 2_000  # characters of a sentence; what is longer is a table or a trap
AROUND = 2_000  # characters before and after a sentence that may open and close its quotation marks

_BEFORE, _AFTER = 400, 200  # characters around a quotation that may name its speaker
_MOST = 0.5  # of a sentence's letters
_LANGUAGES = frozenset({"en", "ru", "zh"})
_LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_LETTER = re.compile(r"[^\W\d_]")
_STOP = re.compile(r"[.!?…][\s”\"»]|[。！？]")
_CLAUSE = re.compile(r"[,;:()—–，；：（）]|(?<=\s)-(?=\s)")
_ASKS = ("?", "？", "？」", "?”", "？”", '?"', "?»", "?’")
_GO_ON = frozenset(",，?!？！。")  # before the mark that closes what somebody then is said to have said
_COLON = (":", "：")
_QUOTE_OPENS = '“«「『„"‘ \t'
_TITLE = re.compile(r"《[^《》]{0,60}》")


@dataclass(frozen=True, slots=True)
class Stance:
    """Whose words a sentence is in, and how it stands to its point."""

    quoted: bool = False  # somebody else's words or claim
    speaker: str = ""  # a name or an office as written; "" where none is known
    negated: bool = False  # denies its point
    hedged: bool = False  # is not sure of it


def stance(text: str, start: int, end: int, language: str) -> Stance:
    """How `text[start:end]` stands to what it says; nothing is known of languages other than en, ru and zh.

    Takes time in the length of the sentence and at most `AROUND` characters on either side of it.
    """
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text), start + LONGEST))
    if language not in _LANGUAGES or start == end:
        return Stance()
    first, last = _paragraph(text, start, end)
    marked = quotations(text, first, last)
    speech = [span for span in marked if is_speech(text, span)]
    quoted, speaker = _voice(text, (start, end), (first, last), speech, language)
    said = without(text[start:end], [span for span in marked if span not in set(speech)], start)
    said = _TITLE.sub(lambda title: "\0" * len(title[0]), plain(said))
    return Stance(quoted, _piece(text, speaker), _denies(said, language), _doubts(said, language))


# --- whose words ----------------------------------------------------------------------------------


def _voice(text: str, sentence: Span, paragraph: Span, speech: list[Span], language: str) -> tuple[bool, Span]:
    """Whether somebody else speaks, and where he is named."""
    start, end = sentence
    here = turn(plain(text[start:end]), language, start) if _titled(text, sentence) else None
    here = here or _attributed(text, sentence, speech, language)
    if here is not None and here[0] < here[1]:
        return True, here
    inside = _is_inside(text, sentence, speech)
    if inside:
        return True, (start, start) if here else _around(text, sentence, paragraph, speech, language)
    if here is not None:
        return True, here
    led = _before_colon(text, start, language)
    return led is not None, led or (start, start)


def _attributed(text: str, span: Span, speech: list[Span], language: str) -> Span | None:
    """Where a reporting frame in a passage names the speaker, empty where it names nobody; None without a frame."""
    start, end = span
    own = without(text[start:end], [one for one in speech if one[0] < end and start < one[1]], start)
    found = attribution(plain(own), language)
    return (found[0] + start, found[1] + start) if found else None


def _titled(text: str, sentence: Span) -> bool:
    """Whether the sentence begins its line, as a turn of an interview or a headline does."""
    return not text[max(0, sentence[0] - 1) : sentence[0]].strip(" \t" + _LINE_ENDS)


def _is_inside(text: str, sentence: Span, speech: list[Span]) -> bool:
    letters = _letters(text, *sentence)
    inside = sum(_letters(text, max(a, sentence[0]), min(b, sentence[1])) for a, b in speech)
    return inside > _MOST * letters


def _letters(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _LETTER.finditer(text, start, end)) if start < end else 0


def _around(text: str, sentence: Span, paragraph: Span, speech: list[Span], language: str) -> Span:
    """Who is named as the speaker after the quotation of a sentence, else before it."""
    start, end = sentence
    closes = max((b for a, b in speech if a < end and start < b), default=end)
    opens = min((a for a, b in speech if a < end and start < b), default=start)
    last = min(paragraph[1], closes + _AFTER)
    stop = _STOP.search(text, closes, last)
    goes_on = closes >= end and text[closes - 2 : closes - 1] in _GO_ON
    after = (closes - 1, stop.start() + 1 if stop else last)
    found = _attributed(text, after, speech, language) if goes_on else None
    before = (max(paragraph[0], opens - _BEFORE), opens)
    found = found or _attributed(text, _last_sentence(text, before), speech, language)
    found = found or _before_colon(text, opens, language, told=True)
    return found or (start, start)


def _before_colon(text: str, place: int, language: str, *, told: bool = False) -> Span | None:
    """Who is said to speak in a sentence that ends with a colon right before `place`; None where nobody is.

    With `told` it is known that somebody speaks, so the one with whom the sentence begins will do.
    """
    first = max(0, place - _BEFORE)
    lead = text[first:place].rstrip(_QUOTE_OPENS + _LINE_ENDS)
    if not lead.endswith(_COLON):
        return None
    begins, ends = _last_sentence(text, (first, first + len(lead)))
    line = [match.end() for match in _LINE_END.finditer(text, begins, ends)]
    begins = line[-1] if line else begins
    found = attribution(plain(text[begins:ends]), language)
    if found is None:
        found = turn(plain(text[begins:ends]), language, told=told)
    return (found[0] + begins, found[1] + begins) if found else None


def _last_sentence(text: str, span: Span) -> Span:
    """The last sentence of a passage, as far as full stops tell."""
    start, end = span
    while end > start and text[end - 1].isspace():
        end -= 1
    stops = [match.end() for match in _STOP.finditer(text, start, max(start, end - 1))]
    return (stops[-1] if stops else start), end


def _piece(text: str, span: Span) -> str:
    start, end = span
    if not sayable(text, span):
        return ""
    piece = text[start:end]
    if len(piece) > LONGEST_SPEAKER:
        piece = piece[:LONGEST_SPEAKER].rpartition(" ")[0] or piece[:LONGEST_SPEAKER]
    return piece.strip()


def _paragraph(text: str, start: int, end: int) -> Span:
    """The line around a sentence, as much of it as is looked at."""
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    breaks = [match.end() for match in _LINE_END.finditer(text, first, start)]
    after = _LINE_END.search(text, end, last)
    return (breaks[-1] if breaks else first), (after.start() if after else last)


# --- denied, doubted ------------------------------------------------------------------------------


def _denies(said: str, language: str) -> bool:
    """Whether a cue of denial stands in what the sentence comes down to: no side clause, and nothing before a "but"."""
    if said.rstrip().endswith(_ASKS):
        return False
    said = _blanked(cue(language, "no_denials"), said)
    turns = [match.end() for match in cue(language, "turns").finditer(said) if match.start() > 0]
    turns = [place for place in turns if language != "zh" or _opens_clause(said, place)]
    main = said[turns[-1] :] if turns else said
    return any(cue(language, "denials").search(clause) for clause in _main_clauses(main, language))


def _opens_clause(said: str, place: int) -> bool:
    """Whether a Chinese turn stands where a clause begins: 却 may stand within one as well."""
    return bool(re.search(r"[，；,;。][^，；,;。]{1,4}$", said[max(0, place - 6) : place]))


def _main_clauses(said: str, language: str) -> list[str]:
    """The clauses of a sentence without side clauses, which end with the next comma or bracket."""
    sides = cue(language, "sides")
    clauses = []
    for clause in _CLAUSE.split(said):
        side = sides.match(clause.strip()) if language == "zh" else sides.search(clause)
        clauses.append(clause[: side.start()] if side else clause)
    return clauses


def _doubts(said: str, language: str) -> bool:
    return bool(cue(language, "hedges").search(_blanked(cue(language, "no_hedges"), said)))


def _blanked(pattern: re.Pattern[str], said: str) -> str:
    return pattern.sub(lambda found: "\0" * len(found[0]), said)
