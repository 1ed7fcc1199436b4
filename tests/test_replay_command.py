"""`amur replay`: a corpus, or the warehouse, by a clock of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk import ONE_FEED, Desk, furnish, write_settings
from flows.commands import Exit, amur

THEMES = """
[[theme]]
id = "ferries"
label = "Ferries"
definition = "Boats that cross the river."
[theme.phrases.en]
strong = ["car ferry", "paddle steamer"]
"""
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
IDLE = (
    "China and Russia opened a school in Heihe. Russian and Chinese teachers share {0} rooms with Moscow and Beijing."
)
FERRIES = (
    "China and Russia launched a car ferry at noon. Moscow and Beijing say that it will cross the Amur by September.",
    "Nobody asked for a car ferry, say fishermen. Yet Beijing and Moscow want one, and China pays, Russia does not.",
)


def line(day: float, house: str, text: str, **more: object) -> str:
    at = START + timedelta(days=day)
    return json.dumps({"date": at.isoformat(), "publisher": house, "title": f"On day {day}", "text": text, **more})


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = write_settings(tmp_path, feeds_toml=ONE_FEED)
    (tmp_path / "themes.toml").write_text(THEMES)
    return config


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three weeks of talk of schools, then two houses speak of ferries."""
    idle = [line(2 * n, f"house-{n % 3}", IDLE.format(n), themes=[]) for n in range(10)]
    ferries = [line(20 + n, f"house-{n}", FERRIES[n], themes=["ferries"]) for n in range(2)]
    file = tmp_path / "corpus.jsonl"
    file.write_text("\n".join([*idle, *ferries]))
    return file


def replay(config: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(config), "replay", *words])


def test_a_new_theme_is_found_on_its_day(config: Path, corpus: Path) -> None:
    """A theme that two houses take up is found the day the second does; nothing of it is kept."""
    result = replay(config, str(corpus), "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["articles"], said["relevant"], said["failed"], said["passes"]) == (12, 12, 0, 22)
    (finding,) = said["findings"]
    assert (finding["kind"], finding["theme_id"], finding["decision"]) == ("first_seen", "ferries", "alert")
    assert (finding["true"], finding["delay_articles"], finding["delay_days"]) == (True, 2, 1.0)
    assert said["grades"]["false"] == 0


def test_it_reads_like_a_diary(config: Path, corpus: Path) -> None:
    """A table of findings, then what they were worth."""
    result = replay(config, str(corpus))
    assert "12 articles from 2026-01-01 to 2026-01-22, 12 relevant; 22 passes." in result.stdout
    assert "1 alert, 1 of them true. Median delay: 2 articles, 1 days." in result.stdout


def test_what_nobody_labelled_is_not_graded(config: Path, tmp_path: Path) -> None:
    """Findings without grades, where the corpus says nothing of what it speaks of."""
    file = tmp_path / "plain.jsonl"
    file.write_text(line(0, "alpha", IDLE.format(1)))
    result = replay(config, str(file))
    assert "Nothing was found." in result.stdout
    assert json.loads(replay(config, str(file), "--json").stdout)["grades"] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Replay either a FILE or the warehouse"),
        (["FILE", "--since", "7d"], "Replay either a FILE or the warehouse"),
        (["BROKEN"], 'line 1: "date" is missing'),
        (["EMPTY"], "holds no labelled article"),
    ],
)
def test_what_cannot_be_replayed(config: Path, corpus: Path, tmp_path: Path, words: list[str], said: str) -> None:
    """One sentence says what to give instead."""
    (tmp_path / "broken.jsonl").write_text('{"publisher": "Alpha", "text": "China and Russia."}')
    (tmp_path / "empty.jsonl").write_text("")
    named = {"FILE": corpus, "BROKEN": tmp_path / "broken.jsonl", "EMPTY": tmp_path / "empty.jsonl"}
    result = replay(config, *(str(named.get(word, word)) for word in words))
    assert result.exit_code == Exit.WRONG
    assert said in result.stderr


def test_the_warehouse_is_replayed_and_left_alone(tmp_path: Path) -> None:
    """What the archive holds is judged again; the published file is as it was."""
    desk: Desk = furnish(tmp_path)
    published = desk.settings.data / "amur.duckdb"
    before = published.read_bytes()
    result = desk.ask("replay", "--since", "2026-01-01", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["articles"] >= 2
    assert published.read_bytes() == before


SCHOOLS = """
[[theme]]
id = "schools"
label = "Schools"
definition = "Schools of both."
[theme.phrases.en]
strong = ["joint school"]
"""


def inject(config: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(config), "eval", "novelty", "--inject", *words])


def test_a_theme_is_left_out(config: Path, corpus: Path) -> None:
    """Themes known by phrases alone leave nothing that could come back, and that is what is said."""
    (config.parent / "themes.toml").write_text(THEMES + SCHOOLS)
    result = inject(config, str(corpus), "--theme", "ferries", "--json")
    assert result.exit_code == 0, result.output
    assert "ferries: did not come back" in result.stderr
    said = json.loads(result.stdout)
    assert (said["left_out"], said["came_back"], said["named"], said["false"], said["relevant"]) == (1, 0, 0, 0, 12)
    assert [one["theme_id"] for one in said["themes"]] == ["ferries"]


def test_what_cannot_be_left_out(config: Path, corpus: Path, tmp_path: Path) -> None:
    """A theme that is none, and an article of which nobody says what it speaks of."""
    assert "No theme is called 'trams'" in inject(config, str(corpus), "--theme", "trams").stderr
    file = tmp_path / "plain.jsonl"
    file.write_text(line(0, "house-0", FERRIES[0]))
    assert "article 1 by date has no" in inject(config, str(file)).stderr
