"""Names: the file of them, and finding them in Russian and in Chinese under their English names."""

from __future__ import annotations

import unicodedata
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import names, themes
from extractors.gate import LANGUAGES
from extractors.themes import JudgeInput, judge
from warehouse.records import Mention, Taxonomy

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LABELS = {"PERSON", "ORG", "GPE", "LOC", "FAC", "PRODUCT", "LAW", "EVENT"}
ENTITIES = [entity for entity in names.entities() if entity.name]
FORMS = [
    (language, form, entity) for entity in names.entities() for language in LANGUAGES for form in entity.forms[language]
]


def found(text: str, language: str) -> list[str]:
    return sorted(mention.name for mention in names.mentions([text], language) for _ in range(mention.count))


# --- the file -------------------------------------------------------------------------------------


def test_every_name_has_its_forms() -> None:
    """Every name is in English, has a label of spaCy's, and forms in Russian and in Chinese."""
    assert len(ENTITIES) >= 160
    for entity in ENTITIES:
        assert entity.name.isprintable()
        assert "LATIN" in unicodedata.name(entity.name[0])
        assert entity.label in LABELS
        assert entity.forms["ru"]
        assert entity.forms["zh"]
    assert max(Counter(entity.name for entity in ENTITIES).values()) == 1


def test_no_form_has_two_meanings() -> None:
    """No form stands twice, be it under one name or two, nor with another spelling of ё."""
    counts = Counter((language, form.replace("ё", "е")) for language, form, _ in FORMS)
    assert [form for form, count in counts.items() if count > 1] == []


def test_no_form_is_a_trap() -> None:
    """Chinese forms have two characters or more, and none is Russian or Chinese in the list of another language."""
    for language, form, _ in FORMS:
        assert form == form.strip()
        scripts = {unicodedata.name(letter).split()[0] for letter in form if letter.isalpha()}
        assert scripts <= {"en": {"LATIN"}, "ru": {"CYRILLIC", "LATIN"}, "zh": {"CJK", "LATIN"}}[language], form
        assert len(form) >= 2


def test_a_form_is_found_as_what_it_is() -> None:
    """Each form alone is found under its name, once, though shorter ones stand within it; what is no name is not."""
    for language, form, entity in FORMS:
        if language != "en":
            expected = (Mention(entity.name, entity.label, 1),) if entity.label else ()
            assert names.mentions([form], language) == expected


# --- Russian --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Си Цзиньпина ждали в Москве.", ["Moscow", "Xi Jinping"]),
        ("Беседа с Путиным длилась час; о Владимире Путине писали.", ["Vladimir Putin", "Vladimir Putin"]),
        ("Си – Путин: что дальше", ["Vladimir Putin", "Xi Jinping"]),
        ("Ван И с Ли Цяном, Дун Цзюнем и Цинь Ганом", ["Dong Jun", "Li Qiang", "Qin Gang", "Wang Yi"]),
        ("Встреча с Касым-Жомартом Токаевым и Ким Чен Ыном", ["Kassym-Jomart Tokayev", "Kim Jong Un"]),
        ("Мантурову и Песковым; слова Захаровой", ["Denis Manturov", "Dmitry Peskov", "Maria Zakharova"]),
        ("ПУТИН В ПЕКИНЕ", ["Beijing", "Vladimir Putin"]),
        ("По «Силе Сибири» и «Силе Сибири — 2»", ["Power of Siberia", "Power of Siberia 2"]),
        ("Завод «Арктик СПГ-2» на Северном морском пути", ["Arctic LNG 2", "Northern Sea Route"]),
        ("На Большом Уссурийском острове, в Хэйхэ", ["Bolshoi Ussuriysky Island", "Heihe"]),
        ("Из Забайкальска в Маньчжоули, через Благовещенск", ["Blagoveshchensk", "Manzhouli", "Zabaikalsk"]),
        ("Договором о добрососедстве, дружбе и сотрудничестве", ["Treaty of Good-Neighbourliness"]),
        ("В Совете Безопасности ООН и в Совбезе РФ", ["Security Council of Russia", "UN Security Council"]),
        ("Участники «Одного пояса, одного пути», «Пояса и пути»", ["Belt and Road Initiative"] * 2),
        ("Новатэком и ЛУКОЙЛом; в МИДе России", ["Lukoil", "Ministry of Foreign Affairs of Russia", "Novatek"]),
        ("Мирзиёева и Мирзиеев", ["Shavkat Mirziyoyev"] * 2),
    ],
)
def test_russian_names(text: str, expected: list[str]) -> None:
    """A name is found in every case, past quotes and dashes; of two names at one place the longer one counts."""
    assert found(text, "ru") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Нота си.",
        "Тонны песков.",
        "В СИ семь единиц.",
        "Сели на мель: путина сорвана.",
        "Захаров ушёл.",
        "Шос не пишут.",
    ],
)
def test_no_russian_names(text: str) -> None:
    """A name wants its capital, and a short one no more than that; a man is not the woman of his name."""
    assert found(text, "ru") == []


