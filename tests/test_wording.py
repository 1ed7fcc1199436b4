"""What is learnt of the words of the statements, beside what they mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import wording
from extractors.encoder import Vectors
from extractors.exemplars import Exemplars, learn
from extractors.wording import Wording
from warehouse.records import Statement, Theme

PIPES = ["the pipeline froze", "a new pipeline opens", "pipelines run dry", "no gas in the pipeline", "a pipeline"]
SHIPS = ["the ships sail", "a shipping lane opens", "new ships at sea", "no ship arrives", "old ships rust"]
ASIDE = ["the museum opens", "no bread at the bakery", "a new museum", "the old bakery"]


class Deaf:
    """An encoder to which all sentences mean the same."""

    id, dim = "deaf", 4

    def encode(self, texts: list[str]) -> Vectors:
        return np.full((len(texts), 4), 0.5, np.float32)


def theme(name: str, statements: list[str], language: str = "en") -> Theme:
    return Theme(name, name, "", tuple(Statement(text, language) for text in statements), (), (), (), ())


def learnt(language: str = "en") -> Exemplars:
    aside = [Statement(text, "en") for text in ASIDE]
    return learn([theme("pipes", PIPES), theme("ships", SHIPS, language)], Deaf(), aside)


def words_of(sentences: list[str], language: str) -> Wording:
    """Of one theme that the first half of `sentences` makes the point of."""
    points = np.arange(len(sentences))[:, None] < len(sentences) // 2
    return wording.learn(sentences, np.where(points, 2.0, -1.0), points, language)


def test_words_tell_what_means_the_same() -> None:
    """Where meaning tells nothing apart, the stems of the statements do."""
    model = learnt()
    said = ["pipelines burst", "two ships sank", "the museum closed"]
    meant = model.scores(Deaf().encode(said), "en")
    assert (meant == meant[0]).all()
    pipes, ships, aside = model.with_words(meant, said, "en")
    assert pipes[0] > pipes[1]
    assert ships[1] > ships[0]
    assert pipes[0] > aside[0]
    assert ships[1] > aside[1]


@pytest.mark.parametrize(
    ("language", "sentences", "near", "far"),
    [
        ("ru", ["газопровод замёрз", "новые газопроводы", "музей открыт", "новый музей"], "о Газопроводе", "о музее"),
        ("zh", ["天然气管道", "管道谈判", "博物馆开放", "新博物馆"], "输气管道", "看博物馆"),
    ],
)
def test_languages(language: str, sentences: list[str], near: str, far: str) -> None:
    """Russian is known by stems in whatever form, Chinese by characters."""
    (good,), (bad,) = words_of(sentences, language).scores([near, far])
    assert good > bad


def test_what_has_no_statements_in_a_language() -> None:
    """A theme with few statements in a language is left to meaning there, and so is a language without sentences."""
    model = learnt(language="zh")
    said = ["one ship sank", "pipelines burst"]
    meant = model.scores(Deaf().encode(said), "en")
    assert np.array_equal(model.with_words(meant, said, "en")[:, 1], meant[:, 1])
    assert not np.array_equal(model.with_words(meant, said, "en")[:, 0], meant[:, 0])
    assert np.array_equal(model.with_words(meant, said, "ru"), meant)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("aнё管 1'.", max_size=12), max_size=6))
def test_a_sentence_stands_alone(said: list[str]) -> None:
    """A sentence scores the same, to the bit, whatever others are asked about with it; one without words, the base."""
    for language in ("en", "ru", "zh"):
        words = words_of(["an а管 1", "ан аё管", "n 管管", "нё"], language)
        together = words.scores(said)
        assert together.shape == (len(said), 1)
        for sentence, scored in zip(said, together, strict=True):
            assert np.array_equal(words.scores([sentence])[0], scored)
        assert np.array_equal(words.scores(["..."])[0], words.base)


def test_learning_again_changes_nothing() -> None:
    """The same sentences give the same weights, to the bit."""
    first, second = (learnt().wordings["en"] for _ in range(2))
    assert list(first.terms) == list(second.terms)
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.rarity, second.rarity)
