"""Whom a sentence names as the one who says it: "according to X", "X said that", ", said X", "X：". Pure.

What is quoted at length is blanked out by the caller. Places are offsets; an empty place means that somebody speaks
who is not named ("he said", "据报道").
"""

from __future__ import annotations

import re
from functools import cache

from extractors.sentences import Span, trim
from extractors.speakers_zh import attribution as chinese_attribution
from extractors.speakers_zh import turn as chinese_turn
from extractors.stance_cues import bounded, cue, lists

_MOST_NAMES = 4  # words of one man's name
MOST_WORDS = 12  # of a speaker; what is longer is half a sentence

_EDGE = ',;:()—–“”«»"„\0!?'
_EDGES = re.compile(f"[{_EDGE}]")
_MARKS = '“”«»"„\0’‘'
_WORD = re.compile(r"[^\s,;:()—–“”«»\"„\0]{1,40}")
_NAME_END = re.compile(rf"[{_EDGE}]|(?<=\w\w)\.(?=\s|$)|\.$|\s-\s")
_ARTICLE = re.compile(r"(?:the|a|an|one|its|his|her|their|our)\s", re.IGNORECASE)
_POSSESSED = re.compile(
    r"\bin ([A-Z][\w.-]{0,30}(?: [A-Z][\w.-]{0,30}){0,3})'s (?:view|opinion|words|telling|reading)\b"
)
_TOLD = {
    # After a verb that says so only where this follows.
    "en": re.compile(
        r"(?:\s(?:on|in|at|to|during|last|this|earlier|yesterday|today|again|also|after|before)(?:\s[\w'-]{1,30}){0,6}?)?"
        r"(?:\sthat\b|(?:,|\s\w{3,20}ly)?\s?[:“\"\0])"
    ),
    "ru": re.compile(r"(?:\s[\w-]{1,30}){0,6}?(?:,? (?:о том, )?(?:что|будто)\b|:\s?[«“\"\0])|,? как\b|\s?[:«“\"\0]"),
}
_AS = re.compile(r"(?:as|как)\b", re.IGNORECASE)
_ALSO_DID = re.compile(r"\w\s(?:and|и)$")  # rose and said
_SIDE = re.compile(r"\s(?:who|which|whose|котор\w{2,3})\s")
_LED = re.compile(
    r"(?:in|on|at|without|during|since|by|after|for|with|from|under|over|last|в|во|на|по|после|при|с|со)\s",
    re.IGNORECASE,
)
_HOUSE = re.compile(r"[Вв]о? (?=[А-ЯЁ])")
_CLAUSES = {
    "en": re.compile(
        r"\b(?:that|but|while|because|as|when|where|although|though|whether|if|how|why|what|yet|then|and (?=[a-z]))\b"
    ),
    "ru": re.compile(r"\b(?:что|но|пока|когда|где|хотя|если|как|чем|однако|и тогда)\b", re.IGNORECASE),
}


def attribution(sentence: str, language: str) -> Span | None:
    """Where the speaker of `sentence` is named; an empty span for one without a name, None where nobody speaks.

    `sentence` has simple apostrophes, and NUL for what is quoted at length.
    """
    if language == "zh":
        return chinese_attribution(sentence)
    found = [frame for frame in (_sourced(sentence, language), *_spoken(sentence, language)) if frame]
    return min(found, default=None)  # the first of them says what the others are said to say


def turn(sentence: str, language: str, base: int = 0, *, told: bool = False) -> Span | None:
    """Where the speaker stands with whose name and a colon `sentence` begins; None where it begins with a topic.

    With `told` the sentence is known to lead to speech, and whoever it begins with is the speaker.
    """
    begins = _subject if told else _turned
    found = chinese_turn(sentence) if language == "zh" else begins(sentence, language)
    return (found[0] + base, found[1] + base) if found else None


# --- according to X -------------------------------------------------------------------------------


def _sourced(sentence: str, language: str) -> Span | None:
    match = cue(language, "sources").search(sentence)
    if match:
        return _forward(sentence, match.end(), language)
    view = _POSSESSED.search(sentence) if language == "en" else None
    return view.span(1) if view else None


# --- X said, said X -------------------------------------------------------------------------------


def _spoken(sentence: str, language: str) -> list[Span]:
    found: list[Span] = []
    for match in _verbs(language).finditer(sentence):
        frame = _frame(sentence, match, language)
        if frame:
            found.append(frame)
    return found


