"""feeds.toml under edit: what is changed is what was asked for, and the file is never lost or broken."""

from __future__ import annotations

import stat
import threading
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.complaints import SettingsError
from flows.feedfile import Change, Row, edit, edited, expected, read_rows
from flows.secrets import Environment

DAY = date(2026, 3, 2)
NOTHING = Environment({})
LIST = """\
# What we watch.
# Kept by the desk.

# --- Reviews ---

[[feed]]
name = "Steppe Review"     # weekly
url = "https://steppe-review.example/feed.xml"
publisher = "steppe-review"
bloc = "central-asia"

# Moved house in spring.
[[feed]]
name = 'Harbin Observer'
url = "https://harbin-observer.example/feed.xml"
publisher = "harbin-observer"
bloc = "independent"
  "enabled"  =  true   # on trial

# --- Dailies ---

[[feed]]  # the loud one
name = "Amur Post"
url = "https://amur-post.example/feed.xml"
publisher = "amur-post"
bloc = "independent"
# tell Lin before this changes
"""

names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
asides = st.lists(st.sampled_from(["", "# a note", "  # [[feed]]", "\t", '# name = "x"']), max_size=4)


@st.composite
def lists(draw: st.DrawFn) -> str:
    """A feeds.toml as people write them: comments anywhere, any spacing, keys in any order, any line ends."""
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = draw(asides)
    for number in range(draw(st.integers(1, 4))):
        keys = {
            "name": tomlstring(draw(names)),
            "url": f'"https://{number}.example/{draw(slugs)}"',
            "publisher": f'"{draw(slugs)}"',
            "bloc": f"'{draw(slugs)}'",
        }
        if draw(st.booleans()):
            keys["enabled"] = draw(st.sampled_from(["true", "false"]))
        lines.append(draw(st.sampled_from(["[[feed]]", "[[ feed ]]", '[["feed"]] # one', "  [[feed]]"])))
        for key in draw(st.permutations(list(keys))):
            equals = draw(st.sampled_from(["=", " = ", "   =\t"]))
            note = draw(st.sampled_from(["", "  # why", " #"]))
            lines += [f"{key}{equals}{keys[key]}{note}", *draw(asides)]
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


