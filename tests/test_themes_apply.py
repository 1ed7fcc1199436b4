"""The archive under edited themes: previewed, applied, killed and applied again, and told to nobody."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archived import ask, typed
from kills import contents, differences
from mailservers import MailSink
from processes import HERE
from servers import HttpServer
from town import DAY, MORNING, feed, gas_day, open_quickly, quiet_day, settings_for, watch

BEFORE = """
[[theme]]
id = "gas"
label = "Gas"
definition = "Who needs whose gas."
[theme.statements]
en = ["Gas from Qatar reaches Germany by ship."]
[theme.phrases.en]
strong = ["liquefied helium"]

[[theme]]
id = "stalls"
label = "Stalls"
definition = "Where the market is."
[theme.phrases.en]
strong = ["river bank"]
"""
AFTER = BEFORE.replace("Gas from Qatar reaches Germany by ship.", "Russia needs China to buy its gas.").replace(
    "liquefied helium", 'gas pipeline", "gas price", "discounted gas'
)
# In a process of its own, with workers of its own; killed at the n-th commit, before it is made.
APPLY = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from extractors.fetch import Fetcher
from extractors.workers import WorkerRules, Workers
from flows import judging
from flows.house import House, Unwatched
from flows.rescoring import rescore
from flows.settings import load
from warehouse import store
from warehouse.store import Store

file, at, last = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
judging.ARTICLES_AT_ONCE = 1
commits = 0

class Watched:
    def __init__(self, con):
        self._con = con
    def execute(self, statement, *rest):
        global commits
        commits += statement == "COMMIT"
        if statement == "COMMIT" and commits == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._con.execute(statement, *rest)
    def __getattr__(self, name):
        return getattr(self._con, name)

connect = store.connect_or_busy
store.connect_or_busy = lambda *args: Watched(connect(*args))
if __name__ == "__main__":
    settings = load(file, {})
    with Fetcher(settings.fetch, lambda: at) as fetcher, Workers(WorkerRules(count=1)) as workers:
        rescore(House(settings, Store(settings.data).open(), fetcher, workers, Unwatched(), lambda: at), at)
"""


@dataclass(frozen=True, slots=True)
class Edited:
    """A watched town whose two papers wrote of gas before anybody looked for it, and whose themes were edited since."""

    file: Path
    town: HttpServer
    mail: MailSink

    def copy(self, name: str) -> Path:
        """The same in another folder, ready for an apply."""
        folder = self.file.parent.with_name(name)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.file.parent, folder)
        return folder / "amur.toml"


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    with HttpServer() as town, MailSink() as mail:
        quiet_day(town)
        file = settings_for(tmp_path_factory.mktemp("town") / "watched", town, smtp_port=mail.port)
        themes = file.with_name("themes.toml")
        themes.write_text(BEFORE, encoding="utf-8")
        watch(file, MORNING)
        gas_day(town)
        assert watch(file, MORNING + DAY).articles_relevant == 2
        themes.write_text(AFTER, encoding="utf-8")
        yield Edited(file, town, mail)


