"""`amur themes new`, `edit` and `retire`: themes.toml with all that it holds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk import THEME, write_settings
from flows.commands import Exit, amur
from flows.complaints import SettingsError
from flows.settings import read_taxonomy
from flows.themefile import RETIRED, TYPED, blocks, retire

TWO = """# What we look for.

# The first one.
[[theme]]
id = "gas"
label = "Gas"
definition = "Who needs whose gas."  # kept
[theme.contrast]
grain = "There what is eaten."
[theme.phrases.en]
strong = ["gas pipeline"]

# An aside.

[[theme]]
id = "grain"
label = "Grain"
definition = "Who eats whose bread."
[theme.contrast]
"gas" = "There what burns."
[theme.phrases.en]
strong = ["grain corridor"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_settings(tmp_path)


def asked(config: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(config), "themes", *words], catch_exceptions=False)


def editor(config: Path, monkeypatch: pytest.MonkeyPatch, *edit: str) -> None:
    """An editor that runs one sed script on the file it is given."""
    script = config.with_name("editor.sh")
    script.write_text('#!/bin/sh\nfor file; do :; done\necho "$@" > "$0.asked"\n' + "\n".join(edit) + "\n")
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))


def test_new_is_no_theme_until_it_is_filled_in(config: Path) -> None:
    """A theme that was begun changes nothing for a pass; filled in, it is one."""
    before, file = read_taxonomy(config), config.with_name("themes.toml")
    said = asked(config, "new", "arctic-shipping", "--label", "Shipping through the Arctic")
    assert said.exit_code == 0, said.output
    assert read_taxonomy(config) == before
    lines = file.read_text().splitlines()
    at = lines.index('# id = "arctic-shipping"')
    assert f"at line {at + 1} of" in said.stdout
    file.write_text("\n".join([*lines[: at - 1], *filled_in(lines[at - 1 :])]))
    assert read_taxonomy(config).themes[-1].label == "Shipping through the Arctic"


def filled_in(block: list[str]) -> list[str]:
    """A block as its author leaves it: a text in every list, and the names taken out."""
    texts = iter(
        (
            "Chinese ships cross the Arctic behind Russian icebreakers.",
            "Китайские суда идут за российскими ледоколами.",
            "中国货船跟随俄罗斯破冰船航行。",
            "Norway opens its Arctic ports to cruise ships.",
            "Northern Sea Route",
            "polar convoy",
        )
    )
    lines = [line.removeprefix("#").removeprefix(" ") for line in block if not line.startswith("# entities")]
    return [line.replace('""', f'"{next(texts)}"') if '""' in line else line for line in lines]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("new", "Arctic Shipping"), "such as arctic-shipping"),
        (("new", THEME), f"amur themes edit {THEME}"),
        (("new", "ferries", "--label", 'The "ferries"'), "put them in by hand"),
        (("edit", "ferries"), "amur themes new ferries"),
        (("edit", "energy-levrage"), f"did you mean '{THEME}'?"),
        (("retire", "energy-levrage"), f"did you mean '{THEME}'?"),
    ],
)
def test_misuse(config: Path, words: tuple[str, ...], says: str) -> None:
    """Whatever is wrong, the file stays as it was, and it is said what would be right."""
    before = config.with_name("themes.toml").read_bytes()
    said = asked(config, *words)
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert says in said.stderr
    assert config.with_name("themes.toml").read_bytes() == before


def test_new_twice(config: Path) -> None:
    """A theme that was begun is not begun again."""
    assert json.loads(asked(config, "new", "ferries", "--json").stdout)["theme"] == "ferries"
    assert "in themes.toml already" in asked(config, "new", "ferries").stderr


