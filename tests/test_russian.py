"""Russian words and their lemmas, and the phrases of themes found by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.phrases import Lexicon
from extractors.russian import LONGEST_WORD, words
from warehouse.records import Phrase, Theme


def written(sentence: str) -> list[str]:
    return [word.written for word in words(sentence)]


def found(phrase: str, sentence: str) -> int:
    """How often `phrase` is found in `sentence`."""
    theme = Theme("theme", "", "", (), (), (Phrase(phrase, "ru", "strong"),), (), ())
    lexicon = Lexicon([theme], "ru", lambda phrases: map(words, phrases))
    return sum(hit.times for hit in lexicon.hits(words(sentence)))


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("«Сила Сибири — 2», да!", ["Сила", "Сибири", "2", ",", "да", "!"]),
        ("Сила Сибири-2", ["Сила", "Сибири", "2"]),
        ("китайско‑российский Санкт-Петербург", ["китайско-российский", "Санкт-Петербург"]),
        ("Россия–Китай", ["Россия", "Китай"]),
        ("в 5G, C919 и 2,5 %", ["в", "5G", ",", "C919", "и", "2", ",", "5", "%"]),
        ("Ёлки и за́мки", ["Елки", "и", "замки"]),
        ("_a_ (б)+", ["_", "a", "_", "(", "б", ")", "+"]),
        ("«»—", []),
    ],
)
def test_words(sentence: str, expected: list[str]) -> None:
    """Hyphens join letters; quotes, dashes and stress marks are left out; ё is е; other marks are words."""
    assert written(sentence) == expected


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("партнёра", "партнер"),
        ("ЗАВИСИМОСТЬЮ", "зависимость"),
        ("Huawei", "huawei"),
        ("Україні", "україні"),
        ("2026", "2026"),
        ("中俄", "中俄"),
        ("а" * (LONGEST_WORD + 1), "а" * (LONGEST_WORD + 1)),
    ],
)
def test_lemmas(word: str, lemma: str) -> None:
    """A lemma has small letters and no ё; what is not Russian, or no word by its length, is its own."""
    assert [one.lemma for one in words(word)] == [lemma]


def test_a_word_has_all_its_likely_lemmas() -> None:
    """What may be a form of two words is one of both; what is one of them in one case of twenty is not."""
    (doubtful,) = words("связанных")
    assert {doubtful.lemma, *doubtful.others} == {"связать", "связанный"}
    (clear,) = words("стали")
    assert (clear.lemma, clear.others) == ("стать", frozenset())


@given(st.text(st.sampled_from("Китай ёЁ-–—«»\u0301\u00ad.,_1A中\ud800\n")) | st.text())
def test_any_text(text: str) -> None:
    """Whatever the text, it has words without space in them, each with a lemma, and the same words every time."""
    for word in words(text):
        assert word.written
        assert not any(letter.isspace() for letter in word.written)
        assert word.lemma == word.lemma.lower()
        assert "ё" not in word.lemma
        assert word.lemma not in word.others
    assert words(text) == words(text)


@pytest.mark.parametrize(
    "text",
    ["а-" * 50_000, "а" * 100_000, "-" * 100_000, "«" * 100_000, "1-" * 50_000, "\u0301" * 100_000, "недо" * 25_000],
    ids=["hyphens", "letters", "dashes", "quotes", "numbers", "stresses", "prefixes"],
)
def test_hostile_texts(text: str) -> None:
    """A text that nobody would write has its words all the same."""
    assert len(words(text)) <= len(text)


# --- phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("младший партнёр", "Москву называют младшим партнером Пекина."),
        ("младший партнер", "Роль МЛАДШЕГО ПАРТНЁРА её не прельщает."),
        ("сырьевой придаток", "Так становятся сырьевыми придатками."),
        ("вассал", "Вассалов не спрашивают."),
        ("Северный морской путь", "Караван идёт Северным морским путём."),
        ("зависимость от Китая", "О зависимости от Китая молчат."),
        ("зависимый", "Бюджет зависим от цен."),
        ("связанные с Россией", "Счета связанных с Россией фирм закрыты."),
        ("замороженный актив", "Спорят о замороженных активах."),
        ("диктовать условие", "Покупатель диктует условия."),
        ("Сила Сибири", "По «Силе Сибири» газ идёт с 2019 года."),
        ("людские потери", "О людских потерях не пишут."),
        ("цена .. газ", "О ценах на трубопроводный газ не договорились."),
        ("один пояс, один путь", "В рамках «Одного пояса, одного пути» строят порт."),
        ("ШОС", "Саммит ШОС прошёл в Тяньцзине."),
        ("Су-35", "Истребителей Су–35 больше не просят."),
        ("C++ (a+)", "Он пишет на C++ (a+)."),
    ],
)
def test_phrases_match(phrase: str, sentence: str) -> None:
    """A phrase is found in any case, number and spelling of ё, past quotes and dashes, over a gap where it has one."""
    assert found(phrase, sentence) == 1


@pytest.mark.parametrize(
    ("phrase", "sentence"),
    [
        ("сталь", "Они стали партнёрами."),
        ("ИИ", "Союз ии не нужен."),
        ("партнёр", "Партнёрство крепнет."),
        ("младший партнёр", "Он партнёр, младший брат — инженер."),
        ("младший партнёр", "Младший, партнёр."),
        ("цена .. газ", "Газ есть, а цены нет."),
        ("мир", "Он мирил соседей."),
        ("«»", "«Слова» в кавычках."),
        ("газ .. —", "Газ — это газ."),
    ],
)
def test_phrases_do_not_match(phrase: str, sentence: str) -> None:
    """Another word, another order, a mark in between, an acronym in small letters: not found; nor is a mere quote."""
    assert found(phrase, sentence) == 0


def test_phrases_are_counted() -> None:
    """Every occurrence counts, in whatever form."""
    assert found("газопровод", "Газопровод, газопроводы и ещё газопроводами.") == 3