def _frame(sentence: str, verb: re.Match[str], language: str) -> Span | None:
    start, end = verb.span()
    edge = max((sentence.rfind(mark, 0, start) for mark in _EDGE), default=-1)
    segment = _bare(sentence, edge + 1, start, language)
    before = sentence[edge + 1 : start].strip()
    as_told = _AS.match(before)  # as X has noted, как отмечает X
    told = bool(as_told or _TOLD[language].match(sentence, end))
    if as_told and segment[0] == segment[1]:
        return _forward(sentence, end, language)
    if any(_refuses(sentence[segment[0] : stop].strip(), language) for stop in (segment[1], start)):
        return None
    if told and _ALSO_DID.search(before):
        return _subject(sentence[: segment[1]], language, edge + 1)
    if segment[0] < segment[1]:
        closes = sentence[: segment[0]].rstrip()[-1:] in {",", "—", "–", *_MARKS} and _is_last(sentence, end)
        return _back(sentence, segment, language) if verb["plain"] or told or closes else None
    return _inverted(sentence, edge, verb, language, told=told) if edge >= 0 else None


def _inverted(sentence: str, edge: int, verb: re.Match[str], language: str, *, told: bool) -> Span | None:
    """The speaker of a verb that stands right after a comma or a mark: he comes next, or before an apposition."""
    start, end = verb.span()
    comma = sentence[edge] == ","
    told = told and not (language == "ru" and sentence.startswith(" «", end))
    if comma and (told or verb[0].lower().startswith(("told", "tell"))):
        return _apposed(sentence, edge, language)
    follows = _forward(sentence, end, language)
    if follows[0] < follows[1]:
        return follows
    if comma and verb["plain"] and not _is_last(sentence, end):
        return _apposed(sentence, edge, language)
    return (start, start) if sentence[edge] in _MARKS + "—–" or _is_nobody(sentence[end:], language) else None


def _refuses(before: str, language: str) -> bool:
    """Whether what stands before a verb makes it no report of speech: "needless to say", "did not say", "I think"."""
    return any(
        re.search(rf"{bounded(language, lists(language)[name])}$", before, re.IGNORECASE)
        for name in ("not_said", "authors")
    )


def _is_last(sentence: str, end: int) -> bool:
    return not sentence[end : end + 40].strip(" .,!?…" + _MARKS) or sentence[end : end + 1] in {",", "."}


def _back(sentence: str, segment: Span, language: str) -> Span:
    """The speaker in what stands before a verb: its last clause, without what says when and where."""
    start, end = segment
    clause = [match.end() for match in _CLAUSES[language].finditer(sentence, start, end)]
    start, end = _bare(sentence, clause[-1] if clause else start, end, language)
    side = _SIDE.search(sentence, start, end)
    end = side.start() if side else end
    house = _HOUSE.match(sentence, start, end) if language == "ru" else None
    if house:
        start = house.end()
    elif _LED.match(sentence, start, end) or len(sentence[start:end].split()) > MOST_WORDS:
        start = _name_before(sentence, start, end, language)
    return _clean(sentence, start, end, language)


def _name_before(sentence: str, start: int, end: int, language: str) -> int:
    """Where the name or office begins with which `sentence[start:end]` ends."""
    begin = end
    for word in reversed(list(_WORD.finditer(sentence, start, end))):
        if not (word[0][0].isupper() or cue(language, "offices").fullmatch(word[0]) or word[0] in {"of", "for", "the"}):
            break
        if _LED.match(sentence[word.start() :]):
            break
        begin = word.start()
    return begin


def _apposed(sentence: str, edge: int, language: str) -> Span | None:
    """The speaker before the comma at `edge`: "Wang Yi, China's foreign minister, said"."""
    cut = sentence.rfind(",", 0, edge)
    while cut > 0:
        before = max(sentence.rfind(mark, 0, cut) for mark in _EDGE)
        start, end = _bare(sentence, before + 1, cut, language)
        if start < end and (sentence[start].isupper() or before < 0):
            return _back(sentence, (start, end), language)
        cut = before if before >= 0 and sentence[before] == "," else -1
    return None


