"""The author's institution, and nobody else's."""

from __future__ import annotations

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.institutions import INSTITUTIONS, KINDS, Affiliation, AuthorFacts, affiliation_of, known_in

BODY = "The talks ended late.\nNobody signed.\n"


def of(author: str = "", text: str = "", about: str = "", url: str = "", house: str = "") -> str | None:
    found = affiliation_of(AuthorFacts(author, about, BODY + text, url, house))
    return found.name if found else None


@pytest.mark.parametrize(
    ("author", "line", "institution"),
    [
        ("Ann Brown", "Ann Brown is a senior fellow at the Carnegie Endowment.",
         "Carnegie Endowment for International Peace"),
        ("", "Ann Brown is a senior fellow at Chatham House.", "Chatham House"),
        ("Ann Brown", "About the author\nAnn Brown teaches history at the University of Tartu.", "University of Tartu"),
        ("Ann Brown", "The author is a researcher at the Nordic Institute for Eastern Questions.",
         "Nordic Institute for Eastern Questions"),
        ("Ann Brown", "Ann Brown was previously at RAND. She is now a lecturer at King's College London.",
         "King's College London"),
        ("Ann Brown", "Ann Brown, a former fellow at CSIS, is a professor at Fudan University.", "Fudan University"),
        ("Пётр Волков", "Пётр Волков, старший научный сотрудник ИМЭМО РАН", "IMEMO RAS"),
        ("", "Об авторе: Пётр Волков, эксперт Российского совета по международным делам",
         "Russian International Affairs Council"),
        ("Пётр Волков", "Пётр Волков — доцент Института рек и озёр", "Института рек и озёр"),
        ("王海", "（作者系复旦大学国际问题研究院教授）", "Fudan University"),
        ("", "作者：王海，东海战略研究院研究员", "东海战略研究院"),
        ("王海", "王海，中国社会科学院俄罗斯东欧中亚研究所研究员", "Chinese Academy of Social Sciences"),
    ],
)  # fmt: skip
def test_a_line_about_the_author(author: str, line: str, institution: str) -> None:
    """A line below the text that presents its author names the institution, a known one under its one name."""
    assert of(author, line) == institution


@pytest.mark.parametrize(
    ("author", "line"),
    [
        ("Ann Brown", "Maria Lee, a senior fellow at CSIS, said the pipeline was dead."),
        ("Ann Brown", "Maria Lee is a senior fellow at CSIS."),
        ("", "Maria Lee is a professor at Fudan University.\nThat was all for the day."),
        ("", "Maria Lee is a professor at Fudan University, and she told us to wait."),
        ("Ann Brown", "The Carnegie Endowment published a map of the river."),
        ("Ann Brown", "Ann Brown is an editor at this magazine."),
        ("Ann Brown", "Ann Brown is a former fellow at CSIS."),
        ("Пётр Волков", "Мария Ли, профессор ВШЭ, считает иначе."),
        ("王海", "复旦大学教授李明指出，谈判不会结束。"),
        ("Rand Paul", "He will not sign."),
        ("Ann Brown", "By Monday the guests from Fudan University had left."),
    ],
)
def test_others_are_not_the_author(author: str, line: str) -> None:
    """Whom the text quotes or presents, and where the author once was, says nothing of where the author speaks from."""
    assert of(author, line) is None


@pytest.mark.parametrize(
    ("author", "institution"),
    [
        ("Ann Brown, RUSI", "Royal United Services Institute"),
        ("Ann Brown (University of Lapland)", "University of Lapland"),
        ("Пётр Волков, НИУ ВШЭ", "HSE University"),
        ("王海，上海国际问题研究院", "Shanghai Institutes for International Studies"),
        ("Ann Brown", None),
        ("Ann Brown, Berlin", None),
        ("Reuters", None),
    ],
)
def test_the_byline(author: str, institution: str | None) -> None:
    """What stands behind the name in a byline is the author's."""
    assert of(author) == institution


def test_the_nearest_statement_counts() -> None:
    """The page's own data count before the byline, that before the text, and the house that publishes comes last."""
    url, line = "https://www.chathamhouse.org/2026/03/river", "Ann Brown is a fellow at MERICS."
    assert of("Ann Brown, RUSI", line, "University of Lapland", url) == "University of Lapland"
    assert of("Ann Brown, RUSI", line, "Senior reporter", url) == "Royal United Services Institute"
    assert of("Ann Brown", line, "", url) == "Mercator Institute for China Studies"
    assert of("Ann Brown", "", "", url) == "Chatham House"


def test_the_house_that_publishes() -> None:
    """A think tank's own address or feed is where its authors speak from; a look-alike's is not."""
    facts = AuthorFacts("", "", BODY, "https://politics.merics.org/a", "")
    assert affiliation_of(facts) == Affiliation("Mercator Institute for China Studies", "think tank", publishes=True)
    assert of(url="https://merics.org.evil.example/a") is None
    assert of(url="https://notmerics.org/a") is None
    assert of(url="http://[broken") is None
    assert of(house="CSIS – ChinaPower") == "Center for Strategic and International Studies"
    assert of(house="The Steppe Courier") is None


def test_the_list_is_sound() -> None:
    """Every institution has a known kind, and no name or address means two of them."""
    table = tomllib.loads(INSTITUTIONS.read_text("utf-8"))["institution"]
    assert {entry["kind"] for entry in table} == set(KINDS)
    names = [name.casefold() for entry in table for name in {n.casefold() for n in (entry["name"], *entry["also"])}]
    hosts = [host for entry in table for host in entry["hosts"]]
    assert len(names) == len(set(names))
    assert len(hosts) == len(set(hosts))
    for entry in table:
        for name in (entry["name"], *entry["also"]):
            found = known_in(name)
            assert found is not None
            assert found.name == entry["name"]


@given(*(st.text(max_size=300) for _ in range(5)))
def test_whatever_comes_in(author: str, about: str, text: str, url: str, house: str) -> None:
    """No input is an error, and what is found has a name and a known kind."""
    found = affiliation_of(AuthorFacts(author, about, text, url, house))
    assert found is None or (found.name and found.kind in KINDS)


@pytest.mark.parametrize("piece", ["A ", "Aa ", "Institute of ", "former ", "作者系", "A. ", "- ", "Ann is at A "])
def test_no_text_takes_long(piece: str) -> None:
    """The whole pass waits for this: no text, however odd, takes more than the blink of an eye."""
    affiliation_of(AuthorFacts("", "", "", "", ""))
    text = piece * (200_000 // len(piece))
    lines = "\n".join([(piece * 300)[:699]] * 20)
    begun = time.process_time()
    affiliation_of(AuthorFacts(text[:200], lines, text, "", text[:200]))
    affiliation_of(AuthorFacts("", "", lines, "", ""))
    assert time.process_time() - begun < 5
