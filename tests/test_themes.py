"""Judging articles: sentences, phrases, scores with evidence, names; and texts that nobody would write."""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import gate, sentences
from extractors.names import MOST_MENTIONS
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, judge
from warehouse.records import Judgement, Phrase, Taxonomy, Theme

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[1]
ARTICLES = [json.loads(line) for line in (ROOT / "tests/data/judge/articles.jsonl").read_text("utf-8").splitlines()]
DEFAULTS = parse_themes(tomllib.loads((ROOT / "flows/defaults/themes.toml").read_text("utf-8")))
BOTH = "Russia and China agree on this."


def article(text: str, title: str = "", language: str = "en") -> JudgeInput:
    return JudgeInput(uuid.uuid5(uuid.NAMESPACE_URL, repr(title + text)), title, text, language)


def taxonomy(*strong: str, weak: tuple[str, ...] = (), language: str = "en") -> Taxonomy:
    phrases = [Phrase(text, language, "strong") for text in strong] + [Phrase(text, language, "weak") for text in weak]
    return Taxonomy((Theme("theme", "", "", (), (), tuple(phrases), (), ()),), "test")


def judged(text: str, *strong: str, weak: tuple[str, ...] = (), title: str = "", language: str = "en") -> Judgement:
    return judge(article(text, title, language), taxonomy(*strong, weak=weak, language=language), NOW)


def phrases_found(sentence: str, *strong: str, weak: tuple[str, ...] = ()) -> list[str]:
    scores = judged(f"{BOTH}\n{sentence}", *strong, weak=weak).scores
    return [evidence.phrase for score in scores for evidence in score.evidence]


# --- articles as people write them ----------------------------------------------------------------


@pytest.mark.parametrize("expected", ARTICLES, ids=[row["name"] for row in ARTICLES])
def test_articles(expected: dict[str, Any], model: Path) -> None:
    """Each sample article is let in or kept out for the reason beside it, and has the themes beside it."""
    one = article(expected["text"], expected["title"], expected["language"])
    found = judge(one, DEFAULTS, NOW, model)
    assert (found.relevant, found.reason) == (expected["relevant"], expected["reason"])
    present = {score.theme_id for score in found.scores if score.present}
    assert present - set(expected["disputed"]) == set(expected["themes"])
    assert (found.article_id, found.taxonomy_id, found.judged_at) == (one.id, DEFAULTS.id, NOW)
    assert_explained(one, found)


def assert_explained(one: JudgeInput, found: Judgement) -> None:
    """A score is explained or not given: its sentences stand where they say, strongest first."""
    phrases = {theme.id: {phrase.text for phrase in theme.phrases} for theme in DEFAULTS.themes}
    statements = {theme.id: {one.text for one in theme.statements} for theme in DEFAULTS.themes}
    if not found.relevant:
        assert found.reason in gate.REASONS
        assert (found.scores, found.mentions) == ((), ())
    for score in found.scores:
        assert 0 < score.score < 1
        assert score.present is (score.score >= 0.5)
        assert 1 <= len(score.evidence) <= 8
        weights = [evidence.weight for evidence in score.evidence]
        assert weights == sorted(weights, reverse=True)
        for evidence in score.evidence:
            source = one.title if evidence.in_title else one.text
            assert source[evidence.start : evidence.end] == evidence.sentence
            assert evidence.phrase in phrases[score.theme_id] or not evidence.phrase
            assert evidence.statement in statements[score.theme_id] or not evidence.statement
            assert evidence.phrase or evidence.statement


def test_judging_again_changes_nothing(model: Path) -> None:
    """The same article gets the same judgement, to the bit, whatever was judged in between."""
    inputs = [article(row["text"], row["title"], row["language"]) for row in ARTICLES]
    first = [judge(one, DEFAULTS, NOW, model) for one in inputs]
    second = [judge(one, DEFAULTS, NOW, model) for one in reversed(inputs)]
    assert first == second[::-1]