def test_edit_takes_what_has_no_mistake(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed takes the file's place as a whole."""
    editor(config, monkeypatch, 'sed -i \'s/Mongolia Today/&/; s/^definition = .*/definition = "Better."/\' "$file"')
    said = asked(config, "edit", THEME)
    assert said.exit_code == 0, said.output
    assert "amur themes diff" in said.stdout
    assert {theme.definition for theme in read_taxonomy(config).themes} == {"Better."}
    assert not config.with_name(TYPED).exists()


def test_edit_keeps_what_has_mistakes_beside_it(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistakes are named, the file stays, and the next edit goes on with what was typed."""
    file = config.with_name("themes.toml")
    before = file.read_bytes()
    editor(config, monkeypatch, "sed -i 's/^label = .*/label = 7/' \"$file\"")
    said = asked(config, "edit")
    assert said.exit_code == Exit.WRONG
    assert 'theme[1].label ("' in said.stderr
    assert "what you typed is in themes.typed.toml" in said.stderr
    assert file.read_bytes() == before
    editor(config, monkeypatch, 'sed -i \'s/^label = 7/label = "Seven"/\' "$file"')
    again = asked(config, "edit", THEME)
    assert again.exit_code == 0, again.output
    assert "Going on with themes.typed.toml" in again.stderr
    assert {theme.label for theme in read_taxonomy(config).themes} == {"Seven"}


def test_edit_overwrites_nobody(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody else saved meanwhile stays, and so does what was typed."""
    file = config.with_name("themes.toml")
    editor(config, monkeypatch, 'sed -i \'s/^label = .*/label = "Mine"/\' "$file"', f"echo '# Hers' >> '{file}'")
    said = asked(config, "edit")
    assert said.exit_code == Exit.WRONG
    assert "saved by somebody else meanwhile" in said.stderr
    assert file.read_text().endswith("# Hers\n")
    assert 'label = "Mine"' in config.with_name(TYPED).read_text()


def test_edit_without_a_change_or_an_editor(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left behind by an edit that changed nothing, or by an editor that fails or is none."""
    editor(config, monkeypatch, ":")
    assert asked(config, "edit").stdout == "Nothing was changed.\n"
    editor(config, monkeypatch, "exit 3")
    assert "The editor ended with 3" in asked(config, "edit").stderr
    editor(config, monkeypatch, 'rm "$file"')
    assert asked(config, "edit").stderr == "Error: The editor left no file. themes.toml is as it was.\n"
    monkeypatch.setenv("VISUAL", "/nowhere/to/be/found")
    assert "does not start" in asked(config, "edit").stderr
    assert not config.with_name(TYPED).exists()


def test_an_editor_opens_at_the_theme(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that is known to take a line is given the theme's."""
    editor(config, monkeypatch, ":")
    known = config.with_name("editor.sh").rename(config.with_name("nano"))
    monkeypatch.setenv("VISUAL", f"'{known}' -w")
    asked(config, "edit", THEME)
    line = config.with_name("themes.toml").read_text().splitlines().index(f'id = "{THEME}"') + 1
    assert config.with_name("nano.asked").read_text().split()[:2] == ["-w", f"+{line}"]


def test_retire_moves_the_block(tmp_path: Path) -> None:
    """The theme's lines move with their comments, contrasts with it go, and all else stays byte for byte."""
    file = tmp_path / "themes.toml"
    file.write_text(TWO)
    done = retire(file, "gas", date(2026, 4, 6))
    assert done.contrasts == ("grain",)
    rest = blocks(TWO)
    kept = f"{rest[0]}\n# An aside.\n\n{rest[2]}".replace('"gas" = "There what burns."\n', "")
    assert file.read_text() == kept
    retired = (tmp_path / RETIRED).read_text()
    assert "# Retired on 2026-04-06." in retired
    assert '# The first one.\n[[theme]]\nid = "gas"' in retired
    assert 'definition = "Who needs whose gas."  # kept' in retired


def test_the_last_theme_stays(tmp_path: Path) -> None:
    """A file without a theme cannot be used: the last one is not retired."""
    file = tmp_path / "themes.toml"
    file.write_text(TWO)
    retire(file, "gas", date(2026, 4, 6))
    left = file.read_bytes()
    with pytest.raises(SettingsError, match="at least one"):
        retire(file, "grain", date(2026, 4, 6))
    assert file.read_bytes() == left
    assert "grain" not in (tmp_path / RETIRED).read_text().partition("[theme.phrases")[2]


def test_retire_the_shipped_themes(config: Path) -> None:
    """Every theme that ships with Amur can be retired, one after the other, whatever names it."""
    file, ids = config.with_name("themes.toml"), [theme.id for theme in read_taxonomy(config).themes]
    for theme in ids[:-1]:
        retire(file, theme, date(2026, 4, 6))
    assert [theme.id for theme in read_taxonomy(config).themes] == ids[-1:]
    assert [block.count("[[theme]]") for block in blocks((config.with_name(RETIRED)).read_text())[1:]] == [1] * 18


def test_retire_as_a_command(config: Path) -> None:
    """The command says where the block is, and who had told the theme apart."""
    said = asked(config, "retire", THEME)
    assert said.exit_code == 0, said.output
    assert f"Retired {THEME}: its block is in retired-themes.toml. " in said.stdout
    assert THEME not in {theme.id for theme in read_taxonomy(config).themes}


def test_a_retired_theme_is_named_as_one(config: Path) -> None:
    """Whoever looks for a theme that is out of use hears where its block is, and begins none of the same name."""
    asked(config, "retire", THEME)
    assert f"`{RETIRED}` holds its block" in asked(config, "edit", THEME).stderr
    assert f"`{RETIRED}` holds its block" in asked(config, "new", THEME).stderr


@pytest.mark.parametrize(
    "text",
    [
        TWO.replace('[theme.contrast]\n"gas" = "There what burns."', 'contrast = { gas = "There what burns." }'),
        TWO.replace('"There what burns."', '"""There\nwhat burns."""'),
    ],
)
def test_what_no_command_edits(tmp_path: Path, text: str) -> None:
    """A file that is written otherwise is left alone, and its user told."""
    file = tmp_path / "themes.toml"
    file.write_text(text)
    with pytest.raises(SettingsError):
        retire(file, "gas", date(2026, 4, 6))
    assert file.read_text() == text
    assert not (tmp_path / RETIRED).exists()
