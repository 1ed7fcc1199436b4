from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import arctic
from builders import NOW, key
from desk import DEFAULTS
from extractors import exemplars, residuals
from extractors.encoder import load_encoder
from extractors.residuals import residual
from extractors.scores import ELSEWHERE, NEAR, TOGETHER, Passage, Sense
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, judge
from extractors.topical import Said, terms
from warehouse.records import Judgement, Taxonomy

RUSSIAN = """Китай и Россия страхуют суда на Северном морском пути вместе. Российские и китайские страховщики делят
поровну убытки от льда. Судовладельцы Китая и России платят страховую премию за каждый рейс во льдах."""
CHINESE = (
    "中国和俄罗斯的保险公司将共同承保北方海航道的船舶冰损。中俄保险公司各承担一半海冰造成的赔付。"
    "中国和俄罗斯的船东按航次缴纳保费。"
)
GAS = """China can wait for the Power of Siberia 2 pipeline, and Russia cannot. Beijing haggles over the gas price with
Russia year after year, since Gazprom has no other buyer for its gas than China."""


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return parse_themes(tomllib.loads((DEFAULTS / "themes.toml").read_text(encoding="utf-8")))


def judged(text: str, taxonomy: Taxonomy, model: Path | None, title: str = "", language: str = "en") -> Judgement:
    return judge(JudgeInput(key(text[:40]), title, " ".join(text.split()), language), taxonomy, NOW, model)


def passage(text: str, start: int, standing: float = TOGETHER, *, in_title: bool = False) -> Passage:
    return Passage(text, start, start + len(text), in_title, standing, ())


def speak(passages: list[Passage]):
    return lambda n, times: Said(passages[n].sentence, times)


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


# --- which articles have one ------------------------------------------------------------------------


def test_an_article_that_no_theme_explains_has_a_residual(taxonomy: Taxonomy, model: Path) -> None:
    """All sentences about the two sides are left of it, and the quoted ones stand where they say they do."""
    text, title = arctic.text_of("ice-class"), arctic.TITLES["ice-class"]
    found = judged(text, taxonomy, model, title)
    left = found.residual
    assert left
    assert left.share == 1.0
    assert len(left.passages) == 5
    for quoted in left.passages:
        assert (title if quoted.in_title else text)[quoted.start : quoted.end] == quoted.sentence
    vector = np.frombuffer(left.vector, "<f4")
    assert vector.shape == (512,)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_theme_leaves_nothing(taxonomy: Taxonomy, model: Path) -> None:
    """What makes a theme's point is no residual; an article that is not relevant has none, and keeps no meaning."""
    assert judged(GAS, taxonomy, model).residual is None
    other = judged("The council met. It spoke of stalls and cherries.", taxonomy, model)
    assert not other.relevant
    assert other.residual is None
    assert other.sense == b""


def test_talk_of_the_two_is_taken_away(model: Path) -> None:
    """What any talk of the two sides has in common brings no two articles together."""
    learnt, encoder = exemplars.load(model), load_encoder()
    assert encoder
    talk = [s.text for s in exemplars.background() if s.language == "en" and s.text not in exemplars.aside()][:60]
    centred = learnt.centred(encoder.encode(talk), "en")
    assert np.linalg.norm(learnt.apart(centred, "en").mean(axis=0)) < 0.8 * np.linalg.norm(centred.mean(axis=0))
    assert np.allclose(np.linalg.norm(learnt.middles, axis=1), 1, atol=1e-5)


def test_without_an_encoder_there_is_no_residual(taxonomy: Taxonomy) -> None:
    """Phrases alone cannot tell that no theme explains a sentence."""
    found = judged(arctic.text_of("ice-class"), taxonomy, None)
    assert found.relevant
    assert found.residual is None
    assert found.sense == b""


def test_one_topic_is_near_in_three_languages(taxonomy: Taxonomy, model: Path) -> None:
    """Residuals of one topic lie close together whatever their language, and far from another topic's."""
    told = [
        judged(arctic.text_of("ice-class"), taxonomy, model),
        judged(RUSSIAN, taxonomy, model, language="ru"),
        judged(CHINESE, taxonomy, model, language="zh"),
    ]
    vectors = [np.frombuffer(one.residual.vector, "<f4") for one in told if one.residual]
    assert len(vectors) == 3
    assert min(vectors[0] @ vectors[1], vectors[0] @ vectors[2], vectors[1] @ vectors[2]) > 0.3
    words = [{term for term, _ in one.residual.terms} for one in told if one.residual]
    assert "@Northern Sea Route" in words[0] & words[1] & words[2]


