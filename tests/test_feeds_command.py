"""`amur feeds` without a network: the list and how it fares, and edits to it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from builders import key, make_entry, make_fetch, make_state
from desk import FEEDS, Desk, furnish, write_settings
from flows.commands import Exit, amur
from flows.feedfile import read_rows
from flows.settings import load
from warehouse import feeds
from warehouse.store import Store

STEPPE = '"Steppe Review"'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = furnish(tmp_path_factory.mktemp("desk"))
    steppe, now = desk.settings.feeds[0], datetime.now(UTC)
    due = make_state(steppe, checked_at=now, succeeded_at=now, next_attempt_at=now + timedelta(minutes=30))
    with Store(desk.settings.data).transaction() as con:
        new = make_entry("gas-talks", steppe, first_seen_at=now)
        feeds.save_polls(con, key("another pass"), [(steppe, make_fetch(), due, [new])])
    return desk


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_settings(tmp_path)


def ask(config: Path, *words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(amur, ["--config", str(config), "feeds", *words], input=given)


def text(config: Path) -> str:
    return (config.parent / "feeds.toml").read_text()


# --- list -----------------------------------------------------------------------------------------


def test_list(desk: Desk) -> None:
    """Each feed with whose it is, how it fares, how often it is asked, and what it brought."""
    lines = desk.ask("feeds", "list").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == ["Steppe Review", "Harbin Observer", "Quiet Quarterly"]
    assert "central-asia" in lines[1]
    assert " ok " in lines[1]
    assert lines[1].split("  ")[-1].strip() == "1"
    assert " 30 min " in lines[1]
    assert "failing" in lines[2]
    assert " 5 h " in lines[2]
    assert "3 days ago" in lines[2]
    assert "paused" in lines[3]
    assert "never" in lines[3]


def test_list_as_json(desk: Desk) -> None:
    """JSON has the same, with times, and why a feed fails."""
    steppe, harbin, quiet = json.loads(desk.ask("feeds", "list", "--json").stdout)
    assert (steppe["standing"], steppe["entries_30_days"], steppe["why"]) == ("ok", 1, "")
    assert (harbin["standing"], harbin["why"]) == (
        "failing",
        "nothing answers at its address: Port 443 is closed",
    )
    assert harbin["interval"] == 5 * 3600
    assert (quiet["enabled"], quiet["standing"], quiet["interval"]) == (False, "paused", None)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--bloc", "independent"], ["Harbin Observer", "Quiet Quarterly"]),
        (["--publisher", "steppe-review"], ["Steppe Review"]),
        (["--failing"], ["Harbin Observer"]),
        (["--paused"], ["Quiet Quarterly"]),
        (["--failing", "--paused"], ["Harbin Observer", "Quiet Quarterly"]),
        (["--bloc", "central-asia", "--failing"], []),
    ],
)
def test_filters(desk: Desk, words: list[str], names: list[str]) -> None:
    """Filters narrow one another; failing and paused together are either."""
    assert [feed["name"] for feed in json.loads(desk.ask("feeds", "list", "--json", *words).stdout)] == names


def test_a_misspelt_filter(desk: Desk) -> None:
    """A bloc that no feed has is a mistake rather than an empty list."""
    said = desk.ask("feeds", "list", "--bloc", "independant")
    assert (said.exit_code, said.stderr) == (
        Exit.WRONG,
        "Error: No feed has the bloc 'independant'; did you mean 'independent'?\n",
    )


def test_list_before_the_first_pass(tmp_path: Path) -> None:
    """Without a warehouse every feed is there, not asked yet; a key shows as its name."""
    feeds = FEEDS.replace("harbin-observer.example/feed.xml", "harbin-observer.example/feed.xml?k=${HARBIN}")
    config = write_settings(tmp_path, feeds_toml=feeds, env="HARBIN=s3cr3t9\n")
    listed = ask(config, "list", "--json")
    assert {feed["standing"] for feed in json.loads(listed.stdout)} == {"not asked yet", "paused"}
    assert "?k=${HARBIN}" in listed.stdout
    assert "s3cr3t9" not in listed.output + ask(config, "export").output
    assert not (tmp_path / "data").exists()


def test_an_empty_list(tmp_path: Path) -> None:
    """A list without any feed is shown, exported and verified as what it is, with what to do about it."""
    config = write_settings(tmp_path, feeds_toml="# none yet\n")
    listed, as_json = ask(config, "list"), ask(config, "list", "--json")
    assert (listed.exit_code, listed.stdout) == (
        Exit.FINE,
        "The list is empty: add a feed with `amur feeds add URL`.\n",
    )
    assert (as_json.exit_code, as_json.stdout, as_json.stderr) == (Exit.FINE, "[]\n", listed.stdout)
    exported, verified = ask(config, "export"), ask(config, "verify")
    assert (exported.exit_code, "<body>" in exported.stdout, "<outline" in exported.stdout) == (Exit.FINE, True, False)
    assert (verified.exit_code, verified.stderr) == (Exit.FINE, "0 feeds of 0 answered with a feed.\n")


def test_a_list_in_which_all_are_paused(tmp_path: Path) -> None:
    """It is shown, so that somebody can see whom to resume."""
    config = write_settings(tmp_path, feeds_toml=FEEDS.replace('"\n\n', '"\nenabled = false\n\n'))
    assert [feed["standing"] for feed in json.loads(ask(config, "list", "--json").stdout)] == ["paused"] * 3


# --- pause, resume, remove ------------------------------------------------------------------------


def test_pause_and_resume(config: Path) -> None:
    """Several at once, by name in any case or by address; resumed, the file is what it was."""
    said = ask(config, "pause", "steppe  review", "https://quiet-quarterly.example/feed.xml")
    assert said.stdout.splitlines() == [f"Paused {STEPPE}.", '"Quiet Quarterly" is paused already.']
    assert [row.get("enabled", True) for row in read_rows(config.parent / "feeds.toml")] == [False, True, False]
    assert ask(config, "resume", "Steppe Review", "Harbin Observer").stdout.splitlines() == [
        f"Resumed {STEPPE}.",
        '"Harbin Observer" is not paused.',
    ]
    assert text(config) == FEEDS


def test_what_was_done_as_json(config: Path) -> None:
    """One object for each feed: its key, its name and what was done to it."""

    def done(*words: str) -> list[tuple[str, str]]:
        found = json.loads(ask(config, *words, "--json").stdout)
        assert {UUID(one["feed_id"]) for one in found} <= {feed.id for feed in before}
        return [(one["name"], one["done"]) for one in found]

    before = load(config, {}).feeds
    assert done("pause", "Steppe Review", "Quiet Quarterly") == [
        ("Steppe Review", "paused"),
        ("Quiet Quarterly", "paused before"),
    ]
    assert done("resume", "Steppe Review", "Harbin Observer") == [
        ("Steppe Review", "resumed"),
        ("Harbin Observer", "not paused"),
    ]
    assert done("remove", "Steppe Review", "--yes") == [("Steppe Review", "removed")]
    (added,) = json.loads(ask(config, "add", "https://x.example/feed", "--no-check", "--json").stdout)
    assert UUID(added.pop("feed_id")) == load(config, {}).feeds[-1].id
    assert added == {"name": "x.example", "url": "https://x.example/feed", "done": "added"}


def test_a_misspelt_feed(config: Path) -> None:
    """A name that none has is answered with what was meant, and nothing is changed, not even for the others."""
    said = ask(config, "pause", "Harbin Observer", "Stepe Revew")
    assert (said.exit_code, said.stderr) == (
        Exit.WRONG,
        "Error: No feed has the name or address 'Stepe Revew'; did you mean 'Steppe Review'?\n",
    )
    assert "`amur feeds list` names them all" in ask(config, "resume", "zzz").stderr
    assert "did you mean 'Harbin Observer'?" in ask(config, "remove", "harbin", "--yes").stderr
    assert text(config) == FEEDS


def test_the_last_feed_stays(config: Path) -> None:
    """Amur needs something to watch: the last feed that is on is neither paused nor removed."""
    for words in (["pause"], ["remove", "--yes"]):
        said = ask(config, *words, "Steppe Review", "Harbin Observer")
        assert (said.exit_code, "add or resume another one first" in said.stderr) == (Exit.WRONG, True)
    assert text(config) == FEEDS


def test_remove(config: Path) -> None:
    """With --yes nobody is asked; without it, and without a terminal, nothing happens."""
    assert "say --yes" in ask(config, "remove", "Steppe Review").stderr
    assert text(config) == FEEDS
    assert ask(config, "remove", "Steppe Review", "--yes").stdout == f"Removed {STEPPE}.\n"
    assert [row["name"] for row in read_rows(config.parent / "feeds.toml")] == ["Harbin Observer", "Quiet Quarterly"]


@pytest.mark.parametrize(("answer", "names"), [("y", 2), ("n", 3)])
def test_remove_asks_on_a_terminal(config: Path, answer: str, names: int) -> None:
    """On a terminal the feed is shown, and goes only with a yes."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "flows.commands", "--config", str(config), "feeds", "remove", "steppe review"]
    with subprocess.Popen(words, stdin=theirs, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own interpreter
        os.write(ours, f"{answer}\n".encode())
        said, _ = process.communicate(timeout=30)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == Exit.FINE
    assert f"{STEPPE} (https://steppe-review.example/feed.xml)" in said
    assert len(read_rows(config.parent / "feeds.toml")) == names
    assert ("Removed" in said) == (answer == "y")


# --- add, without a look --------------------------------------------------------------------------


def test_add_without_a_look(config: Path) -> None:
    """Offline, name and publisher come from the host, and bloc from the house's other feeds."""
    assert (
        ask(config, "add", "www.tea-road.example/feed", "--no-check", "--bloc", "central-asia").exit_code == Exit.FINE
    )
    again = ask(config, "add", "https://tea-road.example/reviews/feed", "--no-check")
    assert again.exit_code == Exit.FINE
    first, second = read_rows(config.parent / "feeds.toml")[3:]
    assert dict(first) == {
        "name": "tea-road.example",
        "url": "https://www.tea-road.example/feed",
        "publisher": "tea-road",
        "bloc": "central-asia",
    }
    assert (second["name"], second["publisher"], second["bloc"]) == (
        "tea-road.example (2)",
        "tea-road",
        "central-asia",
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["http://Steppe-Review.example:80/feed.xml#top"], f"is in the list already, as {STEPPE}."),
        (["https://quiet-quarterly.example/feed.xml"], 'paused: `amur feeds resume "Quiet Quarterly"` has it asked'),
        (["https://x.example/", "--bloc", "Russia State"], "--bloc 'Russia State' will not do: give whose voice it is"),
        (["https://x.example/", "--language", "english"], "--language 'english' will not do: give two letters"),
        (["https://x.example/", "--name", "steppe review"], "is the same as that of feed[1]"),
        (["https://me:pw@x.example/"], "shows a credential: write ${NAME} in its place"),
        (["https://x.example/?token=abc"], "shows a credential: write ${NAME} in its place"),
        (["https://x.example/?k=${X_KEY}"], "put X_KEY=… into .env"),
        (["ftp://x.example/"], "begins with ftp"),
        (["x"], "give an address that begins with https:// or http://"),
        (["http://127.1/feed"], "in a private network, which is never asked"),
        (["http://[::1]/feed"], "in a private network, which is never asked"),
        (["http://printer.local/feed"], "in a private network, which is never asked"),
    ],
)
def test_addresses_that_are_refused(config: Path, words: list[str], says: str) -> None:
    """Each mistake is one sentence that says what would be right; a secret is not repeated."""
    said = ask(config, "add", "--no-check", *words)
    assert (said.exit_code, said.stderr.count("\n")) == (Exit.WRONG, 1)
    assert says in said.stderr
    assert "me:pw" not in said.output
    assert "abc" not in said.output
    assert text(config) == FEEDS


