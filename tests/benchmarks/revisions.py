"""How a second look at real pages judges them: python tests/benchmarks/revisions.py FOLDER

FOLDER holds saved pages (*.html, in any depth). Each is compared with itself after its furniture was churned (links
outside paragraphs renamed and turned round, times and counts moved), and after one sentence of its text was altered,
dropped or added. The first should be unchanged, the others changed.
"""

from __future__ import annotations

import gzip
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from extractors.articles import read_page
from extractors.revisions import Known, compare, look_again
from extractors.sentences import cut
from warehouse.records import Reading

NOW = datetime(2026, 4, 6, tzinfo=UTC)
PARAGRAPH = re.compile(rb"(<p[\s>].*?</p>)", re.DOTALL | re.IGNORECASE)
LINK = re.compile(rb"(<a\s[^>]*>)([^<>]{12,})(</a>)", re.IGNORECASE)
CLOCK = re.compile(rb"\b([01]\d|2[0-3]):[0-5]\d\b")
LONG_ENOUGH = 60  # characters of a sentence that is edited

Edit = Callable[[str, tuple[int, int]], str]
EDITS: dict[str, Edit] = {
    "one number or word altered": lambda text, at: text[: at[0]] + _altered(text[at[0] : at[1]]) + text[at[1] :],
    "one sentence dropped": lambda text, at: text[: at[0]] + text[at[1] :],
    "one sentence added": lambda text, at: (
        f"{text[: at[1]]} A word of 7 was corrected here on request. {text[at[1] :]}"
    ),
}


def _altered(sentence: str) -> str:
    """The sentence with another number in it, or another word in its middle."""
    if found := re.search(r"\d+", sentence):
        return f"{sentence[: found.start()]}{int(found[0][:9]) + 1}{sentence[found.end() :]}"
    middle = len(sentence) // 2
    return f"{sentence[:middle]} anew {sentence[middle:]}"


def churned(body: bytes, chance: random.Random) -> bytes:
    """The page an hour later: other teasers in another order, other times."""
    parts = PARAGRAPH.split(body)
    titles = [match[2] for part in parts[::2] for match in LINK.finditer(part)]
    chance.shuffle(titles)
    waiting = iter(titles)
    turned = (LINK.sub(lambda m: m[1] + next(waiting) + m[3], part) for part in parts[::2])
    parts[::2] = [CLOCK.sub(b"23:59", part) for part in turned]
    return b"".join(parts)


def pages(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(p for p in folder.rglob("*.html*") if p.is_file()):
        raw = path.read_bytes()
        yield path.name, gzip.decompress(raw) if path.suffix == ".gz" else raw


def main(folder: Path) -> None:
    """Print what became of each kind of second page."""
    chance = random.Random(7)  # noqa: S311  the same pages each time
    results: dict[str, Counter[str]] = {}
    for name, body in pages(folder):
        reading = read_page(body, "text/html", f"https://example.org/{name}", NOW)
        if not reading.text:
            continue
        known = Known(reading.title, reading.text, reading.language, body, "text/html")
        for what, wanted, outcome in _looks(reading, known, churned(body, chance), name, chance):
            results.setdefault(what, Counter())[outcome] += 1
            if outcome != wanted:
                click.echo(f"{outcome:<12} {what}: {name}")
    for what, found in results.items():
        told = ", ".join(f"{n} {outcome}" for outcome, n in found.most_common())
        click.echo(f"{what:<30}{told}")


def _looks(
    reading: Reading, known: Known, other: bytes, name: str, chance: random.Random
) -> Iterator[tuple[str, str, str]]:
    address = f"https://example.org/{name}"
    look = look_again(known, other, "text/html", address, address, NOW)
    yield "furniture churned", "unchanged", look.outcome
    spans = [span for span in cut(reading.text, reading.language) if span[1] - span[0] >= LONG_ENOUGH]
    for what, edit in EDITS.items():
        if spans:
            edited = replace(reading, text=edit(reading.text, chance.choice(spans)))
            yield what, "changed", compare(reading, edited, known).outcome


if __name__ == "__main__":
    main(Path(sys.argv[1]))
