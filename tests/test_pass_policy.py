"""Whole passes with voices that are muted, and a theme that grows while it cools down."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mailservers import MailSink
from servers import HttpServer
from town import DAY, MORNING, feed, gas_day, quiet_day, settings_for, watch
from warehouse import ledger
from warehouse.ledger import VoiceVerdict
from warehouse.query import ask
from warehouse.records import Voice
from warehouse.store import Store

NEXT, HOUR = MORNING + DAY, timedelta(hours=1)


@pytest.fixture(scope="module")
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


@pytest.fixture(scope="module")
def quiet(town: HttpServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a quiet morning."""
    quiet_day(town)
    file = settings_for(tmp_path_factory.mktemp("quiet"), town)
    watch(file, MORNING)
    return file.parent / "data"


@pytest.fixture
def folder(tmp_path: Path, quiet: Path, town: HttpServer) -> Path:
    """A folder for a town in which two papers take up the gas pipeline, after that morning."""
    shutil.copytree(quiet, tmp_path / "data")
    quiet_day(town)
    gas_day(town)
    return tmp_path


def a_third_paper(town: HttpServer) -> None:
    """Speaks of it as well, from another bloc."""
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=NEXT + 2 * HOUR)


def test_a_muted_voice_does_not_count(folder: Path, town: HttpServer) -> None:
    """What only it would carry is kept as unheard, once; when another joins, they are alerted without it."""
    file = settings_for(folder, town)
    with Store(folder / "data").transaction() as con:
        ledger.give(con, [VoiceVerdict("mute", Voice("bloc", "china-state"), MORNING)])
    records = [watch(file, NEXT + n * HOUR) for n in (0, 1)]
    assert [(record.findings, record.alerts) for record in records] == [(1, 0), (0, 0)]
    a_third_paper(town)
    record = watch(file, NEXT + DAY)
    assert (record.findings, record.alerts) == (1, 1)
    found = ask(folder / "data" / "amur.duckdb", "SELECT decision, publisher_names FROM new_themes ORDER BY found_at")
    assert found.rows == (("unheard", ["alpha", "beta"]), ("alert", ["alpha", "gamma"]))


def test_a_theme_that_grows_is_told_once_more(folder: Path, town: HttpServer) -> None:
    """A bloc that joins in while the theme cools down brings one more message, which says so; and then no other."""
    with MailSink() as sink:
        file = settings_for(folder, town, smtp_port=sink.port)
        watch(file, NEXT)
        a_third_paper(town)
        again, after = watch(file, NEXT + DAY), watch(file, NEXT + 2 * DAY)
        letters = [message_from_bytes(letter.body, policy=policy.default) for letter in sink.letters]
    assert [(record.findings, record.alerts) for record in (again, after)] == [(1, 1), (0, 0)]
    first, second = letters
    assert str(first["Subject"]).startswith("Amur: new theme – ")
    assert str(second["Subject"]).startswith("Amur: new theme grows – ")
    text = second.get_body(("plain",))
    assert text is not None
    assert "1 bloc that had not spoken of it before does now: russia-exile." in " ".join(text.get_content().split())
