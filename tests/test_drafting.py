"""Passages of seed articles, and the themes that are drafted from them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_theme
from extractors import russian
from extractors.drafting import clustered, distinct, draft
from extractors.english import lemmatised
from extractors.phrases import Lexicon
from extractors.seed_files import read_seed
from extractors.seeds import Passage, passages
from extractors.taxonomy import parse_themes
from flows.draftfile import as_toml
from warehouse.records import Phrase

NOW = datetime(2026, 4, 6, tzinfo=UTC)
ENGLISH = (
    "China is offered the cheap gas of Siberia, but the buyers of Beijing want a lower price for it. "
    "The Eurasian Economic Union was a project of Moscow."
)
RUSSIAN = (
    "Китайские банки возвращают платежи в юанях, а импортёры теряют деньги на комиссии. "
    "Скидка на нефть растёт каждый год."
)


def texts(found: list[Passage]) -> list[str]:
    return [passage.text for passage in found]


def likeness(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float64)


# --- passages -------------------------------------------------------------------------------------


def test_clauses_that_stand_alone() -> None:
    """A sentence is cut at a conjunction where both sides say something, and each knows the whole."""
    found = passages(ENGLISH, "en", 0)
    assert texts(found) == [
        "China is offered the cheap gas of Siberia",
        "but the buyers of Beijing want a lower price for it.",
        "The Eurasian Economic Union was a project of Moscow.",
    ]
    assert found[0].whole == found[1].whole == ENGLISH.partition(" The ")[0]
    assert [passage.sentence for passage in found] == [0, 0, 1]
    assert texts(passages("The pipe leaks, and nobody pays for the gas of the north.", "en", 0)) == [
        "The pipe leaks, and nobody pays for the gas of the north."
    ]


def test_clauses_in_russian_and_chinese() -> None:
    """There punctuation and conjunctions tell."""
    assert len(passages(RUSSIAN, "ru", 0)) == 3
    assert texts(passages("中亚国家在两大邻国之间寻求长期的平衡；莫斯科担心自己在当地的影响力逐渐下降。", "zh", 0)) == [
        "中亚国家在两大邻国之间寻求长期的平衡",
        "莫斯科担心自己在当地的影响力逐渐下降。",
    ]


def test_headings_and_bylines_are_no_passages() -> None:
    """A short line that ends as no sentence does says nothing about a theme."""
    found = passages(f"The new order of the world\nBy Ann Author, May 23, 2026\n{ENGLISH}", "en", 0)
    assert {passage.paragraph for passage in found} == {2}


def test_lines_ended_by_hand() -> None:
    """A text with narrow lines has its paragraphs where lines are empty; else each line is one."""
    wrapped = b"China needs the cheap gas\nof Siberia and of Yamal.\n\nThe buyers haggle over\nthe price of it.\n"
    found = read_seed(wrapped, "", "", 0, NOW).passages
    assert [(p.paragraph, p.text) for p in found] == [
        (0, "China needs the cheap gas of Siberia and of Yamal."),
        (1, "The buyers haggle over the price of it."),
    ]
    long = (
        f"Every winter without a contract makes the next offer of gas {'and the next one of oil ' * 3}a little cheaper."
    )
    assert [p.paragraph for p in read_seed(f"{long}\n{long[6:]}".encode(), "", "", 0, NOW).passages] == [0, 1]


def test_names_and_phrases() -> None:
    """Phrases are of nouns; names are whole and as written; the two sides and what every text has are left out."""
    said = {phrase.phrase for passage in passages(ENGLISH, "en", 0) for phrase in passage.phrases}
    assert {"cheap gas", "gas of Siberia", "Eurasian Economic Union", "low price"} <= said
    assert not said & {"China", "Beijing", "Economic Union", "Eurasian Economic", "buyer of Beijing"}
    assert {phrase.phrase for p in passages(RUSSIAN, "ru", 0) for phrase in p.phrases} >= {"скидка", "платеж", "юань"}


def test_phrases_are_found_where_they_come_from() -> None:
    """What is proposed is found in its own passage when themes are looked for."""
    for text, language in ((ENGLISH, "en"), (RUSSIAN, "ru")):
        for passage in passages(text, language, 0):
            for said in passage.phrases:
                theme = make_theme("one", phrases=(Phrase(said.phrase, language, "strong"),))
                lemmas = lemmatised if language == "en" else lambda found: [russian.words(one) for one in found]
                (words,) = lemmas([passage.text])
                assert Lexicon([theme], language, lemmas).hits(words), said


def test_quotations_are_kept_once() -> None:
    """Seeds quote one another."""
    found = [*passages(ENGLISH, "en", 0), *passages(ENGLISH.replace(".", "!"), "en", 1)]
    assert len(distinct(found)) == 3


# --- clusters -------------------------------------------------------------------------------------


def test_the_nearest_are_put_together_first() -> None:
    """By the average of their likeness, until there are as few groups as wanted."""
    near = likeness([0, 0.9, 0.1, 0.2], [0.9, 0, 0.1, 0.2], [0.1, 0.1, 0, 0.5], [0.2, 0.2, 0.5, 0])
    assert clustered(near, 3) == [[0, 1], [2], [3]]
    assert clustered(near, 2) == [[0, 1], [2, 3]]
    assert clustered(near, 9) == [[0], [1], [2], [3]]
    threes = np.kron(np.eye(4), np.ones((3, 3)))
    assert len(clustered(threes, 3)) == 4  # two of them together would be too large
    assert len(clustered(threes, 3, firm=True)) == 3


@given(st.integers(1, 14), st.integers(1, 14), st.randoms(use_true_random=False))
def test_clusters_share_out_everything(count: int, wanted: int, random: object) -> None:
    """Each passage is in one cluster; none is too large; and the same likeness gives the same ones."""
    numbers = np.array([[random.random() for _ in range(count)] for _ in range(count)])  # type: ignore[attr-defined]
    near = (numbers + numbers.T) / 2
    found = clustered(near, wanted)
    assert sorted(place for cluster in found for place in cluster) == list(range(count))
    assert all(len(cluster) <= max(5, np.ceil(1.25 * count / wanted)) for cluster in found)
    assert found == clustered(near, wanted)


def test_without_an_encoder() -> None:
    """Words and place alone make themes, too."""
    text = f"{RUSSIAN}\n{RUSSIAN.replace('Китайские', 'Крупные').replace('нефть', 'уголь')}"
    made = draft(distinct(passages(text, "ru", 0)), None, themes=2)
    assert len(made.themes) == 2
    assert all(theme.id.isascii() and theme.label for theme in made.themes)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=80), max_size=12), st.sampled_from(["ru", "zh"]))
def test_any_draft_is_a_theme_file(lines: list[str], language: str) -> None:
    """Whatever a seed holds, what is drafted from it can be read as themes."""
    words = RUSSIAN if language == "ru" else "天然气管道谈判停滞不前，价格仍有分歧。哈萨克斯坦欢迎铁路投资项目落地。"
    found = distinct(passages("\n".join([*(f"{line} {words} {line}" for line in lines), words]), language, 0))
    made = draft(found, None)
    if made.themes:
        taxonomy = parse_themes(tomllib.loads(as_toml(made, ["seed\n\x00.txt"])))
        assert [theme.id for theme in taxonomy.themes] == [theme.id for theme in made.themes]


def test_a_theme_without_any_phrase() -> None:
    """Where the passages of a theme name nothing, its label is how the first one begins."""
    said = [
        f"They say that it is so, that it was {when} so, and that it will be so again." for when in ("ever", "once")
    ]
    made = draft([Passage(text, text, "en", 0, 0, n, (), ()) for n, text in enumerate(said)], None, themes=1)
    (theme,) = parse_themes(tomllib.loads(as_toml(made, ["seed.txt"]))).themes
    assert (theme.id, theme.label) == ("theme-1", "They say that it is so, that it was ever")
