"""The relevance gate: surface forms, lists, the rule, and the reasons."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import gate
from extractors.gate import first_look, known_language, names_both, sides, weigh

BOTH = {"en": "Xi met Putin.", "ru": "Си Цзиньпин принял Путина.", "zh": "习近平会见普京。"}
NEITHER = {"en": "It rained.", "ru": "Шёл дождь.", "zh": "下雨了。"}
THIRD = {"en": "Orban spoke.", "ru": "Орбан выступил.", "zh": "欧尔班讲话。"}


@pytest.mark.parametrize(
    ("language", "passage", "china", "russia"),
    [
        ("en", "Sino-Russian trade grew", True, True),
        ("en", "THE KREMLIN LOOKS TO BEIJING", True, True),
        ("en", "China’s banks and Moscow’s bills", True, True),
        ("en", "Gazprom signed with CNPC", True, True),
        ("en", "a cupboard full of china", False, False),
        ("en", "Pope Leo XI wrote to Byelorussians", False, False),
        ("en", "ships left the South China Sea for Xi'an", False, False),
        ("en", "the South China Sea, says China", True, False),
        ("en", "the Russo-Ukrainian war", False, False),
        ("en", "Daniil Medvedev lost in two sets", False, False),
        ("ru", "российско-китайская граница", True, True),
        ("ru", "о Китае спорили с россиянами", True, True),
        ("ru", "Пекином и Кремлём", True, True),
        ("ru", "ВВП РФ и КНР", True, True),
        ("ru", "ПУТИН И СИ ЦЗИНЬПИН", True, True),
        ("ru", "хвост кита у белорусов", False, False),
        ("ru", "дюны из белых песков", False, False),
        ("ru", "Южно-Китайское море показали по Си-Эн-Эн", False, False),
        ("ru", "конец российско-украинской войны", False, False),
        ("zh", "中俄关系", True, True),
        ("zh", "习近平与普京通电话", True, True),
        ("zh", "中国与白俄罗斯", True, False),
        ("zh", "俄亥俄州的天气", False, False),
        ("zh", "俄乌冲突第三年", False, False),
        ("zh", "白俄罗斯与俄罗斯", False, True),
    ],
)
def test_sides(language: str, passage: str, china: bool, russia: bool) -> None:
    """A side is named by its state, capital, leaders and firms, and not by what merely looks like them."""
    named = sides(passage, language)
    assert (named.china, named.russia) == (china, russia)


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("en", "Russia and China signed.", True),
        ("en", "Growth in Brazil, Russia, India and China slowed.", False),
        ("en", "Russia, China, and North Korea abstained.", False),
        ("en", "The Russia-China-India triangle is old.", False),
        ("en", "Russia, China and Iran abstained, and Moscow thanked Beijing.", True),
        ("en", "In Moscow, Xi and Putin dined.", True),
        ("en", "China sells to Iran, Syria and Russia.", True),
        ("ru", "Россия, Индия и Китай поддержали резолюцию.", False),
        ("ru", "Россия и Китай поддержали резолюцию.", True),
        ("zh", "美国、中国和俄罗斯投了票。", False),
        ("zh", "中国和俄罗斯投了票。", True),
        ("zh", "中俄经贸、能源、人文合作扩大。", True),
    ],
)
def test_lists(language: str, sentence: str, expected: bool) -> None:
    """Two members of a list with others are not named together; two that stand alone are."""
    assert names_both(sentence, language) is expected


@pytest.mark.parametrize(
    ("title", "text", "language", "reason"),
    [
        ("", " \n", "en", gate.NO_TEXT),
        ("Пекин", "Москва", "uk", gate.NOT_READ),
        ("China and Russia", "talk", "", gate.NOT_READ),
        ("😀😀", "🎉", "en", gate.NO_SIDE),
        ("Weather", "It rained in Lima.", "en", gate.NO_SIDE),
        ("Weather", "It rained in Beijing.", "en", gate.ONLY_CHINA),
        ("Погода", "Дождь в Москве.", "ru", gate.ONLY_RUSSIA),
        ("天气", "莫斯科下雨。", "zh-Hans", gate.ONLY_RUSSIA),
    ],
)
def test_first_look_rejects(title: str, text: str, language: str, reason: str) -> None:
    """What names no two sides is rejected before it is cut into sentences, and the reason says why."""
    verdict = first_look(title, text, language)
    assert verdict is not None
    assert (verdict.relevant, verdict.relevance, verdict.reason, verdict.sentences) == (False, 0.0, reason, 0)


def test_first_look_leaves_open() -> None:
    """Sides named apart, one in the title and one in the text, leave the question open."""
    assert first_look("Beijing waits", "Moscow does not call.", "en") is None


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize(
    ("title", "both", "neither", "relevant"),
    [
        (False, 2, 38, True),  # a twentieth
        (False, 2, 39, False),
        (False, 1, 6, False),  # one is chance
        (True, 1, 39, True),  # the title counts as a sentence does
        (True, 1, 40, False),
        (True, 0, 30, False),  # a headline that the text does not bear out
        (False, 1, 4, True),  # a brief
        (False, 0, 5, False),
        (True, 0, 3, True),
        (True, 0, 0, True),
    ],
)
def test_the_rule(language: str, title: bool, both: int, neither: int, relevant: bool) -> None:
    """Asked for are two co-mentions, title included, and a twentieth of the sentences; one in a brief."""
    sentences = [NEITHER[language]] * neither + [BOTH[language]] * both
    verdict = weigh([(BOTH if title else NEITHER)[language]], sentences, language)
    assert verdict.relevant is relevant
    assert verdict.reason == ("" if relevant else gate.IN_PASSING)
    assert (verdict.sentences, verdict.co_mentions) == (both + neither, both)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize(
    ("title", "both", "third", "relevant"),
    [
        (False, 4, 8, True),  # one for two
        (False, 4, 9, False),
        (True, 5, 8, True),  # a headline about the third asks for one more
        (True, 4, 8, False),
    ],
)
def test_a_third_country(language: str, title: bool, both: int, third: int, relevant: bool) -> None:
    """An article that names a third state much oftener than the two together is about that state."""
    sentences = [THIRD[language]] * (third - title) + [BOTH[language]] * both
    verdict = weigh([(THIRD if title else NEITHER)[language]], sentences, language)
    assert verdict.relevant is relevant
    assert verdict.reason == ("" if relevant else gate.THIRD)


@pytest.mark.parametrize(
    ("title", "text", "relevant"),
    [
        ("", "America fears for the trade of China and Russia.", True),
        ("", "China, whatever Modi and Kim say, sells to Moscow.", True),
        ("", "China, whatever Modi, Kim, Orban and Trump say, sells to Moscow.", False),
        ("Orban lands in Beijing", "He was in Moscow on Friday.", False),
        ("Xi and Putin meet", "Mr Trump says he is not worried.", True),
        ("", "Modi and Takaichi eye the Sino-Russian drills.", True),
    ],
)
def test_thirds_in_a_brief(title: str, text: str, relevant: bool) -> None:
    """A brief may name three other states, or more where China and Russia are named as one pair."""
    verdict = weigh([title] if title else [], [text], "en")
    assert verdict.relevant is relevant
    assert verdict.reason == ("" if relevant else gate.THIRD)


def test_only_the_likeliest_rival_counts() -> None:
    """An article on the two may name many other states, each of them now and then."""
    others = ["Modi spoke.", "Erdogan spoke.", "Kim spoke.", "Macron spoke.", "Lula spoke.", "Trump spoke."]
    assert weigh([], [*others, BOTH["en"], BOTH["en"]], "en").relevant


@pytest.mark.parametrize(
    ("named", "then", "language", "relevant"),
    [
        ("Putin met Xi.", "The two leaders signed.", "en", True),
        ("Putin met Modi.", "The two leaders signed.", "en", False),
        ("Путин принял Си Цзиньпина.", "Лидеры двух стран подписали.", "ru", True),
        ("Путин принял Моди.", "Лидеры двух стран подписали.", "ru", False),
        ("普京会见习近平。", "两国元首签署。", "zh", True),
        ("普京会见莫迪。", "两国元首签署。", "zh", False),
    ],
)
def test_the_two_countries(named: str, then: str, language: str, relevant: bool) -> None:
    """ "The two countries" are those named last: they tie China and Russia, or Russia and India."""
    rest = [NEITHER[language]] * 4
    assert weigh([], [named, then, then, *rest], language).relevant is relevant


@pytest.mark.parametrize(
    ("title", "text", "language", "relevant"),
    [
        ("Two walls compared", "Unlike China's, Russia's leaks.", "en", False),
        ("Two walls compared", "Russia bought China's.", "en", True),
        ("Two walls", "Unlike China's, Russia's leaks.", "en", True),
        ("Trade up compared with May", "Chinese and Russian tastes are similar.", "en", True),
        ("Две модели", "В отличие от Китая, Россия ждёт.", "ru", False),
        ("两种模式的比较", "俄罗斯与中国不同。", "zh", False),
    ],
)
def test_a_comparison(title: str, text: str, language: str, relevant: bool) -> None:
    """What sets the two side by side, in the headline and in the text, says nothing of what they do together."""
    verdict = weigh([title], [text], language)
    assert verdict.relevant is relevant
    assert verdict.reason == ("" if relevant else gate.COMPARES)


def test_a_brief_is_one_passage() -> None:
    """In a brief, two sentences that name one side each speak of both."""
    assert weigh(["Summit ends"], ["Xi left at noon.", "Putin stayed for tea."], "en").relevant


def test_languages() -> None:
    """A language tag may carry a script or a country; what has no names is not read."""
    assert [known_language(tag) for tag in ("en", "zh-Hans", "RU_ru", "de", "", "english")] == [
        "en",
        "zh",
        "ru",
        "",
        "",
        "",
    ]


@given(st.sampled_from(["", BOTH["en"], THIRD["en"], "Compared"]), st.lists(st.booleans(), max_size=60), st.booleans())
def test_relevance_is_graded(title: str, pattern: list[bool], third: bool) -> None:
    """Relevance stays in [0, 1), is 0.5 exactly at the rule, and never falls with one more co-mention."""

    def verdict(pattern: list[bool]) -> gate.Verdict:
        other = THIRD["en"] if third else "Unlike the rain."
        return weigh([title], [BOTH["en"] if both else other for both in pattern], "en")

    before = verdict(pattern)
    assert 0 <= before.relevance < 1
    assert before.relevant is (before.relevance >= 0.5)
    assert before.reason in {"", *gate.REASONS}
    if False in pattern:
        more = pattern.copy()
        more[more.index(False)] = True
        assert verdict(more).relevance >= before.relevance


@given(st.text(), st.text(), st.sampled_from(["en", "ru", "zh", "de", ""]))
def test_any_text_has_a_verdict(title: str, text: str, language: str) -> None:
    """The first look takes any text, and rejects only for a reason from its list."""
    verdict = first_look(title, text, language)
    assert verdict is None or verdict.reason in gate.REASONS


@pytest.mark.parametrize("word", ["A", "A.", "A b", "Я", "中"])
def test_endless_words_take_no_time(word: str) -> None:
    """A hostile text of one endless word is looked at in linear time."""
    start = time.process_time()
    for language in ("en", "ru", "zh"):
        gate.names_both("Russia and China. Россия и Китай. 中国和俄罗斯。" + word * 40_000, language)
    assert time.process_time() - start < 20
