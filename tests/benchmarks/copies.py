"""How many copies are known for copies, and how many others are taken for them: copies.py [FOLDER OF PAGES]

Copies are made of our own articles, twenty of each and of each kind; pages of other houses (`*.html.gz` anywhere in
the folder) show whether what is no copy is left alone. Translations are those of `tests/data/translations`, in two
halves: one on which the thresholds were chosen, and the other. The last lines say what placing an article costs.
"""

from __future__ import annotations

import gzip
import os
import random
import sys
import time
import tomllib
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from extractors import exemplars
from extractors.articles import read_page
from extractors.fingerprint import fingerprint
from extractors.novelty import NoveltyRules
from extractors.sentence_prints import sentence_prints
from extractors.stories import assign_stories
from extractors.taxonomy import parse_themes
from extractors.translations import alike
from flows.modelfile import models_folder
from rewriting import COPIES, excerpt, in_the_script_of, localised, quoting, rewritten, texts
from translated import in_two_languages, meanings
from translated import texts as translated
from warehouse.records import Copy, Shared

Made = Callable[[str, str, random.Random], str]  # of a text and another one

REWRITTEN = {  # paragraphs dropped, share of sentences reworded
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
KINDS: dict[str, Made] = {
    "an excerpt of a half": lambda text, _, rng: excerpt(text, rng, share=1 / 2),
    "of a third": lambda text, _, rng: excerpt(text, rng, share=1 / 3),
    "of a fifth": lambda text, _, rng: excerpt(text, rng, share=1 / 5),
    "of an eighth": lambda text, _, rng: excerpt(text, rng, share=1 / 8),
    "an article around a half": lambda text, other, rng: quoting(text, other, rng, share=1 / 2),
    "around a third": lambda text, other, rng: quoting(text, other, rng, share=1 / 3),
    "a local lede": lambda text, other, rng: localised(text, other, rng, dropped=0, own=0),
    "lede, 1 less, 2 local": lambda text, other, rng: localised(text, other, rng, dropped=1, own=2),
    "lede, 2 less, 2 local": lambda text, other, rng: localised(text, other, rng, dropped=2, own=2),
}
RULES = NoveltyRules()
NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
TIMES, SEED, ARRIVALS = 20, 7, 4_000


@cache
def _bits(text: str) -> int:
    return fingerprint(text)


@cache
def _prints(text: str) -> dict[int, int]:
    return sentence_prints(text)


def told_by(one: str, other: str) -> str:
    """How the second text is known for a copy of the first; "" where it is not."""
    keys = [uuid.UUID(int=n) for n in (1, 2)]
    ours, theirs = _prints(one), _prints(other)
    both = ours.keys() & theirs.keys()
    letters = sum(ours[key] for key in both), min(sum(ours.values()), sum(theirs.values()))
    shared = [Shared(keys[1], keys[0], len(both), len(ours), len(theirs), *letters)] if both else []
    pair = [Copy(keys[n], keys[n], _bits(text), NOW + timedelta(n)) for n, text in enumerate((one, other))]
    return assign_stories(pair, [], RULES.reach, RULES.story_distance, shared)[1].told_by


def hits() -> None:
    own = list(texts().values())
    rng = random.Random(SEED)  # noqa: S311  not for secrets
    _print(f"seed {SEED}: {len(own)} own articles, {TIMES} copies of each")
    _print(f"{'copy':<28} {'by fingerprint':>14} {'by sentences':>13} {'by either':>10}")
    for kind, (dropped, share) in REWRITTEN.items():
        _row(kind, [told_by(t, rewritten(t, rng, dropped=dropped, share=share)) for t in own for _ in range(TIMES)])
    for kind, make in KINDS.items():
        hosts = {text: [other for other in in_the_script_of(text, own) if other != text] for text in own}
        _row(kind, [told_by(t, make(t, rng.choice(hosts[t]), rng)) for t in own for _ in range(TIMES)])


def _row(kind: str, found: list[str]) -> None:
    shares = (found.count("fingerprint"), found.count("sentences"), len(found) - found.count(""))
    _print(f"{kind:<28} {shares[0] / len(found):14.1%} {shares[1] / len(found):13.1%} {shares[2] / len(found):10.1%}")


def false_joins(folder: Path | None) -> None:
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(folder.rglob("*.html.gz"))] if folder else []
    read = [read_page(body, "text/html", "https://x.example/a", NOW).text for body in bodies]
    _joined("different articles, pages and our own", [text for text in read if text] + list(texts().values()))
    quoting_it = [path for path in sorted((COPIES.parent / "communique").glob("*.txt")) if path.stem != "en_reprint"]
    _joined("articles around one communique, and it", [path.read_text(encoding="utf-8") for path in quoting_it])
    own = [text.text for text in translated() if text.what == "own"]
    _joined("articles on events that others report too", own)


def _joined(what: str, some: Iterable[str]) -> None:
    pairs = list(combinations(some, 2))
    joined = sum(bool(told_by(*pair)) for pair in pairs)
    _print(f"{what}: {joined} of {len(pairs)} pairs taken for copies")


def translations() -> None:
    """Precision and recall in both halves."""
    themes = Path(__file__).parents[2] / "flows" / "defaults" / "themes.toml"
    taxonomy = parse_themes(tomllib.loads(themes.read_text(encoding="utf-8")))
    model = exemplars.prepare(taxonomy, Path(os.environ.get("AMUR_CACHE", models_folder())))
    if model is None:
        _print("no encoder is installed: no translation is known")
        return
    for what, half in (("chosen on", True), ("held back", False)):
        some = translated(tuned_on=half)
        meant = meanings(some, model)
        told = [pair for pair in alike(meant.values(), meant, RULES.reach) if pair.translated]
        found = {frozenset((pair.article_id, pair.other_id)) for pair in told}
        pairs = [(frozenset((one.id, other.id)), one, other, is_one) for one, other, is_one in in_two_languages(some)]
        right = sum(key in found for key, *_, is_one in pairs if is_one)
        true, event = sum(pair[3] for pair in pairs), sum(p[1].event == p[2].event and not p[3] for p in pairs)
        _print(
            f"{what}: {true} translations, {event} other pairs on one event, {len(pairs) - true - event} on two; "
            f"precision {right / max(len(found), 1):.1%}, recall {right / true:.1%}"
        )


def cost() -> None:
    rng, now = random.Random(SEED), datetime.now(UTC)  # noqa: S311  not for secrets
    for size in (10_000, 100_000):
        known = [_copy(rng, now) for _ in range(size)]
        start = time.process_time()
        assign_stories([], known, RULES.reach, RULES.story_distance)
        loaded = time.process_time()
        assign_stories([_copy(rng, now) for _ in range(ARRIVALS)], known, RULES.reach, RULES.story_distance)
        each = (time.process_time() - loaded - (loaded - start)) / ARRIVALS
        _print(f"{size:>7} remembered: {loaded - start:.2f} s once a pass, {1000 * each:.3f} ms for each new article")


def _copy(rng: random.Random, now: datetime) -> Copy:
    article = uuid.UUID(int=rng.getrandbits(128))
    return Copy(article, article, rng.getrandbits(64), now - timedelta(minutes=rng.randrange(20_000)))


def _print(line: str) -> None:
    print(line)  # noqa: T201  a program's output


if __name__ == "__main__":
    hits()
    false_joins(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    translations()
    cost()