# --- phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("gas pipeline", "Two Gas Pipelines froze."),
        ("refuse to choose", "He refused to choose."),
        ("hedging", "They hedged."),
        ("no-limits", "It is a no-limits thing."),
        ("Putin 's visit", "All spoke of Putin’s visit."),
        ("UN", "The UN met."),
        ("U.S. hegemony", "They fear U.S. hegemony."),
        ("G7", "The G7 met."),
        ("lifeline .. Moscow", "A lifeline, perhaps the last, for Moscow."),
        ("(a+)+$", "He wrote (a+)+$ on the board."),
    ],
)
def test_phrases_match(phrase: str, sentence: str) -> None:
    """A phrase is found by word and by lemma, in any case, with a gap where it has one; it is no regular expression."""
    assert phrases_found(sentence, phrase) == [phrase]


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("UN", "Monsieur Un saw un chat."),
        ("SCO", "The sco file is lost."),
        ("gas pipeline", "The pipeline gas is cold."),
        ("lifeline .. Moscow", "Moscow threw a lifeline."),
        ("lifeline .. Moscow", "A lifeline came. Then Moscow called."),
        ("(a+)+$", "A aaaa."),
        ("art", "They start to depart."),
    ],
)
def test_phrases_do_not_match(phrase: str, sentence: str) -> None:
    """An acronym wants its capitals, words their order and their whole length, a gap its one sentence."""
    assert phrases_found(sentence, phrase) == []


def test_a_word_serves_one_phrase() -> None:
    """Within a theme the longer phrase takes the word: a gas pipeline is not a pipeline once more."""
    score = judged(f"{BOTH} The gas pipeline is shut.", "gas pipeline", weak=("pipeline",)).scores[0]
    assert [(e.phrase, e.strength, e.weight) for e in score.evidence] == [("gas pipeline", "strong", 1.0)]


def test_other_languages() -> None:
    """Russian phrases, where a theme has some, are found by their lemmas, Chinese ones wherever they stand."""
    russian = judged("Россия стала вассалом Китая. Газ .. нет.", "вассал", "газ", language="ru").scores[0]
    assert [e.phrase for e in russian.evidence] == ["вассал", "газ"]
    chinese = judged("中俄签了管道协议。谈价格。", "管道 .. 协议", weak=("石油",), language="zh").scores[0]
    assert [e.sentence for e in chinese.evidence] == ["中俄签了管道协议。"]


# --- scores ---------------------------------------------------------------------------------------

FILLER = " ".join(f"Day {number} was dull." for number in range(12))
LONG = f"{BOTH} {FILLER} {BOTH}"


@pytest.mark.parametrize(
    ("text", "present"),
    [
        (f"{LONG} A ferry left.", False),
        (f"{LONG} A ferry left for Russia and China.", False),
        (f"{LONG} A ferry left for Russia and China. The ferry came back.", True),
        (f"{LONG} A boat left for Russia and China. The boat came back. Another boat.", False),
        (f"{BOTH} A ferry left.", True),
        (f"{BOTH} A boat left.", False),
    ],
)
def test_present(text: str, present: bool) -> None:
    """One strong phrase carries a theme in a brief; in a longer text it takes more than one, said of both sides."""
    assert judged(text, "ferry", weak=("boat",)).scores[0].present is present


def test_more_evidence_never_lowers_a_score() -> None:
    """The score grows with every sentence that matches, and stays below 1."""
    scores = [judged(f"{BOTH}\nA ferry left.\n" * times, "ferry").scores[0] for times in (3, 4, 20, 400)]
    assert all(one.score < two.score < 1 for one, two in pairwise(scores))
    assert len(scores[-1].evidence) == 8


def test_a_title_is_evidence() -> None:
    """A sentence of the title counts as one about both sides; its offsets count in the title."""
    score = judged(LONG, "ferry", title="Stop press. The ferry sinks").scores[0]
    (evidence,) = score.evidence
    assert (evidence.in_title, evidence.sentence, evidence.start, evidence.weight) == (True, "The ferry sinks", 12, 1.0)


def test_mentions() -> None:
    """People, organisations and places are counted, under one name each, most often named first."""
    text = "Putin flew to Beijing. Xi thanked Mr Putin for the BRI. Angela Merkel stayed in Berlin. Putin slept."
    mentions = [(m.name, m.label, m.count) for m in judged(text, "x").mentions]
    assert mentions[0] == ("Vladimir Putin", "PERSON", 3)
    assert {
        ("Xi Jinping", "PERSON", 1),
        ("Belt and Road Initiative", "ORG", 1),
        ("Angela Merkel", "PERSON", 1),
        ("Berlin", "GPE", 1),
    } <= set(mentions)


