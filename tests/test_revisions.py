"""What counts as a change of a text, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import DAY, NOW, make_fetch
from extractors.revisions import Known, Look, compare, differences, judged_by_answer, next_visit, word_differences
from warehouse.records import Outcome, Reading

EN = """Moscow wanted a signature by the end of the spring. Beijing wanted a lower price, and it had the time to wait.
Mr. Orlov, who sits on the board, called the talks "useful". Nobody else did.
The terminal at the border handles 12 trains a day, which is half of what it was built for. A second track is planned.
Whether it will be laid depends on who pays for it. Neither side has said that it would."""
RU = """Москва хотела подписать договор до конца весны. Пекин хотел снизить цену и мог позволить себе ждать.
Член правления г. Орлов назвал переговоры полезными. Больше никто их так не назвал.
Терминал на границе пропускает 12 поездов в сутки, вдвое меньше проектной мощности. Второй путь только планируется."""
ZH = """莫斯科希望在春天结束之前签字。北京希望压低价格，而且有时间等待。
董事奥尔洛夫称会谈是有益的。其他人没有这样说。
边境口岸每天通过十二列火车，只有设计能力的一半。第二条线路正在规划之中。"""
TEXTS = {"en": EN, "ru": RU, "zh": ZH}


def look(before: str, after: str, language: str = "en", titles: tuple[str, str] = ("One title", "One title")) -> Look:
    readings = [
        Reading(text, "", title, "", None, language, 1) for text, title in zip((before, after), titles, strict=True)
    ]
    return compare(readings[0], readings[1], Known("The feed's title", before, language, None, ""))


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    "furniture",
    [
        "Updated 5 minutes ago",
        "Published on 6 April 2026 at 12:30. Updated 14:05.",
        "1,204 views, 17 comments.",
        "Read also: Cherries are dear this year",
        "Обновлено 6 апреля 2026 в 12:30.",
        "Материалы по теме",
        "更新时间：2026年4月6日 12:30",
        "阅读 1204 评论 17。",
    ],
)
def test_furniture_is_no_change(language: str, furniture: str) -> None:
    """Time stamps, counters and links may come, go and stand anywhere."""
    text = TEXTS[language]
    first, _, rest = text.partition("\n")
    for other in (f"{furniture}\n{text}", f"{first}\n{furniture}\n{rest}", f"{text}\n{furniture}"):
        assert look(text, other, language).outcome == "unchanged"
        assert look(other, text, language).outcome == "unchanged"


@pytest.mark.parametrize("language", TEXTS)
def test_teasers_of_other_articles_are_no_change(language: str) -> None:
    """Short lines behind the text that give way to other short lines are other articles."""
    one = {
        "en": "A long frost has cost farmers a third of the cherries.",
        "ru": "Мороз погубил треть урожая вишни.",
        "zh": "霜冻毁掉了三分之一的樱桃。",
    }
    two = {
        "en": "The council wants stalls moved to the river bank.",
        "ru": "Совет хочет перенести лавки к реке.",
        "zh": "市政会要把摊位搬到河边去。",
    }
    text = TEXTS[language]
    assert look(f"{text}\n{one[language]}", f"{text}\n{two[language]}", language).outcome == "unchanged"


@pytest.mark.parametrize("language", TEXTS)
def test_how_it_is_set_is_no_change(language: str) -> None:
    """Spaces, line breaks, quotation marks, dashes and case carry nothing."""
    text = TEXTS[language]
    assert (
        look(text, text.replace(", ", " – ").replace('"', "“").replace("\n", "\n\n  ").upper(), language).outcome
        == "unchanged"
    )


@pytest.mark.parametrize(
    ("language", "old", "new", "words"),
    [
        ("en", "12 trains", "18 trains", (1, 1)),
        ("en", "useful", "useless", (1, 1)),
        ("en", " Nobody else did.", "", (0, 3)),
        ("en", "said that it would.", "said that it would. Correction: the board has nine members.", (6, 0)),
        ("ru", "12 поездов", "18 поездов", (1, 1)),
        ("ru", " Больше никто их так не назвал.", "", (0, 6)),
        ("zh", "十二列", "十八列", (1, 1)),
        ("zh", "其他人没有这样说。", "", (0, 8)),
    ],
)
def test_one_sentence_makes_a_revision(language: str, old: str, new: str, words: tuple[int, int]) -> None:
    """A sentence added, removed or altered, by a single word or number, is a change."""
    text = TEXTS[language]
    assert old in text
    found = look(text, text.replace(old, new), language)
    assert (found.outcome, (found.words_added, found.words_removed)) == ("changed", words)
    assert found.reading
    assert found.reading.title == "The feed's title"


def test_another_title_makes_a_revision() -> None:
    """A headline that its page changed is the article's from now on; one that the page never showed is not compared."""
    found = look(EN, EN, titles=("Waiting pays", "Waiting pays off, at a price"))
    assert found.outcome == "changed"
    assert found.reading
    assert found.reading.title == "Waiting pays off, at a price"
    assert look(EN, EN, titles=("Waiting pays", "“Waiting” pays")).outcome == "unchanged"
    assert look(EN, EN, titles=("", "Waiting pays off")).outcome == "unchanged"


