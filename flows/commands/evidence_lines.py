"""One sentence of evidence as one wants to read it: what it weighs and why, where it stands, and whose words it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from flows.commands.printing import shown

if TYPE_CHECKING:
    from warehouse.records import Evidence

HAN = re.compile(r"[\u3400-\u9fff]")
STEM = 5  # letters; of a longer word the last two may be its ending

_HEAD, _BODY = " " * 6, " " * 12


def marks(evidence: Evidence) -> str:
    """The evidence on two or three lines: weight, reason and place; the sentence; dimly, how it stands to its point."""
    where = "title" if evidence.in_title else f"at {evidence.start:,}"
    lines = [
        f"{_HEAD}{evidence.weight:.2f}  {reason(evidence)}, {where}",
        f"{_BODY}{highlighted(evidence.sentence, evidence.phrase)}",
    ]
    standing = stance_of(evidence)
    if standing:
        lines.append(_BODY + click.style(standing, dim=True))
    return "\n".join(lines)


def reason(evidence: Evidence) -> str:
    """The phrase that the sentence has, and the statement that it is like."""
    phrase = f'{evidence.strength} "{shown(evidence.phrase)}"' if evidence.phrase else ""
    like = f"like “{shown(evidence.statement)}” ({evidence.likeness:.2f})" if evidence.statement else ""
    return ", ".join(part for part in (phrase, like) if part)


def stance_of(evidence: Evidence) -> str:
    """Whether the sentence is somebody else's words, and whose; whether it denies or doubts. "" if it is neither."""
    quoted = f"quoted: {shown(evidence.speaker)}" if evidence.speaker else "quoted"
    told = {quoted: evidence.quoted, "denied": evidence.negated, "hedged": evidence.hedged}
    return ", ".join(mark for mark, is_so in told.items() if is_so)


def highlighted(sentence: str, phrase: str) -> str:
    """`sentence` on one line with what `phrase` matched set off; click drops the colours where there is no terminal."""
    parts, last = [], 0
    for start, end in spans(sentence, phrase):
        parts += [shown(sentence[last:start]), click.style(shown(sentence[start:end]), fg="yellow", bold=True)]
        last = end
    return "".join(parts) + shown(sentence[last:])


def spans(sentence: str, phrase: str) -> list[tuple[int, int]]:
    """Where the words of a lemma phrase stand in a sentence, as (start, end), without overlaps.

    A guess for the eye: a word counts whose beginning is that of a lemma of the phrase.
    """
    found = sorted(span for word in phrase.replace("..", " ").split() for span in _occurrences(sentence, word))
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _occurrences(sentence: str, lemma: str) -> Iterator[tuple[int, int]]:
    stem = lemma if len(lemma) <= STEM else lemma[:-2]
    # Chinese has no word boundaries, and no endings.
    pattern = re.escape(lemma) if HAN.search(lemma) else rf"(?<!\w){re.escape(stem)}\w*"
    return (found.span() for found in re.finditer(pattern, sentence, re.IGNORECASE))
