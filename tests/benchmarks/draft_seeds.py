"""How many of an analyst's themes `amur themes draft` brings back from the seed articles that he took them from.

    python tests/benchmarks/draft_seeds.py FOLDER [--json]

FOLDER holds the seeds (*.txt) and key.jsonl, one object a line with the `sentence` and its `theme`; both are his. A
sentence of the key is in a drafted theme when four fifths of its words are in one of the theme's passages. A theme is
brought back when a drafted one holds two of its sentences, and these are half of all the key's sentences there.
The interval is a bootstrap over the sentences of the key, in which a sentence that is drawn twice counts twice.
Beside it stands what neighbouring passages give that are put together without a look at them.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from extractors.bootstrap import Counts, Estimate, estimate, share
from extractors.drafting import distinct, drafted
from extractors.seed_files import read_seed
from extractors.seeds import Passage

FEWEST = 2  # sentences of a theme in a drafted one
WORDS = 0.8  # of a key's sentence, in one passage
NOW = datetime(2026, 1, 1, tzinfo=UTC)  # the files are texts: no date is read

_WORD = re.compile(r"\w+")

Key = dict[str, frozenset[str]]  # themes by sentence
Groups = Sequence[Sequence[Passage]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    key = read_key(asked.folder / "key.jsonl")
    found = measure(asked.folder, key)
    lines = [json.dumps(found, ensure_ascii=False, indent=2)] if asked.json else _lines(found)
    print("\n".join(lines))  # noqa: T201


def read_key(file: Path) -> Key:
    """The themes of each sentence."""
    themes: dict[str, set[str]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        themes.setdefault(row["sentence"], set()).add(row["theme"])
    return {sentence: frozenset(names) for sentence, names in themes.items()}


def measure(folder: Path, key: Key) -> dict[str, Any]:
    """Everything that is printed."""
    files = sorted(folder.glob("*.txt"))
    read = [read_seed(file.read_bytes(), "", "", n, NOW) for n, file in enumerate(files)]
    passages = distinct(passage for seed in read for passage in seed.passages)
    draft = drafted(passages, None)
    groups = [theme.passages for theme in draft.themes]
    neighbours = [passages[start : start + 3] for start in range(0, len(passages), 3)]
    rows = table(groups, key)
    return {
        "seeds": [file.name for file in files],
        "passages": len(passages),
        "drafted": len(groups),
        "left_out": len(draft.left_out),
        "brought_back": sum(row["brought_back"] for row in rows),
        "share": _as_json(brought_back(groups, key)),
        "neighbours": _as_json(brought_back(neighbours, key)),
        "themes": rows,
    }


def table(groups: Groups, key: Key) -> list[dict[str, Any]]:
    """For each theme the drafted one that holds it best."""
    inside = [frozenset(sentence for sentence in key if _is_in(sentence, group)) for group in groups]
    rows = []
    for theme in _themes(key):
        own = {sentence for sentence, themes in key.items() if theme in themes}
        counts = [(len(own & held), len(held)) for held in inside]
        together, of = max(counts, key=lambda pair: (_holds(*pair), pair[0], -pair[1]), default=(0, 0))
        good = _holds(together, of)
        rows.append({"theme": theme, "in_key": len(own), "together": together, "of": of, "brought_back": good})
    return rows


def brought_back(groups: Groups, key: Key) -> Estimate:
    """The share of the themes with two sentences or more that some group brings back."""
    themes = _themes(key)
    counts = np.array(
        [
            [
                *(float(theme in own) for theme in themes),
                *(float(there) for there in held),
                *(float(there and theme in own) for there in held for theme in themes),
            ]
            for own, held in ((key[sentence], [_is_in(sentence, group) for group in groups]) for sentence in key)
        ]
    )
    (found,) = estimate(counts, _share_of_themes(len(groups), len(themes)))
    return found


def _share_of_themes(groups: int, themes: int) -> Callable[[Counts], Counts]:
    def of(sums: Counts) -> Counts:
        in_key, held, own = np.split(sums, [themes, themes + groups], axis=-1)
        own = own.reshape(*sums.shape[:-1], groups, themes)
        good = ((own >= FEWEST) & (2 * own >= held[..., :, None])).any(axis=-2)
        asked = in_key >= FEWEST
        return share((good & asked).sum(-1, keepdims=True) * 1.0, asked.sum(-1, keepdims=True) * 1.0)

    return of


def _holds(together: int, of: int) -> bool:
    return together >= FEWEST and 2 * together >= of


def _is_in(sentence: str, group: Sequence[Passage]) -> bool:
    words = _WORD.findall(sentence.casefold())
    return any(_part(words, set(_WORD.findall(passage.text.casefold()))) >= WORDS for passage in group)


def _part(words: Sequence[str], there: set[str]) -> float:
    return sum(word in there for word in words) / len(words)


def _themes(key: Key) -> list[str]:
    return list(dict.fromkeys(theme for themes in key.values() for theme in sorted(themes)))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{'theme':<28} in key  together  of the key's there  brought back"
    for row in found["themes"]:
        there = f"{row['together']:>8}  {row['of']:>18}"
        yield f"{row['theme']:<28} {row['in_key']:>6}  {there}  {'yes' if row['brought_back'] else 'no':>12}"
    drawn = "{value:.2f} [{low:.2f}, {high:.2f}]"
    yield f"\n{found['passages']} passages, {found['drafted']} drafted themes, {found['left_out']} passages in none"
    yield f"brought back: {found['brought_back']} of {len(found['themes'])}, " + drawn.format(**found["share"])
    yield "neighbours in threes: " + drawn.format(**found["neighbours"])


def _as_json(found: Estimate) -> dict[str, float]:
    low, high = found.interval or (found.value, found.value)
    return {"value": found.value, "low": low, "high": high}


if __name__ == "__main__":
    main()
