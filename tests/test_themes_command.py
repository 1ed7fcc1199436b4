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
    theme = next(one for one in desk.settings.taxonomy.themes if one.id == THEME)
    counts = by_id[THEME]["statement_counts"]
    assert sum(counts.values()) == len(theme.statements)
    line = next(line for line in desk.ask("themes", "list").stdout.splitlines() if line.startswith(THEME))
    assert ", ".join(f"{language} {number}" for language, number in counts.items()) in line
    assert {theme["articles"] for name, theme in by_id.items() if name != THEME} == {0}


def test_show(desk: Desk) -> None:
    """A theme is shown with all it is known by, what it is told apart from, and its latest sentences."""
    theme = next(one for one in desk.settings.taxonomy.themes if one.id == THEME)
    said = desk.ask("themes", "show", "Energy-Leverage", "--all").stdout
    flat = " ".join(said.split())
    texts = (one.text for one in (*theme.statements, *theme.counter, *theme.phrases))
    for word in (theme.label, theme.definition, *texts):
        assert word in flat
    for contrast in theme.contrasts:
        assert f"\n  {contrast.theme_id}: {contrast.how}\n" in said
    assert "2 articles since " in said
    assert said.count(" (central-asia): ") == 1
    assert "Gas contract signed, https://" in said


def test_show_as_json(desk: Desk) -> None:
    """JSON has statements by language, phrases by language and strength, who is taken for it, and the sentences."""
    theme = next(one for one in desk.settings.taxonomy.themes if one.id == THEME)
    shown = json.loads(desk.ask("themes", "show", THEME, "--json").stdout)
    assert [text for texts in shown["statements"].values() for text in texts] == [one.text for one in theme.statements]
    assert "Power of Siberia" in shown["phrases"]["en"]["strong"]
    assert "pipeline" in shown["phrases"]["en"]["weak"]
    assert shown["contrasts"] == {contrast.theme_id: contrast.how for contrast in theme.contrasts}
    others = desk.settings.taxonomy.themes
    assert shown["contrasted_by"] == [o.id for o in others if THEME in {contrast.theme_id for contrast in o.contrasts}]
    assert len(shown["contrasted_by"]) > 1
    assert [quote["publisher"] for quote in shown["latest"]] == ["steppe-review"]  # its copy says the same


def test_show_the_first_statements(tmp_path: Path) -> None:
    """Of many statements the first of each language are shown, and how many more there are."""
    config = write_settings(tmp_path)
    english = ", ".join(f'"Ferry number {n} left."' for n in range(1, 9))
    (tmp_path / "themes.toml").write_text(
        '[[theme]]\nid = "ferries"\nlabel = "Ferries"\ndefinition = "Boats."\n'
        f'[theme.statements]\nen = [{english}]\nru = ["Паром ушёл рано утром."]\n'
        '[theme.counter]\nzh = ["渡船今天没有开。"]\n'
    )
    said = CliRunner().invoke(amur, ["--config", str(config), "themes", "show", "ferries"]).stdout
    assert "Said outright, in English (8)\n  Ferry number 1 left.\n" in said
    assert "  Ferry number 5 left.\n  … and 3 more, with --all\n" in said
    assert "Said outright, in Russian (1)\n  Паром ушёл рано утром.\n" in said
    assert "Sounds like it and is not, in Chinese (1)\n  渡船今天没有开。\n" in said
    whole = CliRunner().invoke(amur, ["--config", str(config), "themes", "show", "ferries", "--all"]).stdout
    assert "Ferry number 8 left." in whole
    assert "--all" not in whole


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
