"""`amur candidates`: what is listed and shown, what is decided, and what the alert on one says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from archived import ask, typed
from desk import THEME, furnish, write_settings
from flows.commands import Exit
from gathered import ID, SAID, gather, make_border_candidate
from warehouse.candidate_decisions import became_themes
from warehouse.findings import read_alerts
from warehouse.publish import publish
from warehouse.store import Store

QUIET = "c-99aabbcc"
Asked = Callable[..., Result]


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with a candidate that was told and one that was not; the path of amur.toml."""
    desk, now = furnish(tmp_path_factory.mktemp("desk") / "watched"), datetime.now(UTC)
    feeds, taxonomy = desk.settings.feeds, desk.settings.taxonomy
    store = Store(desk.settings.data)
    with store.transaction() as con:
        gather(con, feeds, taxonomy, now, make_border_candidate(nearest=THEME))
        quiet = make_border_candidate(id=QUIET, label="Yuan · loans", phrases=("yuan", "loans"), nearest="")
        gather(con, feeds, taxonomy, now, quiet, "burn-in")
    publish(store, now)
    return desk.file


@pytest.fixture
def file(gathered: Path, tmp_path: Path) -> Path:
    """The same in a folder of its own, for whoever changes it."""
    return Path(shutil.copytree(gathered.parent, tmp_path / "watched")) / "amur.toml"


def test_a_list_says_what_there_is(gathered: Path) -> None:
    """Each candidate has a line with how much gathered, how sure that is, and what it is near to."""
    head, *lines = typed(gathered, "candidates", "list").stdout.splitlines()
    assert " ".join(head.split()) == "id label stories publishers blocs languages first seen sure nearest state"
    told = next(line for line in lines if line.startswith(ID))
    assert "Mongolia · transit fee · coal wagons" in told
    assert "5           3      2  en, ru, zh" in told
    assert told.split()[-3:] == ["0.71", THEME, "open"]
    assert next(line for line in lines if line.startswith(QUIET)).endswith("open, burn-in")
    asked = json.loads(typed(gathered, "candidates", "list", "--state", "open", "--json").stdout)
    assert {one["candidate_id"] for one in asked} == {ID, QUIET}
    assert "No candidate is merged." in typed(gathered, "candidates", "list", "--state", "merged").stdout


def test_what_is_shown(gathered: Path) -> None:
    """Quotations of different publishers with their links, the spread, the nearest theme, the articles, the alert."""
    said = typed(gathered, "candidates", "show", ID[:6]).stdout
    assert all(f"“{sentence}”" in said for sentence, _ in SAID)
    assert "Beside the point" not in said
    assert "steppe-review (central-asia, English): At the border, part 0, https://steppe-review.example/" in said
    assert "5 stories (6 articles, copies counted once) from 3 publishers" in said
    assert f"The nearest theme is {THEME} (" in said
    assert f"amur candidates merge {ID} {THEME}" in said
    assert [line.split()[:4] for line in said.splitlines() if line.startswith("independent")] == [
        ["independent", "ru", "2", "1"],
        ["independent", "zh", "2", "1"],
    ]
    told = json.loads(typed(gathered, "candidates", "show", ID, "--json").stdout)
    assert [quote["language"] for quote in told["quotes"]] == ["en", "ru", "zh"]
    assert len({quote["publisher"] for quote in told["quotes"]}) == 3
    assert len(told["members"]) == 6
    telling = {passage["sentence"] for passage in told["passages"] if passage["telling"]}
    assert telling == {sentence for sentence, _ in SAID}
    assert told["alert_id"]
    assert "Amur had only begun to watch" in typed(gathered, "candidates", "show", QUIET).stdout


