"""Which pages are taken for walls, stubs, missing pages, players, galleries and listings.

    python tests/benchmarks/page_kinds.py FOLDER

FOLDER holds real pages of articles (the layout of extraction.py): every kind found there is a false alarm. They are
also read as if their text broke off early, which shows how many signs wait for a short text. Beside them the
tests' own pages: those that are no articles, and the articles that look like them.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import trafilatura
from extraction import Page, pages

from extractors.articles import read_page
from extractors.page_kinds import kind_of
from extractors.page_signs import signs_of

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
URL = "https://news.example/2026/11/an-article"
LENGTHS = (150, 300, 600, 1200)
OTHER = {"", "no_text"}


def read(body: bytes) -> tuple[str, str]:
    """Kind and text of a page."""
    found = read_page(body, "text/html", URL, NOW, URL)
    return found.reason, found.text


def own(folder: str) -> Iterator[tuple[str, str, str]]:
    """Name, kind expected and kind found of the tests' pages."""
    for file in sorted((DATA / folder).glob("*.html")):
        expected = file.stem.rpartition("_")[0] if folder == "not_articles" else ""
        yield file.stem, expected, read(file.read_bytes())[0]


def cut_short(real: list[Page], length: int) -> int:
    """How many real pages would be no articles, were their text that short."""
    found = 0
    for page in real:
        signs = signs_of(trafilatura.load_html(page.body))
        found += kind_of(signs, read(page.body)[1][:length], URL, URL) not in OTHER
    return found


def main() -> None:
    """Read and count."""
    logging.disable(logging.CRITICAL)
    real = list(pages(Path(sys.argv[1])))
    alarms = [f"{page.name}: {kind}" for page in real if (kind := read(page.body)[0]) not in OTHER]
    trees = [(trafilatura.load_html(page.body), read(page.body)[1]) for page in real]
    began = time.process_time()
    for tree, text in trees:
        kind_of(signs_of(tree), text, URL, URL)
    spent = (time.process_time() - began) / max(len(real), 1)
    _print(f"real pages: {len(real)}, false alarms: {len(alarms)}, {1000 * spent:.1f} ms each", *alarms)
    _print(*(f"  their texts cut to {length:5} characters: {cut_short(real, length)} alarms" for length in LENGTHS))
    for folder in ("not_articles", "articles_like_walls"):
        rows = list(own(folder))
        wrong = [f"  {name}: {found or 'an article'}" for name, expected, found in rows if expected != found]
        _print(f"{folder}: {len(rows) - len(wrong)} of {len(rows)} right", *wrong)
    counted = Counter(expected for _, expected, _ in own("not_articles"))
    _print("  " + ", ".join(f"{kind} {n}" for kind, n in sorted(counted.items())))


def _print(*lines: str) -> None:
    print("\n".join(lines))  # noqa: T201  a program's output


if __name__ == "__main__":
    main()
