"""Commentary, news, official statement or other: what tells them apart, in three languages."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.genre import GENRES, GenreFacts, points_of, tell

COMMENTARY = {
    "en": GenreFacts(
        "Why a pipeline is not a marriage",
        "Every winter somebody announces that the two capitals have never been closer. Perhaps they are. But a "
        "contract is a promise to pay, not a promise to love, and it is far from clear who needs whom.\n"
        "Is the buyer in a hurry? He is not. He has other sellers, he has storage, and above all he has time. The "
        "seller, however, must explain to his own budget why this year's price should be lower than the last. That is "
        "the real lesson of these talks: patience is worth more than gas.\n"
        "We should therefore stop asking whether there is an alliance. What matters is who waits for whom.",
        "en",
    ),
    "ru": GenreFacts(
        "Почему труба не брак",
        "Каждую зиму нам рассказывают, что две столицы никогда не были так близки. Возможно. Однако договор — это лишь "
        "обещание платить, а вовсе не обещание любить, и, по сути, неясно, кто кому нужен.\n"
        "Спешит ли покупатель? Конечно, нет. Ведь у него есть другие продавцы, есть хранилища, есть время. Продавцу же "
        "нужно объяснить собственному бюджету, почему цена должна быть ниже прошлогодней. Именно поэтому терпение "
        "стоит дороже газа.\n"
        "Итак, спрашивать следует не о союзе. На мой взгляд, важнее, кто кого ждёт.",
        "ru",
    ),
    "zh": GenreFacts(
        "管道为什么不是婚姻",
        "每到冬天，总有人说两国关系前所未有地亲近。也许如此。然而，合同只是付钱的承诺，而不是相爱的承诺，究竟谁更需要谁，其实并不清楚。\n"
        "买家着急吗？显然不急。他有别的卖家，有储气库，更有时间。卖家却必须向自己的预算解释，为什么今年的价格应该比去年低。"
        "因此，耐心比天然气更值钱。换言之，我们不妨少问一句有没有同盟，多问一句谁在等谁。",
        "zh",
    ),
}
NEWS = {
    "en": GenreFacts(
        "Grain terminal opens on the border river",
        "KHABAROVSK, March 2 (Example Wire) — A grain terminal opened on the river on Monday, officials said.\n"
        "The first barges were loaded in the morning, according to the port's spokesman, who said that 40,000 tonnes "
        "were expected by Friday. “We waited nine years for this crane,” the mayor told reporters.\n"
        "The ministry confirmed the date in a statement. Traders said prices had not moved.",
        "en",
    ),
    "ru": GenreFacts(
        "На пограничной реке открылся зерновой терминал",
        "В понедельник на реке заработал зерновой терминал, сообщила пресс-служба порта.\n"
        "По словам представителя порта, первые баржи загрузили утром, до пятницы ожидается 40 тысяч тонн. «Мы ждали "
        "этот кран девять лет», — заявил журналистам мэр. Ранее в министерстве подтвердили дату открытия.\n"
        "Цены не изменились, отметил собеседник агентства.",
        "ru",
    ),
    "zh": GenreFacts(
        "界河粮食码头启用",
        "记者从港口方面获悉，界河粮食码头2日启用。据港口负责人透露，首批驳船当天上午装船，预计周五前发运4万吨。"
        "“这台吊车我们等了九年，”市长接受采访时告诉记者。主管部门此前公布了启用日期。数据显示，粮价没有变化。",
        "zh",
    ),
}
OFFICIAL = {
    "en": GenreFacts(
        "Joint statement on cooperation along the border river",
        "At the invitation of the Governor, the Minister paid an official visit on 2 March. The two sides exchanged "
        "views in a friendly atmosphere on bilateral relations and reaffirmed their commitment to mutual benefit.\n"
        "The two sides noted with satisfaction the opening of the terminal. The Minister stressed that his country "
        "stands ready to deepen joint efforts, and the Governor pointed out the consensus of the heads of state.",
        "en",
    ),
    "ru": GenreFacts(
        "О встрече министра с губернатором",
        "2 марта по приглашению губернатора с официальным визитом прибыл министр. Состоялась встреча, в ходе которой "
        "стороны обменялись мнениями об актуальных вопросах двустороннего взаимодействия.\n"
        "Стороны с удовлетворением отметили открытие терминала. В конструктивной и дружественной атмосфере была "
        "подтверждена договорённость глав государств. Китайская сторона выразила благодарность за приём.",
        "ru",
    ),
    "zh": GenreFacts(
        "省长会见来访部长",
        "应省长邀请，部长2日来访。省长在会见时指出，双方要落实两国元首重要共识，中方愿同俄方深化战略协作。"
        "部长强调，俄方愿同中方巩固友好，高度评价码头启用。双方一致同意保持密切沟通。有关部门负责人参加会见。",
        "zh",
    ),
}
TALK = GenreFacts(
    "The harbour master on nine years of waiting",
    "Interviewer: When was the crane ordered?\nHarbour master: Nine years ago.\nInterviewer: And paid for?\n"
    "Harbour master: Twice.\nInterviewer: Why twice?\nHarbour master: You should ask the bank.",
    "en",
)
PLAIN = GenreFacts("Two towns and a river", "The towns stand on two banks. The river is wide.", "en")


def genre_of(facts: GenreFacts) -> str:
    return tell(facts)[0]


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize(
    ("genre", "pieces"), [("commentary", COMMENTARY), ("news", NEWS), ("official", OFFICIAL)], ids=lambda x: str(x)[:10]
)
def test_the_text_alone_tells(genre: str, pieces: dict[str, GenreFacts], language: str) -> None:
    """Argument, report and protocol are told apart by title and text alone, in every language read."""
    assert genre_of(pieces[language]) == genre


def test_a_conversation_is_neither() -> None:
    """Speakers who come back line by line make a conversation, whatever they say; headings with a colon do not."""
    assert genre_of(TALK) == "other"
    headed = replace(TALK, text="First: the crane.\nSecond: the bank.\nThird: the mayor.\nFourth: the river.")
    assert genre_of(headed) != "other"


@pytest.mark.parametrize(
    ("known", "genre"),
    [
        ({"url": "https://ledger.example/opinion/two-towns"}, "commentary"),
        ({"url": "https://ledger.example/2026/03/analysis/two-towns.html"}, "commentary"),
        ({"url": "https://opinion.ledger.example/a/two-towns"}, "commentary"),
        ({"url": "https://ledger.example/mneniya/two-towns"}, "commentary"),
        ({"url": "https://ledger.example/%E8%AF%84%E8%AE%BA/two-towns"}, "commentary"),
        ({"section": "мнения"}, "commentary"),
        ({"section": "world, opinion"}, "commentary"),
        ({"institution": "think tank"}, "commentary"),
        ({"stance": "AU think tank"}, "commentary"),
        ({"byline": "Ann Brown, columnist"}, "commentary"),
        ({"url": "https://ledger.example/press-releases/two-towns"}, "official"),
        ({"institution": "government"}, "official"),
        ({"url": "https://ledger.example/podcasts/two-towns"}, "other"),
        ({"url": "https://ledger.example/news/two-towns"}, "news"),
        ({"url": "https://ledger.example/two-towns-why-opinion-polls-matter"}, "news"),
        ({"url": "http://[broken"}, "news"),
        ({}, "news"),
    ],
)
def test_what_the_house_says_counts(known: dict[str, str], genre: str) -> None:
    """Where the text leaves it open, section, address, byline and house decide, but never the words of the slug."""
    assert genre_of(replace(PLAIN, **known)) == genre


def test_a_line_about_the_author_counts() -> None:
    """Who is presented as a scholar below a text has written it as one."""
    bio = "\nAnn Brown is a senior research fellow at a college in the north."
    assert genre_of(replace(PLAIN, text=PLAIN.text + bio)) == "commentary"
    assert genre_of(replace(PLAIN, text=PLAIN.text + "\nOb avtore.")) == "news"


def test_quotations_are_not_the_authors_voice() -> None:
    """What others argue within quotation marks makes no commentary."""
    speech = " “I think we should perhaps ask why. However, it must be said: why? We should, indeed.”"
    facts = replace(NEWS["en"], text=NEWS["en"].text + speech * 3)
    assert genre_of(facts) == "news"
    argued = [p.points for p in points_of(facts) if p.cue == "words of argument"]
    assert argued == [p.points for p in points_of(NEWS["en"]) if p.cue == "words of argument"]


def test_the_cue_explains() -> None:
    """The loudest cue is named in words; where none speaks it is news by default and there is none to name."""
    assert tell(replace(PLAIN, url="https://ledger.example/opinion/x")) == ("commentary", "a section for commentary")
    assert tell(TALK) == ("other", "turns of a conversation")
    assert tell(GenreFacts("", "x" * 1_000, ""))[0] == "news"


@given(
    *(st.text(max_size=300) for _ in range(6)), st.sampled_from(["", "en", "ru", "zh", "kk"]),
)  # fmt: skip
def test_always_one_of_the_known(
    title: str, text: str, url: str, section: str, byline: str, stance: str, language: str
) -> None:
    """Whatever comes in, one of the known genres comes out, and the same one each time."""
    facts = GenreFacts(title, text, language, url, section, byline, stance)
    assert genre_of(facts) in GENRES
    assert tell(facts) == tell(facts)


@pytest.mark.parametrize("piece", ["A", "A ", "Aa ", "«", '"', "“", "A. ", "作者系", "Name: ", "- ", "? ", "\n"])
def test_no_text_takes_long(piece: str) -> None:
    """The whole pass waits for this: no text, however odd, takes more than the blink of an eye."""
    genre_of(PLAIN)
    text = piece * (200_000 // len(piece))
    begun = time.process_time()
    for language in ("en", "ru", "zh"):
        genre_of(GenreFacts(text[:500], text, language, byline=text[:200], section=text[:500], stance=text[:200]))
    assert time.process_time() - begun < 5
