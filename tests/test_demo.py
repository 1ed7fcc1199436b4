from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from flows.demo.world import World
from warehouse.query import ask


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """`amur demo`, run as its user runs it: the folder it leaves, and what it printed."""
    place = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "flows.commands", "demo", "--folder", str(place / "amur-demo")]
    done = subprocess.run(  # noqa: S603  our own command
        command, capture_output=True, text=True, check=False, timeout=400, cwd=place, env=_environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "amur-demo", done.stdout


def _environment() -> dict[str, str]:
    """Ours, and a Prefect server of the user's that the demo must leave alone."""
    here = str(Path(__file__).parent.parent)
    return os.environ | {"PYTHONPATH": here, "PREFECT_API_URL": "http://127.0.0.1:1/api"}


def test_it_ends_as_its_script_says(played: tuple[Path, str]) -> None:
    """One theme is alerted once, by mail and Slack; ten copies and the burn-in raise nothing."""
    folder, said = played
    assert "As the script says" in said
    assert said.count("→ 1 alert, 2 messages") == 1
    assert len(list((folder / "mail").iterdir())) == len(list((folder / "slack").iterdir())) == 1
    rows = ask(folder / "data" / "amur.duckdb", "SELECT theme_id, decision, publishers FROM new_themes").rows
    expected = World.load().script.alerts[0]
    assert rows == ((expected.theme, "alert", len(expected.publishers)),)


def test_quotes_stand_in_the_articles_word_for_word(played: tuple[Path, str]) -> None:
    """What the mail and the Slack message quote stands so in an article of the world."""
    folder, _ = played
    texts = [text for piece in World.load().pieces for text in (piece.text, piece.title)]
    (mail,) = (folder / "mail").iterdir()
    (slack,) = (folder / "slack").iterdir()
    plain = message_from_bytes(mail.read_bytes(), policy=policy.default).get_body(("plain",))
    assert plain
    asked = "SELECT sentence FROM article_themes WHERE theme_id IN (SELECT theme_id FROM new_themes)"
    quotes = [sentence for (sentence,) in ask(folder / "data" / "amur.duckdb", asked).rows]
    told = " ".join(plain.get_content().split())
    payload = json.dumps(json.loads(slack.read_text(encoding="utf-8")), ensure_ascii=False)
    shown = [quote for quote in quotes if " ".join(quote.split()) in told]
    assert len(shown) >= 3
    assert all(any(quote in text for text in texts) for quote in quotes)
    assert all(quote.replace("&", "&amp;") in payload for quote in shown)


def test_every_pass_is_a_flow_run_with_its_report(played: tuple[Path, str]) -> None:
    """Prefect's history holds 22 completed runs of less than a hundred tasks, each with a table and a page."""
    folder, _ = played
    with sqlite3.connect(folder / "prefect" / "prefect.db") as db:
        runs = db.execute("SELECT state_type, count(*) FROM flow_run GROUP BY 1").fetchall()
        most_tasks = db.execute("SELECT max(n) FROM (SELECT count(*) n FROM task_run GROUP BY flow_run_id)").fetchone()
        artifacts = dict(db.execute("SELECT type, count(*) FROM artifact GROUP BY 1").fetchall())
    assert runs == [("COMPLETED", 22)]
    assert 0 < most_tasks[0] < 100
    assert artifacts == {"table": 22, "markdown": 22}


def test_the_demo_does_not_take_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    """A folder with something else in it is left alone."""
    from click.testing import CliRunner

    from flows.commands import amur

    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    result = CliRunner().invoke(amur, ["demo", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert "name another with --folder" in result.stderr
    assert (tmp_path / "thesis.txt").exists()
