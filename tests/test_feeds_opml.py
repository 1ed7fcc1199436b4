"""`amur feeds import` and `amur feeds export`: lists of other readers in, our own out and in again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk import FEEDS, shipped_settings, write_settings
from flows.commands import Exit, amur
from flows.feedfile import read_rows

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>My reading</title></head><body>
<outline text="Think tanks">
  <outline text="Delta Notes" type="rss" xmlUrl="https://delta-notes.example/rss?a=1&b=2" language="en-GB"/>
  <outline text="Steppe, again" xmlUrl="http://steppe-review.example/feed.xml/"/>
</outline>
<outline text="china-state"><outline text="Delta Notes" xmlUrl="https://daily.example.cn/rss"/></outline>
<outline text="At home" xmlUrl="http://192.168.1.9/feed"/>
<outline text="Paid" xmlUrl="https://paid.example/feed?api_key=abc123xyz"/>
<outline text="Nowhere" xmlUrl=""/>
</body></opml>
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_settings(tmp_path)


def ask(config: Path, *words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(amur, ["--config", str(config), "feeds", *words], input=given)


def text(config: Path) -> str:
    return (config.parent / "feeds.toml").read_text()


def test_import(config: Path, tmp_path: Path) -> None:
    """New feeds come in, known ones are counted, and each bad line is named with what would be right."""
    (tmp_path / "my.opml").write_text(OPML)
    tried = ask(config, "import", str(tmp_path / "my.opml"), "--dry-run")
    assert "Would add 2 feeds, 1 in the list already, 3 lines left out." in tried.stderr
    assert "https://daily.example.cn/rss" in tried.stdout
    assert text(config) == FEEDS
    as_json = ask(config, "import", "-", "--dry-run", "--json", given=OPML)
    assert [(one["name"], one["done"]) for one in json.loads(as_json.stdout)] == [
        ("Delta Notes", "would be added"),
        ("Delta Notes (daily.example.cn)", "would be added"),
    ]
    assert "Would add 2 feeds, 1 in the list already, 3 lines left out." in as_json.stderr
    said = ask(config, "import", "-", "--bloc", "independent", given=OPML)
    assert said.exit_code == Exit.FINE
    assert said.stdout == "Added 2 feeds, 1 in the list already, 3 lines left out.\n"
    assert [line.partition(":")[0] for line in said.stderr.splitlines()] == ["line 8", "line 9", "line 10"]
    assert 'line 8: "At home": its address is in a private network' in said.stderr
    assert "add '192.168.1.9:80' to allow under [fetch]" in said.stderr
    assert 'line 9: "Paid": its address shows a credential: write ${NAME} in its place' in said.stderr
    assert 'line 10: "Nowhere": has no address: give it an xmlUrl' in said.stderr
    assert "abc123xyz" not in said.output
    assert [dict(row) for row in read_rows(config.parent / "feeds.toml")[3:]] == [
        {
            "name": "Delta Notes",
            "url": "https://delta-notes.example/rss?a=1&b=2",
            "publisher": "delta-notes",
            "bloc": "independent",
            "stance": "Think tanks",
            "language": "en",
        },
        {
            "name": "Delta Notes (daily.example.cn)",
            "url": "https://daily.example.cn/rss",
            "publisher": "example",
            "bloc": "china-state",
        },
    ]
    again = ask(config, "import", "-", given=OPML)
    assert again.stdout == "Added 0 feeds, 3 in the list already, 3 lines left out.\n"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("no list", "It is no OPML: syntax error in line 1."),
        ("<opml><body/></opml>", "lists no feed"),
        ("<rss><channel/></rss>", "its first element is not <opml>"),
        ('<opml><body><outline text="Home" xmlUrl="http://10.0.0.1/"/></body></opml>', "No line of the list will do."),
    ],
)
def test_files_that_cannot_be_imported(config: Path, given: str, says: str) -> None:
    """What is no list of feeds is refused in a sentence."""
    said = ask(config, "import", "-", given=given)
    assert (said.exit_code, says in said.stderr) == (Exit.WRONG, True), said.stderr
    assert text(config) == FEEDS


def test_what_ships_goes_out_and_comes_back(tmp_path: Path) -> None:
    """The shipped list, exported and imported into an empty one, is the same list, in folders of blocs."""
    shipped = shipped_settings(tmp_path)
    assert ask(tmp_path, "export", str(tmp_path / "all.opml")).exit_code == Exit.FINE
    other = write_settings(tmp_path / "other", feeds_toml="")
    assert ask(other, "import", str(tmp_path / "all.opml")).stdout == f"Added {len(shipped.feeds)} feeds.\n"
    assert {row["url"]: {"enabled": True, **row} for row in read_rows(tmp_path / "other" / "feeds.toml")} == {
        row["url"]: {"enabled": True, **row} for row in read_rows(tmp_path / "feeds.toml")
    }


def test_export_where_it_cannot_be(config: Path) -> None:
    """A folder that is not there is a sentence."""
    said = ask(config, "export", "/nowhere/at/all.opml")
    assert (said.exit_code, said.stderr) == (
        Exit.WRONG,
        "Error: Cannot write /nowhere/at/all.opml: No such file or directory.\n",
    )
