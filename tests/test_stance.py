"""Stance: whose words a sentence is in, whether it denies its point, and whether it is sure of it."""

from __future__ import annotations

import json
import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.stance import LONGEST_SPEAKER, Stance, stance
from extractors.stance_cues import CUES, cue, plain

LANGUAGES = ("en", "ru", "zh")
LISTS = {
    *("verbs", "that", "not_said", "sources", "nobody", "authors", "offices", "when", "stops", "topics"),
    *("denials", "no_denials", "hedges", "no_hedges", "sides", "turns"),
}
MARKS = ("quoted", "speaker", "negated", "hedged")
LABELLED = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "stance.jsonl").read_text("utf-8").splitlines()
]
FLOOR = 0.8  # of the sentences; the measure is tests/benchmarks/stance.py
SECONDS = 3.0


def of(text: str, sentence: str, language: str) -> Stance:
    start = text.index(sentence)
    return stance(text, start, start + len(sentence), language)


# --- the cues -------------------------------------------------------------------------------------


def test_every_list_is_a_list_of_patterns() -> None:
    """Each language has every list; each pattern compiles, stands once, and repeats nothing without end."""
    tables = tomllib.loads(CUES.read_text("utf-8"))
    assert tuple(tables) == LANGUAGES
    for language, lists in tables.items():
        assert set(lists) == LISTS
        for name, cues in lists.items():
            assert len(set(cues)) == len(cues), (language, name)
            for one in cues:
                assert one == one.strip()
                assert not re.compile(one).fullmatch("")
                assert not re.search(r"(?<!\\)[+*](?!\])|\{\d*,\}", one), one


@pytest.mark.parametrize("language", LANGUAGES)
def test_cues_are_written_as_texts_are_read(language: str) -> None:
    """No cue has a character that the levelled text never has."""
    for cues in tomllib.loads(CUES.read_text("utf-8"))[language].values():
        for one in cues:
            assert plain(one) == one


@pytest.mark.parametrize(
    ("language", "name", "word", "longer"),
    [
        ("en", "hedges", "could", "couldron"),
        ("ru", "verbs", "сказал", "рассказался"),
        ("en", "denials", "hardly", "hardlyx"),
    ],
)
def test_cues_are_whole_words(language: str, name: str, word: str, longer: str) -> None:
    """A cue is no part of a longer word."""
    assert cue(language, name).search(word)
    assert not cue(language, name).search(longer)


# --- clear cases ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("en", "Wang Yi, the foreign minister, said that trade had grown.", Stance(True, "Wang Yi")),
        ("en", "Trade has grown, said Wang Yi at a briefing.", Stance(True, "Wang Yi")),
        ("en", "According to the World Bank, trade has grown.", Stance(True, "World Bank")),
        ("en", "He said trade had grown.", Stance(True)),
        ("en", "As Ann Lee has noted, trade has grown.", Stance(True, "Ann Lee")),
        ("en", "Some say that Moscow has lost its say in Asia.", Stance(True, hedged=True)),
        ("en", "Official maps differ a lot: trade has grown.", Stance()),
        ("en", "Wang Yi is said to have told his hosts so.", Stance(hedged=True)),
        ("en", "Needless to say, trade has grown.", Stance()),
        ("en", "Wang did not say when trade would grow.", Stance()),
        ("en", "Medvedev: Russia and China set the pace", Stance(True, "Medvedev")),
        ("en", "China and Russia: a story of two neighbours", Stance()),
        ("en", "The so-called “no limits” partnership has limits.", Stance()),
        ("en", "Russia is not a vassal of China.", Stance(negated=True)),
        ("en", "Russia is not China's vassal.", Stance(negated=True)),
        ("en", "Moscow isn’t Beijing’s junior partner.", Stance(negated=True)),
        ("en", "Russia is not only China's vassal, it likes it.", Stance()),
        ("en", "Russia is not only a vassal of China, it likes it.", Stance()),
        ("en", "There is no alliance, but the armies train together.", Stance()),
        ("en", "They train together, but there is no alliance.", Stance(negated=True)),
        ("en", "The firm, which is not a party to the deal, sells gas.", Stance()),
        ("en", "Is Russia not a vassal?", Stance()),
        ("en", "Nobody can deny that trade has grown.", Stance()),
        ("en", "China may buy more gas.", Stance(hedged=True)),
        ("en", "China bought more gas in May.", Stance()),
        ("ru", "По словам Ван И, торговля выросла.", Stance(True, "Ван И")),
        ("ru", "Торговля выросла, заявил в среду глава МИД Ван И.", Stance(True, "глава МИД Ван И")),
        ("ru", "Торговля выросла, сообщил Reuters со ссылкой на источники.", Stance(True, "Reuters")),
        ("ru", "Торговля выросла, рассказали «Интерфаксу» источники.", Stance(True, "источники")),
        ("ru", "Как отмечает Ван И, торговля выросла.", Stance(True, "Ван И")),
        ("ru", "По его словам, торговля выросла.", Stance(True)),
        ("ru", "Скептики обрадуются: торговля выросла.", Stance()),
        ("ru", "Песков: торговля выросла", Stance(True, "Песков")),
        ("ru", "«Газпром» и «Роснефть» продают больше.", Stance()),
        ("ru", "Россия не является вассалом.", Stance(negated=True)),
        ("ru", "Россия не только продаёт, но и покупает.", Stance()),
        ("ru", "Пекин не исключает закупок, но молчит.", Stance()),
        ("ru", "Компания, которая не является стороной сделки, продаёт газ.", Stance()),
        ("ru", "Об уступках речь не идёт.", Stance(negated=True)),
        ("ru", "Китай, возможно, купит больше.", Stance(hedged=True)),
        ("zh", "外交部发言人毛宁5日表示，双边贸易增长。", Stance(True, "外交部发言人毛宁")),
        ("zh", "据路透社报道，双边贸易增长。", Stance(True, "路透社")),
        ("zh", "据报道，双边贸易增长。", Stance(True)),
        ("zh", "《中俄联合声明》双边贸易增长。", Stance()),
        ("zh", "换句话说，双边贸易增长。", Stance()),
        ("zh", "中俄不仅是邻居，还是伙伴。", Stance()),
        ("zh", "中俄关系并非同盟。", Stance(negated=True)),
        ("zh", "中俄關係並非同盟，外交部發言人說。", Stance(True, "外交部發言人", negated=True)),
        ("zh", "中国或许会购买更多天然气。", Stance(hedged=True)),
        ("de", "Wang Yi said: “so it is and so it will be”.", Stance()),
    ],
)
def test_clear_cases(language: str, sentence: str, expected: Stance) -> None:
    """What a reader would not doubt for a moment."""
    assert stance(sentence, 0, len(sentence), language) == expected