def tomlstring(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rows_of(text: str) -> list[Row]:
    return tomllib.loads(text)["feed"]


def on(rows: Sequence[Row]) -> frozenset[int]:
    return frozenset(place for place, row in enumerate(rows) if row.get("enabled", True))


def write(folder: Path, text: str = LIST) -> Path:
    file = folder / "feeds.toml"
    file.write_bytes(text.encode())
    return file


@given(lists(), st.sets(st.integers(0, 3)))
def test_a_pause_leaves_no_trace(text: str, places: set[int]) -> None:
    """Feeds that are paused and resumed leave the file byte for byte as it was."""
    chosen = on(rows_of(text)) & places
    paused = edited(text, Change(pause=chosen), DAY)
    assert on(rows_of(paused)) == on(rows_of(text)) - chosen
    assert edited(paused, Change(resume=chosen), DAY) == text


@given(lists(), st.sets(st.integers(0, 3)), st.sets(st.integers(0, 3)))
def test_an_edit_changes_what_it_is_asked_to(text: str, gone: set[int], paused: set[int]) -> None:
    """Whatever is removed, paused and added: the other feeds say what they said."""
    rows = rows_of(text)
    added = {"name": "Né “w” \\", "url": "https://new.example/", "publisher": "new", "bloc": "x"}
    change = Change(
        add=(added,), remove=frozenset(gone) & frozenset(range(len(rows))), pause=on(rows) & frozenset(paused - gone)
    )
    after = rows_of(edited(text, change, DAY))
    plain = [{"enabled": True, **row} for row in after]
    assert plain == [{"enabled": True, **row} for row in expected(rows, change)]


@given(lists())
def test_what_was_added_can_be_taken_out(text: str) -> None:
    """Adding a feed and removing it leaves the file as it was, but for the end of its last line."""
    row = {"name": "New", "url": "https://new.example/", "publisher": "new", "bloc": "x"}
    added = edited(text, Change(add=(row,)), DAY)
    assert added.startswith(text)
    there = len(rows_of(text))
    assert edited(added, Change(remove=frozenset({there})), DAY).rstrip() == text.rstrip()


def test_a_pause_says_since_when() -> None:
    """A feed without the key gets it with the day; one that has it keeps its spacing and its comment."""
    paused = edited(LIST, Change(pause=frozenset({0, 1})), DAY)
    assert 'bloc = "central-asia"\nenabled = false  # paused 2026-03-02\n\n# Moved' in paused
    assert '  "enabled"  =  false   # on trial\n' in paused


def test_a_feed_goes_with_the_comment_above_it() -> None:
    """What is right above a feed is about it and goes; headings, and what is below, stay."""
    left = edited(LIST, Change(remove=frozenset({1})), DAY)
    assert "Moved house" not in left
    assert 'bloc = "central-asia"\n\n# --- Dailies ---\n\n[[feed]]  # the loud one\n' in left
    left = edited(LIST, Change(remove=frozenset({2})), DAY)
    assert left.endswith("# on trial\n\n# --- Dailies ---\n\n# tell Lin before this changes\n")
    assert edited(LIST, Change(remove=frozenset({0})), DAY).startswith(
        "# What we watch.\n# Kept by the desk.\n\n# --- Reviews ---\n\n# Moved house in spring.\n[[feed]]\n"
    )


def test_the_file_stays_what_it_is(tmp_path: Path) -> None:
    """Mode, byte order mark and a link that leads to the file survive an edit, and nothing is left beside it."""
    real = tmp_path / "kept" / "feeds.toml"
    real.parent.mkdir()
    real.write_bytes(b"\xef\xbb\xbf" + LIST.encode())
    real.chmod(0o640)
    link = tmp_path / "feeds.toml"
    link.symlink_to(real)
    edit(link, NOTHING, lambda _: Change(pause=frozenset({0})), DAY)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert real.read_bytes().startswith(b"\xef\xbb\xbf# What")
    assert not read_rows(link)[0]["enabled"]
    assert [path.name for path in real.parent.iterdir()] == ["feeds.toml"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Change(remove=frozenset({0, 1, 2})), "switches on no feed"),
        (
            Change(add=({"name": "Steppe Review", "url": "https://x.example/", "publisher": "x", "bloc": "x"},)),
            "same as",
        ),
        (Change(add=({"name": "X", "url": "https://x.example/${NO}", "publisher": "x", "bloc": "x"},)), "needs ${NO}"),
    ],
)
def test_no_edit_leaves_a_broken_list(tmp_path: Path, change: Change, says: str) -> None:
    """A list that could not be used is refused with the reason, and the file stays as it was."""
    file = write(tmp_path)
    with pytest.raises(SettingsError, match=r"nothing was changed") as caught:
        edit(file, NOTHING, lambda _: change, DAY)
    assert says in str(caught.value)
    assert file.read_text() == LIST
    assert [path.name for path in tmp_path.iterdir()] == ["feeds.toml"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("feed = [{name = 'x', url = 'https://x.example', publisher = 'x', bloc = 'x'}]\n", "begin every feed"),
        ("[[feed]\n", "is not TOML"),
        ('[[feed]]\nname = """\n[[feed]]\n"""\n', "begin every feed"),
    ],
)
def test_lists_that_are_not_edited(tmp_path: Path, text: str, says: str) -> None:
    """What is written in another way, or is no TOML, is left alone, and the reason is said."""
    file = write(tmp_path, text)
    with pytest.raises(SettingsError, match=says):
        edit(file, NOTHING, lambda _: Change(pause=frozenset({0})), DAY)
    assert file.read_text() == text


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    """The command that writes one is named."""
    with pytest.raises(SettingsError, match="amur init"):
        edit(tmp_path / "feeds.toml", NOTHING, lambda _: Change(), DAY)


def test_a_save_in_between_is_not_lost(tmp_path: Path) -> None:
    """Whoever saves while an edit is decided on keeps what he saved, and the edit is made to that."""
    file = write(tmp_path)
    saved = False

    def change(_: Sequence[Row]) -> Change:
        nonlocal saved
        if not saved:
            file.write_text(file.read_text() + "# saved by hand\n")
            saved = True
        return Change(pause=frozenset({0}))

    edit(file, NOTHING, change, DAY)
    assert file.read_text().endswith("# saved by hand\n")
    assert not read_rows(file)[0]["enabled"]


def test_a_file_that_never_rests(tmp_path: Path) -> None:
    """Where somebody saves all the time, the edit gives up and loses nothing of his."""
    file = write(tmp_path)

    def change(_: Sequence[Row]) -> Change:
        file.write_text(file.read_text() + "# again\n")
        return Change(pause=frozenset({0}))

    with pytest.raises(SettingsError, match="again and again"):
        edit(file, NOTHING, change, DAY)
    assert file.read_text() == LIST + 3 * "# again\n"


def test_edits_at_the_same_time(tmp_path: Path) -> None:
    """Eight that add a feed each at the same moment leave all eight."""
    file = write(tmp_path)
    start = threading.Barrier(8)

    def add(number: int) -> None:
        row = {"name": f"N{number}", "url": f"https://n{number}.example/", "publisher": "n", "bloc": "x"}
        start.wait()
        edit(file, NOTHING, lambda _: Change(add=(row,)), DAY)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row["name"] for row in read_rows(file)[3:]} == {f"N{number}" for number in range(8)}