def test_a_wall_is_no_revision() -> None:
    """A page that shows less than half of its former text, and nothing new, keeps it back."""
    start = EN.partition("\n")[0]
    for wall in (start, f"{start}\nSubscribe to read the rest of this article."):
        assert look(EN, wall) == Look("unreachable", "stub")


def test_a_text_in_place_of_another_is_a_withdrawal() -> None:
    """Nothing of the text and nothing of its title is left; an article rewritten under its title is a revision."""
    other = (
        "The market on the square opens at six. Farmers say that the frost has cost them a third of the cherries. " * 3
    )
    assert look(EN, other, titles=("Waiting pays", "Cherries are dear")) == Look("withdrawn", "replaced")
    assert look(EN, other, titles=("Waiting pays", "Waiting pays off")).outcome == "changed"


def test_an_answer_alone_tells_what_is_gone() -> None:
    """404, 410 and 451 withdraw; "not modified" is unchanged; any other failure proves nothing."""
    failed = make_fetch(outcome=Outcome.FAILED)
    assert judged_by_answer(replace(failed, status=404, reason="not_found")) == Look("withdrawn", "not_found")
    assert judged_by_answer(replace(failed, status=410, reason="gone")) == Look("withdrawn", "gone")
    assert judged_by_answer(replace(failed, status=451, reason="unexpected_status")) == Look(
        "withdrawn", "unexpected_status"
    )
    assert judged_by_answer(replace(failed, status=500, reason="unavailable")) == Look("unreachable", "unavailable")
    assert judged_by_answer(make_fetch(outcome=Outcome.UNCHANGED)) == Look("unchanged")
    assert judged_by_answer(make_fetch()) is None


def test_days_count_from_the_first_reading() -> None:
    """The next visit is the first day still to come, whatever was missed; after the last there is none."""
    days = (DAY, 3 * DAY, 14 * DAY)
    due = [next_visit(NOW, days, NOW + timedelta(hours=hours)) for hours in (0, 24, 100, 400)]
    assert due == [NOW + DAY, NOW + 3 * DAY, NOW + 14 * DAY, None]


def test_differences_keep_the_order_of_reading() -> None:
    """Removed, altered and added sentences stand where they are read, and altered ones together."""
    after = EN.replace("Nobody else did.", "").replace("12 trains", "18 trains") + " The board meets in May."
    kinds = [piece.kind for piece in differences(EN, after, "en")]
    assert kinds.count("altered") == kinds.count("removed") == kinds.count("added") == 1
    assert kinds.index("removed") < kinds.index("altered") < kinds.index("added") == len(kinds) - 1


@given(st.text(alphabet="аb你. \n“", max_size=300), st.text(alphabet="аb你. \n“", max_size=300))
def test_no_sentence_is_lost(before: str, after: str) -> None:
    """Whatever the texts, all that is said in either of them is in their differences, and a text is like itself."""
    pieces = differences(before, after, "ru")

    def said(text: str) -> str:
        return "".join(filter(str.isalnum, text))

    assert said("".join(piece.before for piece in pieces)) == said(before)
    assert said("".join(piece.after for piece in pieces)) == said(after)
    assert {piece.kind for piece in differences(before, before, "ru")} <= {"kept"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_word_differences_are_both_sentences(before: str, after: str) -> None:
    """Put together again, the turns are the two sentences."""
    turns = word_differences(before, after)
    assert ("".join(old for old, _ in turns), "".join(new for _, new in turns)) == (before, after)
