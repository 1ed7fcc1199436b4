"""`amur themes`: what is looked for, and how much of it there was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import THEME, Desk, furnish, write_settings
from flows.commands import Exit, amur


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


def test_list(desk: Desk) -> None:
    """Every theme in the order of the file, with its phrases and what spoke of it."""
    themes = desk.settings.taxonomy.themes
    lines = desk.ask("themes", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [theme.id for theme in themes]
    told = next(line for line in lines if line.startswith(THEME))
    assert told.split()[-5:] == ["2", "2", "60", "min", "ago"]
    assert lines[1].endswith("never")


def test_list_as_json(desk: Desk) -> None:
    """Counts are of articles that are relevant and have the theme."""
    by_id = {theme["id"]: theme for theme in json.loads(desk.ask("themes", "list", "--json").stdout)}
    assert (by_id[THEME]["articles_7_days"], by_id[THEME]["articles_60_days"]) == (2, 2)
    assert by_id[THEME]["phrase_counts"]["en"] > 20
    assert {theme["articles"] for name, theme in by_id.items() if name != THEME} == {0}


def test_show(desk: Desk) -> None:
    """A theme is shown with all it is known by, what it is told apart from, and its latest sentences."""
    theme = next(one for one in desk.settings.taxonomy.themes if one.id == THEME)
    said = desk.ask("themes", "show", "Energy-Leverage").stdout
    flat = " ".join(said.split())
    for word in (theme.label, theme.definition, *theme.statements, *(phrase.text for phrase in theme.phrases)):
        assert word in flat
    for confusion in theme.confusions:
        assert f"\n  {confusion}\n" in said
    assert "2 articles since " in said
    assert said.count(" (central-asia): ") == 1
    assert "Gas contract signed, https://" in said


def test_show_as_json(desk: Desk) -> None:
    """JSON has phrases by language and strength, who is taken for it, and the sentences."""
    shown = json.loads(desk.ask("themes", "show", THEME, "--json").stdout)
    assert "Power of Siberia" in shown["phrases"]["en"]["strong"]
    assert "pipeline" in shown["phrases"]["en"]["weak"]
    named = [one.id for one in desk.settings.taxonomy.themes if any(THEME in text for text in one.confusions)]
    assert shown["confused_with_it"] == named
    assert len(named) > 1
    assert [quote["publisher"] for quote in shown["latest"]]
    assert len(shown["latest"]) == 2


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("energy-levrage", f"did you mean '{THEME}'?"),
        ("Energy Leverage!", f"did you mean '{THEME}'?"),
        ("leverage", f"did you mean '{THEME}'?"),
        ("zzz", "`amur themes list` names them all."),
    ],
)
def test_a_theme_that_is_none(desk: Desk, asked: str, says: str) -> None:
    """A misspelt id is answered with what was meant."""
    said = desk.ask("themes", "show", asked)
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert says in said.stderr


def test_before_the_first_pass(tmp_path: Path) -> None:
    """Themes are shown without a warehouse, and whatever is wrong with the feeds."""
    config = write_settings(tmp_path, feeds_toml="[[feed]]\n")
    said = CliRunner().invoke(amur, ["--config", str(config), "themes", "show", THEME])
    assert said.exit_code == Exit.FINE
    assert said.stdout.endswith("No article has spoken of it so far.\n")
    assert CliRunner().invoke(amur, ["--config", str(config), "themes", "list"]).exit_code == Exit.FINE
    assert not (tmp_path / "data").exists()


def test_themes_that_changed_since(tmp_path: Path) -> None:
    """When themes.toml was edited after the last pass, it is said that the counts are of the themes before."""
    desk = furnish(tmp_path)
    file = tmp_path / "themes.toml"
    assert desk.ask("themes", "list").stderr == ""
    file.write_text(file.read_text().replace('"gas pipeline"', '"pipeline of gas"'))
    assert "as they were at the last pass" in desk.ask("themes", "list").stderr
    assert "as they were at the last pass" in desk.ask("themes", "show", THEME).stderr


def test_mistakes_in_themes_are_listed(tmp_path: Path) -> None:
    """A themes.toml that cannot be used is answered with its mistakes."""
    config = write_settings(tmp_path)
    (tmp_path / "themes.toml").write_text('[[theme]]\nid = "x"\n')
    said = CliRunner().invoke(amur, ["--config", str(config), "themes", "list"])
    assert said.exit_code == Exit.WRONG
    assert "themes.toml: theme[1].label" in said.stderr