def test_dismiss_and_reopen(file: Path) -> None:
    """What is dismissed says why, is in no list of open ones, and its alert is seen to; the word can be taken back."""
    said = typed(file, "candidates", "dismiss", ID, "--note", "One  summit.", "--by", "Aisulu")
    assert said.exit_code == 0, said.output
    assert f"amur candidates reopen {ID}" in said.stdout
    assert "“One  summit.”" in typed(file, "candidates", "show", ID).stdout
    assert ask(file, "SELECT verdict FROM alert_log WHERE kind = 'candidate'") == [("acked",)]
    again = typed(file, "candidates", "dismiss", ID)
    assert (again.exit_code, f"amur candidates reopen {ID}" in again.stderr) == (Exit.WRONG, True)
    assert json.loads(typed(file, "candidates", "reopen", ID, "--json").stdout)["before"] == "dismissed"
    assert ask(file, "SELECT DISTINCT state, theme_id FROM candidates") == [("open", "")]
    assert "is open as it is" in typed(file, "candidates", "reopen", ID).stderr
    assert ask(file, "SELECT what, given_by FROM candidate_decisions ORDER BY number") == [
        ("dismiss", "Aisulu"),
        ("reopen", ""),
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "c-1f2e3d4d"), f"Did you mean {ID}?"),
        (("show", "mongolia"), f"Did you mean {ID}?"),
        (("show", "c-"), "amur candidates list"),
        (("dismiss", "nothing"), "There is no candidate 'nothing'."),
        (("promote", ID, "--id", "Transit Fees"), "such as mongolia-transit-fee"),
        (("promote", ID, "--id", THEME), f"amur candidates merge {ID} {THEME}"),
        (("promote", ID, "--id", QUIET), "is no id of a theme"),
        (("merge", ID, "energy-levrage"), f"did you mean '{THEME}'?"),
        (("list", "--state", "gone"), "'open', 'promoted', 'merged', 'dismissed'"),
    ],
)
def test_misuse(gathered: Path, words: tuple[str, ...], says: str) -> None:
    """Whatever is wrong, it is said what would be right."""
    said = typed(gathered, "candidates", *words)
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert says in said.stderr


def test_before_there_is_any(tmp_path: Path) -> None:
    """Without a warehouse it is said what makes one."""
    said = typed(write_settings(tmp_path), "candidates", "list")
    assert (said.exit_code, said.stdout) == (Exit.WAREHOUSE, "")
    assert "`amur run`" in said.stderr


def test_a_shell_is_offered_candidates(gathered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids are completed from the published file: open ones where only these will do."""
    from test_completion import offered

    monkeypatch.chdir(gathered.parent)
    assert sorted(offered("amur candidates show ")) == [ID, QUIET]
    assert offered("amur candidates promote c-9") == [QUIET]
    assert offered("amur candidates reopen ") == []
    assert offered(f"amur candidates merge {ID} energy") == [THEME]
    monkeypatch.chdir(gathered.parent.parent)
    assert offered("amur candidates show ") == []


def test_what_the_alert_is_made_of(gathered: Path) -> None:
    """An alert on a candidate has the candidate, its own quotations in their languages, and what it is measured by."""
    with Store(gathered.parent / "data").transaction() as con:
        ((alert_id,),) = con.execute("SELECT alert_id FROM alerts WHERE kind = 'candidate'").fetchall()
        (alert,) = read_alerts(con, [alert_id], 3)
        assert became_themes(con, datetime.min.replace(tzinfo=UTC)) == []
    assert alert.candidate
    assert (alert.label, alert.candidate.id) == ("Mongolia · transit fee · coal wagons", ID)
    assert [(quote.sentence, quote.language) for quote in alert.quotes] == list(SAID)
    assert sum(day.stories for day in alert.series) == 5
    assert alert.base
    assert (alert.base.themes, alert.base.relevant) == (19, 8)  # but its own six
    assert alert.base.nearest.startswith("Russian oil and gas")


def test_the_preview_of_its_alert(gathered: Path) -> None:
    """`amur alerts preview` takes the candidate's id, and the list of alerts names its kind."""
    said = typed(gathered, "alerts", "preview", ID).stdout
    assert said.startswith("Possible new theme: Mongolia · transit fee · coal wagons\n")
    assert f"amur candidates promote {ID}" in said
    assert "candidate" in typed(gathered, "alerts", "list", "--kind", "candidate").stdout
