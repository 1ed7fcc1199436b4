"""`amur themes check`: advice on the themes, which is no mistake."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from desk import THEME, Desk, furnish, write_settings
from flows.commands import Exit, amur
from test_printing import Terminal

THEMES = """
[[theme]]
id = "ferries"
label = "Ferries"
definition = "Boats that cross the river."
[theme.statements]
en = ["The car ferries have left the harbour.", "Two car ferries were sold."]
ru = ["Паромы больше не ходят через реку.", "Новый паром стоит у причала."]
zh = ["渡船今天开往对岸的城市。"]
[theme.phrases.en]
strong = ["car ferry", "paddle steamer"]
weak = ["bridge", "boat"]
[theme.phrases.ru]
strong = ["паром", "ледокол"]
[theme.phrases.zh]
strong = ["渡船", "轮船"]

[[theme]]
id = "bridges"
label = "Bridges"
definition = "Roads that cross the river."
[theme.statements]
en = ["The bridges are closed.", "A new bridge was opened by the mayor.", "The car ferries have left the harbour."]
[theme.phrases.en]
strong = ["bridge"]
weak = ["car ferry"]
"""


def check(config: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(config), "themes", "check", *words])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = write_settings(tmp_path, feeds_toml="[[feed]]\n")
    (tmp_path / "themes.toml").write_text(THEMES)
    return config


def test_advice_as_json(config: Path) -> None:
    """Each piece of advice has its kind; phrases are looked for by lemma, in Chinese by letters."""
    said = check(config, "--json")
    assert (said.exit_code, said.stderr) == (Exit.FINE, "")
    found = {(one["kind"], one["theme"], one["language"]): one for one in json.loads(said.stdout)}
    assert set(found) == {
        *(("thin", theme, language) for theme in ("ferries", "bridges") for language in ("en", "ru", "zh")),
        *(("no_phrases", "bridges", language) for language in ("ru", "zh")),
        ("alike", "ferries", ""),
        *(("silent", "ferries", language) for language in ("en", "ru", "zh")),
        *(("elsewhere", theme, "en") for theme in ("ferries", "bridges")),
    }
    assert found["thin", "ferries", "en"]["numbers"] == {"statements": 2}
    assert found["alike", "ferries", ""]["other"] == "bridges"
    assert found["alike", "ferries", ""]["phrases"] == ["car ferry", "bridge"]
    silent = [found["silent", "ferries", language]["phrases"] for language in ("en", "ru", "zh")]
    assert silent == [["paddle steamer", "boat"], ["ледокол"], ["轮船"]]
    assert found["elsewhere", "ferries", "en"]["phrases"] == ["bridge"]
    assert found["elsewhere", "bridges", "en"]["numbers"] == {"own": 1, "others": 2}
    assert check(config, "--json").stdout == said.stdout


def test_advice_in_a_pipe(config: Path) -> None:
    """One line per theme, kind and language, the themes in their order; no mistake, and so no failure."""
    said = check(config)
    lines = said.stdout.splitlines()
    assert said.exit_code == Exit.FINE
    assert lines[0].split() == ["theme", "language", "advice"]
    assert [line.split()[0] for line in lines[1:]] == ["ferries"] * 8 + ["bridges"] * 6
    assert "ferries  en        has 2 English statements: give at least 15" in lines
    assert any(line.endswith("bridge (0 here, 2 elsewhere: bridges)") for line in lines)
    assert said.stderr == "\n2 themes. Nothing of this is a mistake.\n"


def test_advice_on_a_terminal(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that fits the terminal."""
    monkeypatch.setenv("COLUMNS", "70")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", terminal)
        amur.main(["--config", str(config), "themes", "check"], standalone_mode=False)
    printed = click.unstyle(terminal.getvalue())
    assert "━" in printed or "─" in printed
    assert all(cell_len(line) <= 70 for line in printed.splitlines())
    assert {"paddle", "steamer,", "轮船", "ледокол"} <= set(printed.split())


def test_nothing_to_advise(config: Path) -> None:
    """Themes that are well fed and told apart are told so."""
    statements = ", ".join(f'"Ferry number {n} left pier {n * n} at dawn."' for n in range(15))
    (config.parent / "themes.toml").write_text(
        '[[theme]]\nid = "ferries"\nlabel = "Ferries"\ndefinition = "Boats."\n'
        f'[theme.statements]\nen = [{statements}]\n[theme.phrases.en]\nstrong = ["ferry"]\n'
    )
    said = check(config)
    assert (said.exit_code, said.stdout) == (Exit.FINE, "Nothing to advise on 1 theme.\n")
    assert check(config, "--json").stdout == "[]\n"


def test_mistakes_come_first(config: Path) -> None:
    """Mistakes are no advice: all of them are named, and the command ends with 2."""
    wrong = THEMES.replace('weak = ["car ferry"]', 'weak = ["the", "China"]\n[theme.contrast]\nferry = "x"')
    (config.parent / "themes.toml").write_text(wrong)
    said = check(config)
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert "3 things in the settings need correcting" in said.stderr
    for mistake in ("phrases.en.weak[1]", "phrases.en.weak[2]", 'did you mean "ferries"?'):
        assert mistake in said.stderr


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


def silent(desk: Desk) -> list[str]:
    found = json.loads(desk.ask("themes", "check", "--json").stdout)
    return [phrase for one in found if (one["kind"], one["theme"]) == ("silent", THEME) for phrase in one["phrases"]]


def test_the_archive_counts(desk: Desk) -> None:
    """A phrase that sentences of the archive hold is not silent, whether they are stored under it or not."""
    file = desk.file.parent / "themes.toml"
    themes = file.read_text()
    file.write_text(
        themes.replace('weak = [\n  "pipeline",', 'weak = [\n  "pipeline gas", "long-term contract", "gasometer",')
    )
    found = silent(desk)
    assert "gasometer" in found
    assert not {"pipeline gas", "long-term contract"} & set(found)
    assert "The archive was judged with the themes as they were" in desk.ask("themes", "check").stderr
    file.write_text(themes)
    assert "archive" not in desk.ask("themes", "check").stderr