# --- sentences ------------------------------------------------------------------------------------

ODD = st.text(st.sampled_from("Россия Китай. А Б! «» … 中俄。？” Xi met Putin.\n\u2028\ud800😀'’- \t1")) | st.text()


@given(ODD, st.sampled_from(["ru", "zh"]))
def test_sentences_keep_their_place(text: str, language: str) -> None:
    """Sentences stand in order, without space around them, and leave out nothing but space."""
    spans = sentences.cut(text, language)
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())


@given(ODD)
def test_plain_text_keeps_its_length(text: str) -> None:
    """What the tokenizer reads has every character in its place, can be encoded, and no endless word."""
    plain = sentences.plain(text * 9)
    assert len(plain) == len(text * 9)
    plain.encode()
    assert not re.search(r"\S{201}", plain)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["Xi met Putin.", "The gas pipeline", "“no limits”", "\n", " ", "😀", "\ud800", "U.S."]))
)
def test_evidence_stands_in_the_text(parts: list[str]) -> None:
    """Whatever the text, its evidence stands in it word for word."""
    one = article(" ".join(parts))
    assert_explained(one, judge(one, DEFAULTS, NOW))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("В 2024 г. Россия росла. А. С. Пушкин жил здесь.", ["В 2024 г. Россия росла.", "А. С. Пушкин жил здесь."]),
        ("«Да!» — сказал он. Потом ушёл…", ["«Да!» — сказал он.", "Потом ушёл…"]),
        ("Он пришёл.Она ушла. 5 млн руб. потеряно", ["Он пришёл.", "Она ушла.", "5 млн руб. потеряно"]),
    ],
)
def test_russian_sentences(text: str, expected: list[str]) -> None:
    """Initials and abbreviations end no sentence; a missing space does not join two."""
    assert [text[start:end] for start, end in sentences.cut(text, "ru")] == expected


# --- texts that nobody would write ----------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "😀" * 50,
        "(" * 20_000,
        '"' * 20_000,
        "$" * 20_000,
        "." * 20_000,
        "和" * 20_000,
        "俄中、" * 7_000,
        "\ud800" * 9,
    ],
    ids=["empty", "emoji", "brackets", "quotes", "dollars", "dots", "characters", "list", "surrogates"],
)
def test_hostile_texts(text: str, language: str) -> None:
    """A text that names both sides and goes on as nonsense is judged, quickly, on the sentences that can be read."""
    one = article(
        f"Russia, China; Россия, Китай; 中俄。 The gas pipeline.\n{text}", "Xi, Putin, Пекин, Москва, 中俄", language
    )
    assert_explained(one, judge(one, DEFAULTS, NOW))
    assert not judge(article(text, "", language), DEFAULTS, NOW).scores


def test_a_text_without_end() -> None:
    """Of a text of a million characters the first 200,000 are judged."""
    found = judged(f"{BOTH}\n" + "和\n" * 150_000 + f"{BOTH} A ferry left.\n" * 30_000, "ferry", language="zh")
    assert (found.relevant, found.reason) == (False, gate.NO_SIDE)
    found = judged("中俄会谈。\n" + "和\n" * 150_000 + "中俄会谈。\n" * 9_999, "会谈", language="zh")
    assert found.sentences == 1 + (200_000 - 6) // 2
    assert found.co_mentions == 1


def test_a_sentence_that_cannot_be_written_is_no_evidence() -> None:
    """A sentence with half a character in it is left out; the one beside it serves."""
    found = judged(f"{BOTH}\nThe \ud83d ferry left.\nThe ferry came back.", "ferry")
    assert [evidence.sentence for evidence in found.scores[0].evidence] == ["The ferry came back."]


def test_mentions_are_limited() -> None:
    """However many names there are, fifty are kept."""
    names = "\n".join(f"Sir Paul Mc{chr(65 + n % 26)}{chr(97 + n // 26)}rtney lives in London." for n in range(90))
    assert len(judged(f"{BOTH}\n{BOTH}\n" * 30 + names, "x").mentions) == MOST_MENTIONS