def applied(file: Path, last: int = 0) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(HERE.parent), str(HERE)))
    return subprocess.run(  # noqa: S603  our own script
        [sys.executable, str(_script(file)), str(file), (MORNING + 1.1 * DAY).isoformat(), str(last)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def _script(file: Path) -> Path:
    # A file: a worker that is spawned reads it again, and with -c would not know what it is.
    script = file.with_name("apply.py")
    script.write_text(APPLY, encoding="utf-8")
    return script


def test_killed_and_applied_again(edited: Edited) -> None:
    """Wherever an apply is killed, another one leaves what an undisturbed one leaves, and nobody is told anything."""
    whole = edited.copy("undisturbed")
    done = applied(whole)
    assert done.returncode == 0, done.stderr
    expected = contents(whole)
    assert expected["scores"].total() > contents(edited.file)["scores"].total()
    for last in (4, 8):  # with the first article judged, and with the last one, neither of them kept
        file = edited.copy("killed")
        assert applied(file, last).returncode == -signal.SIGKILL
        assert differences(expected, contents(file)) != []
        assert applied(file).returncode == 0
        assert differences(expected, contents(file)) == []
    edited.town.routes["/gamma.xml"] = feed(edited.town, "valves", at=MORNING + DAY)
    record = watch(file, MORNING + 2 * DAY)
    assert (record.articles_relevant, record.findings, record.alerts) == (1, 0, 0)
    assert edited.mail.letters == []


def test_a_pass_finishes_what_an_apply_began(edited: Edited) -> None:
    """A pass after a killed apply judges what is left, says so, and alerts nobody."""
    file = edited.copy("passed")
    assert applied(file, 6).returncode == -signal.SIGKILL
    record = watch(file, MORNING + 2 * DAY)
    assert "themes.toml has changed: 2 articles judged anew; alerts about gas are silent until articles" in record.note
    assert record.alerts == 0
    assert "judged anew" not in watch(file, MORNING + 2 * DAY + DAY / 24).note


def test_diff(edited: Edited) -> None:
    """Diff tells what was changed in which theme, and that scores change."""
    said = typed(edited.file, "themes", "diff")
    lines = said.stdout.splitlines()
    assert lines[1].split(maxsplit=3) == [
        "gas",
        "changed",
        "change",
        "+3 phrases, +1 statement, -1 phrase, -1 statement",
    ]
    assert "  - en statement: Gas from Qatar reaches Germany by ship." in lines
    assert "  + en strong phrase: gas pipeline" in lines
    assert "stalls" not in said.stdout
    assert "Scores change" in said.stderr
    told = json.loads(typed(edited.file, "themes", "diff", "--json").stdout)
    assert told["scores"]
    assert [(one["theme"], one["kind"], len(one["put_in"])) for one in told["themes"]] == [("gas", "changed", 4)]


def test_preview_stores_nothing(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Preview shows gains with their sentences and the alert that would be raised, and the warehouse stays as it is."""
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    monkeypatch.setattr("flows.house.utc_now", lambda: MORNING + DAY)
    before = contents(edited.file)
    said = typed(edited.file, "themes", "preview")
    assert said.exit_code == 0, said.output
    assert ["gas", "0", "2", "2", "0"] in [line.split() for line in said.stdout.splitlines()]
    assert "About patience, alpha" in said.stdout
    assert "gas is new: 2 stories from 2 publishers in 7 days" in said.stdout
    told = json.loads(typed(edited.file, "themes", "preview", "--json", "--limit", "1").stdout)
    assert told["articles"] == 1
    assert told["alerts"] == []
    assert differences(before, contents(edited.file)) == []


def test_preview_of_an_archive_that_is_older(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no article is dated in the days that are looked at, preview says so, and claims nothing of the themes."""
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    monkeypatch.setattr("flows.house.utc_now", lambda: MORNING + 90 * DAY)
    said = typed(edited.file, "themes", "preview")
    assert said.exit_code == 0, said.output
    assert said.stdout == "No article is dated in the last 60 days: look further back with --days.\n"
    assert json.loads(typed(edited.file, "themes", "preview", "--json").stdout)["articles"] == 0


def test_apply(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply judges the archive, says what is silent, publishes both versions, and has nothing to do a second time."""
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    file = edited.copy("applied")
    said = typed(file, "themes", "apply")
    assert said.exit_code == 0, said.output
    assert "3 articles judged in " in said.stdout
    assert "themes.toml has changed: 3 articles judged anew; alerts about gas are silent until" in said.stderr
    versions = ask(file, "SELECT theme_id, age, articles FROM theme_versions ORDER BY ALL")
    assert versions == [("gas", 1, 2), ("gas", 2, 0), ("stalls", 1, 0), ("stalls", 2, 0)]
    again = typed(file, "themes", "apply")
    assert "Nothing to do" in again.stdout
    assert "themes.toml is as the last pass used it." in typed(file, "themes", "diff").stdout
    assert "No score would change" in typed(file, "themes", "preview").stdout


def test_upkeep_forgets_old_versions(edited: Edited) -> None:
    """After a day's upkeep the two versions used last have scores, and of those before them only names are left."""
    file = edited.copy("kept")
    themes = file.with_name("themes.toml")
    for n in range(3):
        themes.write_text(AFTER.replace("river bank", f"river bank {n}"), encoding="utf-8")
        watch(file, MORNING + (2 + n) * DAY)
    kept = ask(file, "SELECT age, judged > 0, articles >= 2 FROM theme_versions WHERE theme_id = 'gas' ORDER BY age")
    assert kept == [(1, True, True), (2, True, True), (3, False, None), (4, False, None)]
    assert ask(file, "SELECT count(DISTINCT taxonomy_id) FROM evidence") == [(2,)]


def test_run_says_that_themes_changed(edited: Edited, monkeypatch: pytest.MonkeyPatch) -> None:
    """`amur run` after an edit says how many articles are judged anew, and which themes are silent."""
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    file = edited.copy("run")
    said = typed(file, "run", "--no-send")
    assert said.exit_code == 0, said.output
    assert "themes.toml has changed: 3 articles judged anew; alerts about gas are silent until" in said.stderr
    assert "judged anew" not in typed(file, "run", "--no-send").stderr


def test_words_alone(edited: Edited) -> None:
    """An edit of words for people judges nothing anew, and diff says so."""
    file = edited.copy("words")
    file.with_name("themes.toml").write_text(BEFORE.replace('"Stalls"', '"Market stalls"'), encoding="utf-8")
    said = typed(file, "themes", "diff")
    assert said.stdout.splitlines()[1].split() == ["stalls", "words", "stay", "label"]
    assert "no article is judged anew" in said.stderr


def test_before_the_first_pass(edited: Edited, tmp_path: Path) -> None:
    """Without a warehouse there is nothing to compare with, and each command says what makes one."""
    file = tmp_path / "amur.toml"
    for name in ("amur.toml", "feeds.toml", "themes.toml"):
        shutil.copy(edited.file.with_name(name), tmp_path / name)
    for command in ("diff", "preview", "apply", "calibrate"):
        said = typed(file, "themes", command)
        assert (said.exit_code, said.stdout) == (4, "")
        assert "`amur run`" in said.stderr