def test_the_meaning_of_sentences_is_kept_for_translations(taxonomy: Taxonomy, model: Path) -> None:
    """A row of signed bytes for each sentence, the title first, each nearly in the direction it had."""
    found = judged(arctic.text_of("ice-class"), taxonomy, model, arctic.TITLES["ice-class"])
    rows = np.frombuffer(found.sense, np.int8).reshape(-1, 512)
    assert len(rows) == 6
    alone = np.frombuffer(judged(arctic.text_of("ice-class"), taxonomy, model).sense, np.int8).reshape(-1, 512)
    assert (rows[1:] == alone).all()
    exact = np.random.default_rng(1).standard_normal((70, 512)).astype(np.float32)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    kept = np.frombuffer(residuals.quantised(exact), np.int8).reshape(-1, 512).astype(np.float32)
    assert len(kept) == residuals.SENTENCES
    assert ((kept * exact[:60]).sum(axis=1) / np.linalg.norm(kept, axis=1)).min() > 0.999


# --- what it is made of -----------------------------------------------------------------------------

VECTORS = np.stack([unit(1, 0, 0), unit(0, 1, 0), unit(0, 1, 1)])


def left_of(passages: list[Passage], best: list[float], vectors: np.ndarray = VECTORS):
    sense = Sense(("one", "two"), np.array([[value, -1.0] for value in best], np.float32))
    return residual(passages, sense, vectors[: len(passages)], speak(passages), "ru")


def test_the_title_counts_twice() -> None:
    """The vector is the mean of the sentences, the title's taken twice; the nearest sentence comes first."""
    passages = [passage("О льде", 0, in_title=True), passage("О кораблях.", 0)]
    left = left_of(passages, [-0.9, -0.9])
    assert left
    assert np.allclose(np.frombuffer(left.vector, "<f4"), unit(2, 1, 0))
    assert [one.sentence for one in left.passages] == ["О льде", "О кораблях."]
    assert dict(left.terms) == {"лед": pytest.approx(1 + np.log(2)), "корабль": 1.0}


def test_little_is_left_where_a_theme_explains_the_lead() -> None:
    """Under 35 % of the sentences about the two sides are nothing after an explained lead, and something else after."""
    passages = [passage("Первое.", 0), passage("Второе.", 8), passage("Третье.", 16)]
    assert left_of(passages, [0.9, 0.9, -0.9]) is None
    left = left_of(passages, [0.4, 0.9, 0.9])
    assert left
    assert left.share == pytest.approx(1 / 3)
    assert left_of(passages, [0.9, -0.9, -0.9]) is not None


def test_only_sentences_about_the_two_sides_count() -> None:
    """A sentence that stands elsewhere is neither explained nor left."""
    passages = [passage("Первое.", 0), passage("Второе.", 8, NEAR), passage("Третье.", 16, ELSEWHERE)]
    left = left_of(passages, [0.9, -0.9, -0.9])
    assert left
    assert left.share == 0.5
    assert [one.sentence for one in left.passages] == ["Второе."]
    assert left_of([replace(one, standing=ELSEWHERE) for one in passages], [-0.9] * 3) is None


# --- terms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "language", "found", "missing"),
    [
        (
            "Россия и Китай страхуют ледовые корабли, которые идут Северным морским путём.",
            "ru",
            {"страховать", "ледовый", "ледовый корабль", "@Northern Sea Route"},
            {"россия", "китай", "@Russia", "@China", "который", "и"},
        ),
        (
            "中国和俄罗斯的破冰船在北方海航道上护航。",
            "zh",
            {"破冰", "冰船", "破冰船", "@Northern Sea Route"},
            {"中国", "俄罗", "罗斯", "的破", "@Russia", "@China"},
        ),
    ],
)
def test_terms_are_what_a_sentence_speaks_of(sentence: str, language: str, found: set[str], missing: set[str]) -> None:
    """Lemmas and pairs of them, letters, and names in their English form; never the names of the two sides."""
    said = {term for term, _ in terms([Said(sentence, 1)], language)}
    assert found <= said
    assert not missing & said


def test_english_terms_are_lemmas_and_names(taxonomy: Taxonomy, model: Path) -> None:
    """Names are no words besides, and the two sides are neither."""
    found = judged(arctic.text_of("ice-class"), taxonomy, model).residual
    assert found
    said = [term for term, _ in found.terms]
    assert {"insurer", "ice class", "@Murmansk", "@Shanghai"} <= set(said)
    assert not {"china", "russia", "chinese", "russian", "@China", "@Russia", "murmansk"} & set(said)
    weights = [weight for _, weight in found.terms]
    assert weights == sorted(weights, reverse=True)
    assert len(said) <= 60
