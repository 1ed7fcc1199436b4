"""What judging an article costs beside the calls to spaCy and the encoder that it cannot do without: judging_cost.py

One relevant English article of 1,440 words, put together from those written for Amur; CPU seconds of one thread,
medians of five, in turns.
"""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is there

import statistics
import sys
import tempfile
import time
import tomllib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from extractors import english, exemplars
from extractors.encoder import load_encoder
from extractors.evaluate import read_labelled
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, judge

ROOT = Path(__file__).parents[2]
WORDS, ROUNDS = 1_440, 5
NOW = datetime(2026, 4, 6, 6, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    taxonomy = parse_themes(tomllib.loads((ROOT / "flows/defaults/themes.toml").read_text(encoding="utf-8")))
    labelled = read_labelled((ROOT / "tests/data/labelled/en.jsonl").read_text(encoding="utf-8").splitlines())
    text = " ".join("\n".join(one.text for one in labelled if one.relevant).split(" ")[:WORDS])
    article = JudgeInput(uuid.UUID(int=0), "China and Russia sign a pipeline deal", text, "en")
    encoder = load_encoder()
    assert encoder

    def calls() -> None:
        sentences = [(part, one) for part in (article.title, article.text) for one in english.cut(part)]
        english.enrich([one for _, one in sentences])
        encoder.encode([part[slice(*one.span)] for part, one in sentences])

    with tempfile.TemporaryDirectory() as folder:
        model = exemplars.prepare(taxonomy, Path(folder))

        def judged() -> None:
            assert judge(article, taxonomy, NOW, model).relevant

        judged()  # everything is loaded
        whole, bare = [], []
        for _ in range(ROUNDS):
            whole.append(_cpu(judged))
            bare.append(_cpu(calls))
    one, other = statistics.median(whole), statistics.median(bare)
    sys.stdout.write(f"judged in {one:.2f} CPU s, the calls alone {other:.2f} CPU s, ratio {one / other:.2f}\n")


def _cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