# --- Chinese --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("习近平主席同普京总统会谈", ["Vladimir Putin", "Xi Jinping"]),
        ("習近平與弗拉基米爾•普丁", ["Vladimir Putin", "Xi Jinping"]),
        ("弗拉基米尔•普京", ["Vladimir Putin"]),
        ("白俄罗斯和俄罗斯", ["Belarus", "Russia"]),
        ("“西伯利亚力量-2”号与“西伯利亚力量”", ["Power of Siberia", "Power of Siberia 2"]),
        ("《中俄睦邻友好合作条约》", ["Treaty of Good-Neighbourliness"]),
        ("美国国务院答复，国务院尚未回应", ["State Council of China", "US Department of State"]),
        ("DJI无人机和CR929客机", ["CR929", "DJI"]),
        ("上海合作组织，上海", ["SCO", "Shanghai"]),
    ],
)
def test_chinese_names(text: str, expected: list[str]) -> None:
    """A name is found in simplified and traditional characters; of two names at one place the longer one counts."""
    assert found(text, "zh") == expected


@pytest.mark.parametrize(
    "text", ["发展中国家", "口岸以北约三十公里", "海南海口", "访华为期三天", "ADJI", "DJIX", "阿拉伯力量", "小李强调"]
)
def test_no_chinese_names(text: str) -> None:
    """What only holds the characters of a name is none, nor is a part of a word in Latin letters."""
    assert found(text, "zh") == []


# --- any text -------------------------------------------------------------------------------------


@given(
    st.lists(
        st.sampled_from(["Путин", "Сила ", "Сибири", " 2", "普京", "金砖", "国家", "«", "—", "\ud800", "D"]) | st.text()
    )
)
def test_any_text(parts: list[str]) -> None:
    """Whatever the text, only names of the file are found, most often named first."""
    known = {(entity.name, entity.label) for entity in ENTITIES}
    for language in ("ru", "zh"):
        mentions = names.mentions(["".join(parts)], language)
        assert {(mention.name, mention.label) for mention in mentions} <= known
        counts = [mention.count for mention in mentions]
        assert counts == sorted(counts, reverse=True)
    assert names.mentions(["".join(parts)], "de") == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Putin and Xi met in Beijing; Russia and China praised the Treaty of Good-Neighbourliness."),
        ("ru", "Путин и Си встретились в Пекине; Россия и Китай хвалят Договор о добрососедстве."),
        ("zh", "普京同习近平在北京会晤；俄罗斯和中国称赞《睦邻友好合作条约》。"),
    ],
)
def test_a_name_is_one_in_all_languages(language: str, text: str) -> None:
    """A relevant article names the same people and things, whichever of the three languages it is in."""
    mentions = judge(JudgeInput(uuid.UUID(int=1), "", text, language), Taxonomy((), "test"), NOW).mentions
    assert {(mention.name, mention.label) for mention in mentions} == {
        ("Vladimir Putin", "PERSON"),
        ("Xi Jinping", "PERSON"),
        ("Beijing", "GPE"),
        ("Russia", "GPE"),
        ("China", "GPE"),
        ("Treaty of Good-Neighbourliness", "LAW"),
    }


def test_names_are_of_the_scorer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Another file of names is another scorer: the archive is judged again."""
    before = themes._scorer()
    (tmp_path / "entities.toml").write_text(names.FORMS.read_text("utf-8") + "# one more\n", "utf-8")
    monkeypatch.setattr(names, "FORMS", tmp_path / "entities.toml")
    assert themes._scorer() != before == themes.SCORER
