"""How well pages are read, beside plain trafilatura on the same pages in the same run.

    python tests/benchmarks/extraction.py FOLDER

FOLDER holds `<country>/<Publisher>_<date>.html.gz` and, per publisher, `<Publisher>.json`: what its pages hold, in
the order of their dates (the layout of fundus' parser fixtures). Prints one line per page and a table.

Text: F1 of the multisets of word 4-grams; of character 4-grams in Chinese and Japanese. Title: equal once case,
quotation marks and white space are levelled. Date: the same calendar day where the page is at home.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import statistics
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import trafilatura

from extractors.articles import read_page

LANGUAGES = {"cn": "zh", "jp": "ja"}  # the countries whose pages are compared by characters
_GRAM = 4
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reader finds in a page."""

    title: str
    text: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Got:
    """What an extractor found in a page; a date alone is midnight UTC."""

    title: str
    text: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the folder: its bytes and what is expected of it."""

    name: str
    language: str
    body: bytes
    expected: Expected


@dataclass(frozen=True, slots=True)
class Marks:
    """One page's marks; `date` is None where nothing is expected."""

    text: float
    title: bool
    date: bool | None


def expected_of(entry: dict[str, Any]) -> Expected:
    """What one version in a publisher's file says a page holds."""
    body = entry.get("body") or {}
    parts = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        parts += [*section.get("headline", []), *section.get("paragraphs", [])]
    published = entry.get("publishing_date")
    return Expected(
        entry.get("title") or "", "\n".join(parts), datetime.fromisoformat(published) if published else None
    )


def pages(folder: Path) -> Iterator[Page]:
    """All pages of the folder, each with its version: both are in the order of their dates."""
    for listing in sorted(folder.glob("*/*.json")):
        versions = json.loads(listing.read_text("utf-8")).values()
        files = sorted(listing.parent.glob(f"{listing.stem}_*.html.gz"))
        for file, entry in zip(files, versions, strict=False):  # a version may have lost its page
            country = listing.parent.name
            name = f"{country}/{file.name.removesuffix('.html.gz')}"
            yield Page(name, LANGUAGES.get(country, ""), gzip.decompress(file.read_bytes()), expected_of(entry))


def score_text(expected: str, got: str, language: str) -> float:
    """F1 of the multisets of 4-grams, in [0, 1]."""
    wanted, found = _grams(expected, language), _grams(got, language)
    total = wanted.total() + found.total()
    return 2 * (wanted & found).total() / total if total else 1.0


def score_title(expected: str, got: str) -> bool:
    return _level(expected) == _level(got)


def score_date(expected: datetime | None, got: datetime | None) -> bool | None:
    """Whether both fall on one calendar day at the page's home; None where no date is expected."""
    if expected is None:
        return None
    if got is None:
        return False
    got = got.astimezone(UTC)
    if expected.tzinfo is None or got.time() == datetime.min.time():
        return got.date() == expected.date()  # a date alone has no home
    return got.astimezone(expected.tzinfo).date() == expected.date()


def marks(page: Page, got: Got) -> Marks:
    return Marks(
        score_text(page.expected.text, got.text, page.language),
        score_title(page.expected.title, got.title),
        score_date(page.expected.published, got.published),
    )


def amur(page: Page) -> Got:
    reading = read_page(page.body, "text/html", "", datetime.now(UTC))
    return Got(reading.title, reading.text, reading.published_at)


def plain(page: Page) -> Got:
    """What trafilatura gives out of the box."""
    document = trafilatura.bare_extraction(page.body, with_metadata=True)
    if document is None:
        return Got("", "", None)
    day = datetime.fromisoformat(document.date).replace(tzinfo=UTC) if document.date else None
    return Got(document.title or "", document.text or "", day)


def compare(folder: Path, readers: dict[str, Callable[[Page], Got]]) -> dict[str, list[tuple[Page, Got, Marks]]]:
    """Every reader's results on every page of the folder."""
    results: dict[str, list[tuple[Page, Got, Marks]]] = {name: [] for name in readers}
    for page in pages(folder):
        for name, reader in readers.items():
            got = reader(page)
            results[name].append((page, got, marks(page, got)))
    return results


def differences(results: Sequence[tuple[Page, Got, Marks]]) -> Iterator[str]:
    """One line per page that was not read in full, with what was expected and what came."""
    for page, got, mark in results:
        notes = [f"text {mark.text:.3f}"]
        if not mark.title:
            notes.append(f"title {got.title!r} for {page.expected.title!r}")
        if mark.date is False:
            notes.append(f"date {got.published} for {page.expected.published}")
        if mark.text < 1 or len(notes) > 1:
            yield f"{page.name}: {'; '.join(notes)}"


def table(results: dict[str, list[tuple[Page, Got, Marks]]]) -> Iterator[str]:
    yield f"{'':14}{'pages':>6}{'text F1':>9}{'median':>9}{'>= 0.9':>8}{'title':>8}{'date':>8}"
    for name, rows in results.items():
        texts = [mark.text for _, _, mark in rows]
        good = sum(text >= 0.9 for text in texts)
        titles, dates = share(mark.title for _, _, mark in rows), share(mark.date for _, _, mark in rows)
        yield (
            f"{name:14}{len(rows):6}{statistics.fmean(texts):9.4f}{statistics.median(texts):9.4f}"
            f"{good:8}{titles:8.3f}{dates:8.3f}"
        )


def share(marks_: Iterable[bool | None]) -> float:
    """The share of true ones among those that are set."""
    known = [mark for mark in marks_ if mark is not None]
    return sum(known) / len(known) if known else 1.0


def _grams(text: str, language: str) -> Counter[tuple[str, ...]]:
    text = unicodedata.normalize("NFKC", text).casefold().translate(_MARKS)
    units = re.findall(r"\w", text) if language in LANGUAGES.values() else re.findall(r"\w+", text)
    size = min(_GRAM, len(units)) or 1
    return Counter(tuple(units[i : i + size]) for i in range(len(units) - size + 1))


def _level(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().translate(_MARKS).split())


def main() -> None:
    logging.disable(logging.CRITICAL)
    results = compare(Path(sys.argv[1]), {"Amur": amur, "trafilatura": plain})
    for name, rows in results.items():
        print(f"{name}\n" + "\n".join(f"  {line}" for line in differences(rows)))  # noqa: T201  a program's output
    print("\n".join(table(results)))  # noqa: T201  same


if __name__ == "__main__":
    main()