def test_words_within_a_longer_quotation() -> None:
    """A sentence between marks that open and close elsewhere is quoted; who speaks is told around them."""
    text = "It was late. “We waited. Our friends never came back to us. That is all,” said Ivan Petrov. Rain fell."
    assert of(text, "Our friends never came back to us.", "en") == Stance(True, "Ivan Petrov")
    assert of(text, "Rain fell.", "en") == Stance()


def test_words_after_a_colon() -> None:
    """What stands after a colon is said by whoever is said to speak before it; a colon alone says nothing."""
    assert of("Xi told the guests:\nTrade has grown.", "Trade has grown.", "en") == Stance(True, "Xi")
    assert of("Two things matter:\nTrade has grown.", "Trade has grown.", "en") == Stance()


# --- the whole ------------------------------------------------------------------------------------


def test_labelled_sentences_are_sound() -> None:
    """Forty or more in each language; each stands in its text once, and its speaker in it."""
    for language in LANGUAGES:
        assert sum(row["language"] == language for row in LABELLED) >= 40
    for row in LABELLED:
        assert row["text"].count(row["sentence"]) == 1
        assert row["speaker"] in row["text"]
        assert row["quoted"] or not row["speaker"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_most_are_told_rightly(language: str, mark: str) -> None:
    """Each mark is right for four sentences of five in each language."""
    rows: list[dict[str, Any]] = [row for row in LABELLED if row["language"] == language]
    right = [getattr(of(row["text"], row["sentence"], language), mark) == row[mark] for row in rows]
    assert sum(right) >= FLOOR * len(right)


PIECES = st.sampled_from(
    [
        "“",
        "”",
        "«",
        "»",
        '"',
        "「",
        "」",
        "《",
        "‘",
        "’",
        ":",
        "：",
        ", ",
        "，",
        ". ",
        "。",
        "\n",
        " — ",
        "?",
        "�",
        "İ",
        "\x00",
        " said ",
        "Wang Yi",
        " that ",
        " according to ",
        " is not a ",
        " заявил ",
        "по словам ",
        "Песков",
        " не ",
        "表示，",
        "据",
        "王毅",
        "否认",
        " but ",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


@given(TEXTS, st.integers(-5, 400), st.integers(-5, 400), st.sampled_from([*LANGUAGES, "fr", ""]))
def test_never_raises(text: str, start: int, end: int, language: str) -> None:
    """Whatever the text and the span, the speaker is a short piece of the text, and quoted."""
    found = stance(text, start, end, language)
    assert found.speaker in text
    assert len(found.speaker) <= LONGEST_SPEAKER
    assert found.quoted or not found.speaker
    found.speaker.encode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "piece",
    [
        "“",
        "«”",
        '"',
        " said ",
        "a",
        ", said",
        "Wang said that ",
        "заявил ",
        ", — сказал Он",
        "表示，",
        "据",
        "据说，",
        "，但",
        "not a ",
        " ",
        "\n",
        "is ",
        ": ",
        "’ ",
        "не ",
        "X, ",
    ],
)
def test_hostile_texts_take_no_time(language: str, piece: str) -> None:
    """A text of a million characters of one thing is told as quickly as any."""
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    stance(text, 0, len(text), language)
    stance(text, 400_000, 400_200, language)
    stance(text, len(text) - 10, len(text), language)
    assert time.process_time() - began < SECONDS
