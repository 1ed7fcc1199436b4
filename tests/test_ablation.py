"""What tests/benchmarks/ablation.py takes away, and the table it prints."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import ablation
from benchmarks.ablation import Remembering
from benchmarks.ablation_rows import ROWS, _targets, kept, linear, only_lead, without_lead, without_title
from extractors.encoder import Vectors, encoder_id
from extractors.evaluate import read_labelled
from extractors.exemplars import learn
from extractors.scores import Passage
from extractors.taxonomy import parse_themes
from warehouse.records import Statement, Taxonomy, Theme

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data" / "evaluated"


class Letters:
    """An encoder that knows how often each letter occurs, and counts what it was asked."""

    id, dim = "letters", 26

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> Vectors:
        self.asked += texts
        rows = np.array([[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts], np.float32)
        return rows.reshape(-1, 26) / np.linalg.norm(rows.reshape(-1, 26), axis=1, keepdims=True)


def theme(name: str, statements: list[str], counter: list[str] | None = None, language: str = "en") -> Theme:
    own, other = (tuple(Statement(text, language) for text in texts) for texts in (statements, counter or []))
    return Theme(name, name, "", own, other, (), (), ())


def passage(start: int, *, in_title: bool = False) -> Passage:
    return Passage(f"s{start}", start, start + 2, in_title, 1.0, ())


@settings(max_examples=30, deadline=None)
@given(st.sets(st.text("abc", min_size=1, max_size=4), min_size=4, max_size=20), st.randoms())
def test_a_share_of_the_statements_is_fixed(texts: set[str], random: object) -> None:
    """Which statements stay is decided by their text alone; as large a share of the counter-statements stays."""
    ordered, shuffled = sorted(texts), sorted(texts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    halves = [
        kept([theme("t", some, [f"not {text}" for text in some])], lambda n: n // 2)[0] for some in (ordered, shuffled)
    ]
    assert set(halves[0].statements) == set(halves[1].statements)
    assert len(halves[0].statements) == len(halves[0].counter) == len(texts) // 2
    assert kept([theme("t", ordered)], lambda n: n)[0].statements == theme("t", ordered).statements


def test_a_shared_statement_stays_with_both() -> None:
    """What stays of a statement of two themes stays with both: else one would be taught that it is none of its own."""
    shared = [f"both {n}" for n in range(8)]
    one, two = kept([theme("one", shared), theme("two", [*shared, *(f"two {n}" for n in range(40))])], lambda n: n // 4)
    assert len(one.statements) >= 2
    assert set(one.statements) <= set(two.statements)


def test_languages_are_cut_alike() -> None:
    """Each language keeps its share: none is left without statements because another has more."""
    both = theme("t", [f"e{n}" for n in range(4)])
    both = replace(both, statements=both.statements + theme("t", [f"z{n}" for n in range(20)], [], "zh").statements)
    (cut,) = kept([both], lambda n: n // 4)
    assert [sum(s.language == language for s in cut.statements) for language in ("en", "zh")] == [1, 5]


def test_linear_ridge_learns_the_same_targets() -> None:
    """The linear model is solved towards what kernel ridge was: both tell the themes' statements apart."""
    themes = [
        theme("a", [f"aaa{'a' * n}b" for n in range(9)]),
        theme("z", [f"zzz{'z' * n}y" for n in range(9)], ["zq"]),
    ]
    model = learn(themes, Letters(), [Statement("mmm mmm", "en")])
    assert np.allclose(_targets(model)[model.makes_point], 2.0, atol=0.01)
    assert np.allclose(np.unique(_targets(model).round(2)), [-1.0, -0.8, 2.0])
    said = linear(model)(Letters().encode(["aaaab", "zzzzy", "mmm"]), "en")
    assert said[0, 0] > said[0, 1]
    assert said[1, 1] > said[1, 0]
    assert (said[2] < 0).all()


def test_what_is_encoded_is_remembered() -> None:
    """Each text is encoded once, whatever order it is asked for in."""
    letters = Letters()
    encoder = Remembering(letters)
    first, again = encoder.encode(["a", "b", "a"]), encoder.encode(["b", "c"])
    assert letters.asked == ["a", "b", "c"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], again[0])
    assert encoder.encode([]).shape == (0, 26)


def test_title_and_lead() -> None:
    """The lead is the first three sentences of a text that is longer than a brief; the title is none of it."""
    title, text = passage(0, in_title=True), [passage(n) for n in (0, 5, 9, 12, 20, 24)]
    assert without_title([title, *text]) == text
    assert without_lead([title, *text]) == [title, *text[3:]]
    assert without_lead([title, *text[:5]]) == [title, *text[:5]]  # a brief has nothing else
    assert only_lead([title, *text]) == [title, *text[:3]]


@pytest.mark.skipif(not encoder_id(), reason="without an encoder no theme is learnt")
def test_the_table() -> None:
    """There is a row for each part taken away; themes too thin to be learnt stay with their phrases."""
    taxonomy = parse_themes(tomllib.loads((DATA / "themes.toml").read_text(encoding="utf-8")))
    bridges, cranes = taxonomy.themes
    said = tuple(Statement(f"They built {n} bridges.", "en") for n in range(15))
    themes = Taxonomy((replace(bridges, statements=said), cranes), "test")
    articles = read_labelled((DATA / "articles.jsonl").read_text(encoding="utf-8").splitlines())
    table = ablation.table(themes, articles, {"probe": articles}, Letters())
    rows = ablation.as_json(table)
    assert list(rows) == ["phrases only", *(row.name for row in ROWS)]
    for sets in rows.values():
        assert list(sets) == ["probe"]
        assert list(sets["probe"]) == ["en", "ru", "all"]
    for reports in table.values():
        cranes_found = reports["probe"]["all"].themes["cranes"]
        assert (cranes_found.tp, cranes_found.fp, cranes_found.fn) == (0, 0, 2)
    phrases = rows["phrases only"]["probe"]["all"]
    assert (phrases["tp"], phrases["fp"], phrases["fn"]) == (2, 2, 2)
    markdown = list(ablation.lines(table, markdown=True))
    assert re.sub(" +", " ", markdown[0]) == "| micro-F1 | probe en | probe ru | probe all |"
    assert len({len(line) for line in markdown}) == 1
    assert "0.50 [0." in markdown[2]


def test_nothing_to_measure(tmp_path: Path) -> None:
    """A folder without labelled articles is answered by what should be there."""
    command = [sys.executable, str(ROOT / "tests/benchmarks/ablation.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own interpreter
    assert done.returncode == 2
    assert "gold-dev.jsonl" in done.stderr
