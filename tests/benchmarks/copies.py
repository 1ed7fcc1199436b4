"""How many rewritten copies are known, and how many others are taken for copies: copies.py [FOLDER OF PAGES]

Copies are made of our own articles, twenty of each and of each kind; pages of other houses (`*.html.gz` anywhere in
the folder) show whether what is no copy is left alone. The last lines say what placing an article costs.
"""

from __future__ import annotations

import gzip
import random
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from extractors.articles import read_page
from extractors.fingerprint import distance, fingerprint
from extractors.novelty import NoveltyRules
from extractors.stories import SENTENCES, SHARE, assign_stories, sentence_prints
from rewriting import rewritten, texts
from warehouse.records import Copy

KINDS = {  # paragraphs dropped, share of sentences reworded
    "a new headline": (0, 0.0),
    "1 paragraph less": (1, 0.0),
    "2 paragraphs less": (2, 0.0),
    "1 sentence in 5 reworded": (0, 0.2),
    "1 in 3 reworded": (0, 1 / 3),
    "1 in 2 reworded": (0, 1 / 2),
    "1 less, 1 in 5 reworded": (1, 0.2),
    "1 less, 1 in 3 reworded": (1, 1 / 3),
    "2 less, 1 in 3 reworded": (2, 1 / 3),
}
BITS = NoveltyRules().story_distance
TIMES, SEED, ARRIVALS = 20, 7, 4_000


def by_bits(one: str, other: str) -> bool:
    return distance(fingerprint(one), fingerprint(other)) <= BITS


def by_sentences(one: str, other: str) -> bool:
    ours, theirs = set(sentence_prints(one)), set(sentence_prints(other))
    shared = len(ours & theirs)
    return shared >= SENTENCES and shared >= SHARE * min(len(ours), len(theirs))


def hits() -> None:
    own = list(texts().values())
    rng = random.Random(SEED)  # noqa: S311  not for secrets
    _print(f"seed {SEED}: {len(own)} own articles, {TIMES} copies of each")
    _print(f"{'copy':<26} {'by fingerprint':>14} {'by sentences':>13} {'by either':>10}")
    for kind, (dropped, share) in KINDS.items():
        pairs = [(text, rewritten(text, rng, dropped=dropped, share=share)) for text in own for _ in range(TIMES)]
        found = [(by_bits(*pair), by_sentences(*pair)) for pair in pairs]
        bits, sentences, either = (sum(map(test, found)) / len(found) for test in (lambda f: f[0], lambda f: f[1], any))
        _print(f"{kind:<26} {bits:14.1%} {sentences:13.1%} {either:10.1%}")


def false_joins(folder: Path) -> None:
    now = datetime.now(UTC)
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(folder.rglob("*.html.gz"))]
    read = [read_page(body, "text/html", "https://x.example/a", now).text for body in bodies]
    pages = [text for text in read if text] + list(texts().values())
    pairs = list(combinations(pages, 2))
    joined = sum(by_bits(*pair) or by_sentences(*pair) for pair in pairs)
    _print(f"{len(pages)} different articles, pages and our own: {joined} of {len(pairs)} pairs taken for copies")


def cost() -> None:
    rng, now = random.Random(SEED), datetime.now(UTC)  # noqa: S311  not for secrets
    for size in (10_000, 100_000):
        known = [_copy(rng, now) for _ in range(size)]
        start = time.process_time()
        assign_stories([], known, timedelta(days=14), BITS)
        loaded = time.process_time()
        assign_stories([_copy(rng, now) for _ in range(ARRIVALS)], known, timedelta(days=14), BITS)
        each = (time.process_time() - loaded - (loaded - start)) / ARRIVALS
        _print(f"{size:>7} remembered: {loaded - start:.2f} s once a pass, {1000 * each:.3f} ms for each new article")


def _copy(rng: random.Random, now: datetime) -> Copy:
    article = uuid.UUID(int=rng.getrandbits(128))
    return Copy(article, article, rng.getrandbits(64), now - timedelta(minutes=rng.randrange(20_000)))


def _print(line: str) -> None:
    print(line)  # noqa: T201  a program's output


if __name__ == "__main__":
    hits()
    if len(sys.argv) > 1:
        false_joins(Path(sys.argv[1]))
    cost()
