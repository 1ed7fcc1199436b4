"""Whole passes over a town that takes up a topic of which no theme speaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import arctic
from mailservers import MailSink
from messages import parsed, part
from servers import HttpServer
from town import DAY, MORNING, feed, has_read, quiet_day, settings_for, watch
from warehouse.query import ask
from warehouse.store import Store

WHO = {
    "alpha": ("icebound-cover", "premiums-afloat"),
    "beta": ("average-adjusters", "mutual-club"),
    "gamma": ("ice-class",),
}


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        server.routes |= {f"/{slug}": arctic.page(slug) for slug in arctic.TEXTS}
        yield server


def arctic_day(town: HttpServer) -> None:
    """Three papers speak of insurance in the Arctic, in five stories; the one with a single story first."""
    for hours, (paper, slugs) in enumerate(WHO.items()):
        town.routes[f"/{paper}.xml"] = feed(town, *slugs, "market-day", at=MORNING + DAY / 2 - hours * DAY / 24)


def asked(file: Path, query: str) -> list[tuple[object, ...]]:
    with Store(file.parent / "data").transaction() as con:
        return con.execute(query).fetchall()


@pytest.mark.usefixtures("model")
def test_what_no_theme_explains_is_told_once(town: HttpServer, tmp_path: Path) -> None:
    """Five stories of three publishers on one topic without a theme are one candidate: one mail, and no second one."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        has_read(file)
        assert watch(file, MORNING).findings == 0
        arctic_day(town)
        record = watch(file, MORNING + DAY)
        assert (record.findings, record.alerts, record.messages_sent) == (1, 1, 1)
        again = watch(file, MORNING + 2 * DAY)
        assert (again.findings, again.messages_sent) == (0, 0)
        (letter,) = sink.letters
    told = "SELECT kind, decision, stories, publisher_names FROM new_themes"
    assert asked(file, told) == [("candidate", "alert", 4, ["alpha", "beta", "gamma"])]
    (found,) = asked(file, "SELECT candidate_id, label, state, quiet, articles, languages FROM candidate_themes")
    assert found[2:] == ("open", None, 5, ["en"])
    said = asked(file, "SELECT DISTINCT publisher FROM candidate_passages ORDER BY ALL")
    assert said == [("alpha",), ("beta",), ("gamma",)]
    assert str(found[1]).split(" · ")[0] in parsed(letter.body)["Subject"] + part(letter.body, "plain")


@pytest.mark.usefixtures("model")
def test_what_was_there_at_first_is_told_to_nobody(town: HttpServer, tmp_path: Path) -> None:
    """What every feed brought along at its first answer is kept as a candidate that nobody was told of."""
    file = settings_for(tmp_path, town)
    has_read(file)
    arctic_day(town)
    assert watch(file, MORNING + DAY).findings == 0
    assert asked(file, "SELECT state, quiet FROM candidate_themes") == [("open", "burn-in")]
    published = ask(file.parent / "data" / "amur.duckdb", "SELECT state, quiet, stories FROM candidate_themes")
    assert published.rows == (("open", "burn-in", 5),)