def _forward(sentence: str, place: int, language: str) -> Span:
    """The speaker after a verb or a source: up to the next edge, or to what says when and where."""
    quoted = re.compile(r"\s?[«“\"][^«»“”\"\0]{1,50}[»”\"]").match(sentence, place)
    if quoted:
        told_to = language == "ru" and _WORD.match(sentence, quoted.end() + 1)  # рассказали «Интерфаксу» источники
        return _forward(sentence, quoted.end(), language) if told_to else trim(sentence, *quoted.span())
    edge = _NAME_END.search(sentence, place)
    start, end = _bare(sentence, place, edge.start() if edge else len(sentence), language)
    stops = cue(language, "stops")
    if stops.match(sentence, start, end):  # "заявил в среду Песков": the name comes after it
        words = list(_WORD.finditer(sentence, start, end))
        offices = cue(language, "offices")
        likely = (w for n, w in enumerate(words) if offices.fullmatch(w[0]) or (n > 1 and w[0][0].isupper()))
        start = next((word.start() for word in likely), end)
    stop = stops.search(sentence, start, end)
    return _clean(sentence, start, stop.start() if stop else end, language, ahead=True)


def _clean(sentence: str, start: int, end: int, language: str, *, ahead: bool = False) -> Span:
    """The name without its article; nobody where it is a pronoun, half a sentence, or begins like no name."""
    start, end = _bare(sentence, start, end, language)
    article = _ARTICLE.match(sentence, start, end) if language == "en" else None
    start = article.end() if article else start
    words = list(_WORD.finditer(sentence, start, end))
    if len(words) > MOST_WORDS and ahead:
        end = _name_after(words, language) or start
    if not words or len(words) > MOST_WORDS or cue(language, "nobody").fullmatch(words[0][0]):
        vague = bool(words) and len(words) > 1 and cue(language, "offices").search(sentence, start, end)
        return (start, end) if vague and len(words) <= MOST_WORDS else (start, start)
    begins = sentence[start]
    lowly = ahead and begins.islower() and not cue(language, "offices").fullmatch(words[0][0])
    led = ahead and _LED.match(sentence, start, end)
    if begins.isdigit() or led or (lowly and len(words) > _MOST_NAMES):
        return start, start
    return start, end


def _name_after(words: list[re.Match[str]], language: str) -> int:
    """Where a name ends that begins with the first of `words`."""
    end = 0
    for word in words[:MOST_WORDS]:
        if not (word[0][0].isupper() or cue(language, "offices").fullmatch(word[0])):
            break
        end = word.end()
    return end


def _is_nobody(rest: str, language: str) -> bool:
    word = _WORD.search(rest)
    return bool(word and cue(language, "nobody").fullmatch(word[0]))


def _bare(sentence: str, start: int, end: int, language: str) -> Span:
    """A passage without the words at both of its ends that say when, or bind it to what went before."""
    start, end = trim(sentence, start, end)
    first, last = _when(language)
    while start < end and (match := first.match(sentence, start, end)):
        start, end = trim(sentence, match.end(), end)
    while start < end and (match := last.search(sentence[max(start, end - 40) : end])):
        start, end = trim(sentence, start, end - len(match[0]))
    return start, end


@cache
def _when(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = bounded(language, lists(language)["when"])
    return re.compile(words, re.IGNORECASE), re.compile(f"{words}$", re.IGNORECASE)


@cache
def _verbs(language: str) -> re.Pattern[str]:
    plain, that = (bounded(language, lists(language)[name]) for name in ("verbs", "that"))
    return re.compile(f"(?P<plain>{plain})|{that}", re.IGNORECASE)


# --- X: ... ---------------------------------------------------------------------------------------


def _turned(sentence: str, language: str) -> Span | None:
    match = re.match(r"\s{0,9}([^\s:,.;][^:,.;!?]{1,60}):\s", sentence)
    if not match:
        return None
    words = match[1].split()
    topics, offices = cue(language, "topics"), cue(language, "offices")
    if any(topics.fullmatch(word) for word in words) and not offices.search(match[1]):
        return None
    named = list(_WORD.finditer(match[1]))
    if len(words) <= _MOST_NAMES and all(word[0].isupper() for word in words):
        return match.span(1)
    return match.span(1) if named and _name_after(named, language) == len(match[1]) else None


def _subject(sentence: str, language: str, start: int = 0) -> Span | None:
    """The capitalised words with which a clause begins, if they are a name."""
    words = list(_WORD.finditer(sentence, start))[:MOST_WORDS]
    end = _name_after(words, language)
    if not end or cue(language, "nobody").fullmatch(words[0][0]) or _LED.match(sentence[words[0].start() :]):
        return None
    return _clean(sentence, words[0].start(), end, language)