def test_a_private_address_that_is_allowed(tmp_path: Path) -> None:
    """What [fetch] allow names may be added."""
    config = write_settings(tmp_path, '[fetch]\nallow = ["printer.local:8080"]\n')
    assert ask(config, "add", "http://printer.local:8080/feed", "--no-check").exit_code == Exit.FINE


def test_the_first_feed(tmp_path: Path) -> None:
    """A list without any feed can be added to, though nothing else works with it."""
    config = write_settings(tmp_path, feeds_toml="# none yet\n")
    assert ask(config, "add", "https://x.example/feed", "--no-check", "--bloc", "independant").exit_code == Exit.FINE
    assert text(config).startswith('# none yet\n\n[[feed]]\nname = "x.example"\n')


def test_help_is_quick() -> None:
    """Help imports nothing that takes time."""
    took = []
    for _ in range(3):
        before = time.monotonic()
        subprocess.run([sys.executable, "-m", "flows.commands", "feeds", "--help"], capture_output=True, check=True)
        took.append(time.monotonic() - before)
    assert min(took) < 1
    asked = (
        "import sys; from flows.commands import amur; amur(['feeds', '-h'], standalone_mode=False); print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)  # noqa: S603  our own interpreter
    heavy = {"aiohttp", "duckdb", "feedparser", "pebble", "pydantic", "tomlkit"}
    assert not heavy.intersection(said.stdout.splitlines()[-1].split())
