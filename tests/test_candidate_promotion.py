"""A candidate becomes a theme, or teaches one: with an editor and without, killed and gone on with, told to nobody."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from archived import ask, typed
from flows.commands import Exit
from flows.settings import read_taxonomy
from flows.themefile import TYPED
from gathered import ID, make_border_candidate
from kills import contents, differences
from servers import HttpServer
from test_theme_edit import editor
from town import DAY, MORNING, feed, gas_day, open_quickly, quiet_day, settings_for, watch
from warehouse import candidates
from warehouse.candidate_decisions import became_themes
from warehouse.candidates import Emergence
from warehouse.rows import insert
from warehouse.store import PassRunning, Store

THEMES = """
[[theme]]
id = "grain"
label = "Grain"
definition = "Who eats whose bread."
[theme.statements]
en = ["China buys grain from Russia."]  # more to come
[theme.phrases.en]
strong = ["grain corridor"]
"""
SAID = (
    "Gazprom lost its best customers and has no other buyer for the fields of western Siberia.",
    "A second gas pipeline from Russia to China, they explained, has to make commercial sense.",
)
NO_EDIT = ("promote", ID, "--id", "gas-pipeline", "--no-edit")
FOUND = MORNING + DAY


@dataclass(frozen=True, slots=True)
class Watched:
    """A town in which two papers write of a pipeline that no theme covers: a candidate."""

    file: Path
    town: HttpServer


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with HttpServer() as town:
        quiet_day(town)
        file = settings_for(tmp_path_factory.mktemp("town") / "watched", town)
        file.with_name("themes.toml").write_text(THEMES, encoding="utf-8")
        watch(file, MORNING)
        gas_day(town)
        assert watch(file, FOUND).articles_relevant == 2
        _gather(file)
        yield Watched(file, town)


def _gather(file: Path) -> None:
    taxonomy = read_taxonomy(file)
    with Store(file.parent / "data").transaction() as con:
        rows = con.execute(
            "SELECT article_id FROM articles JOIN judgements USING (article_id) WHERE relevant"
        ).fetchall()
        ids = tuple(article_id for (article_id,) in sorted(rows))
        made = make_border_candidate(
            label="Gazprom · gas pipeline", phrases=("Gazprom", "gas pipeline"), nearest="grain", first_at=MORNING
        )
        candidates.save_candidates(con, taxonomy.id, [Emergence(made, ids)], FOUND)
        con.execute("DELETE FROM residual_passages")
        said = [
            {"article_id": id_, "taxonomy_id": taxonomy.id, "ordinal": 0, "sentence": sentence, "in_title": False}
            | {"start_at": 0, "end_at": len(sentence)}
            for id_, sentence in zip(ids, SAID, strict=True)
        ]
        insert(con, "residual_passages", said)


@pytest.fixture
def file(origin: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a folder of its own."""
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    monkeypatch.delenv("VISUAL", raising=False)
    return Path(shutil.copytree(origin.file.parent, tmp_path / "watched")) / "amur.toml"


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pass is at work."""

    def refused(*_: object) -> None:
        raise PassRunning(None, None)

    monkeypatch.setattr("flows.commands.candidate_promotion.judge_anew", refused)


def asked(file: Path, *words: str) -> Result:
    return typed(file, "candidates", *words)


def state(file: Path) -> tuple[str, str]:
    ((found, theme_id),) = ask(file, "SELECT state, theme_id FROM candidates")
    return found, theme_id


def test_promote_without_an_editor(file: Path, origin: Watched) -> None:
    """The passages become statements, the label's words phrases; the archive is judged anew, and that is no news."""
    said = asked(file, *NO_EDIT, "--label", "The pipeline")
    assert said.exit_code == 0, said.output
    assert "3 articles judged anew, 2 relevant; 1 of its 2 speak of gas-pipeline now." in said.stdout
    assert "quotations: put their point into words of your own: amur themes edit gas-pipeline" in said.stderr
    assert "with 15 it is known by its meaning" in said.stderr
    theme = read_taxonomy(file).themes[-1]
    assert (theme.id, theme.label, theme.entities) == ("gas-pipeline", "The pipeline", ("Gazprom",))
    assert {statement.text for statement in theme.statements} == set(SAID)
    assert [(phrase.text, phrase.strength) for phrase in theme.phrases] == [
        ("gas pipeline", "strong"),
        ("Gazprom", "weak"),
    ]
    assert file.with_name("themes.toml").read_text().startswith(THEMES.rstrip())
    assert f"# From the candidate {ID}, promoted on " in file.with_name("themes.toml").read_text()
    assert state(file) == ("promoted", "gas-pipeline")
    origin.town.routes["/gamma.xml"] = feed(origin.town, "valves", at=MORNING + DAY)
    record = watch(file, MORNING + 2 * DAY)
    assert (record.articles_relevant, record.findings, record.alerts) == (1, 0, 0)
    with Store(file.parent / "data").transaction() as con:
        ((became, _),) = became_themes(con, MORNING)
    assert became == "gas-pipeline"
    assert "amur themes retire gas-pipeline" in asked(file, "reopen", ID).stderr
    assert "was promoted (gas-pipeline) on" in asked(file, *NO_EDIT).stderr
    assert typed(file, "themes", "retire", "gas-pipeline").exit_code == 0
    assert asked(file, "reopen", ID).exit_code == 0
    assert state(file) == ("open", "")


def test_promote_in_an_editor(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said is there as raw material, and goes when the file is saved; what was typed stays."""
    mine = "Russia needs China to buy its gas."
    editor(file, monkeypatch, 'cp "$file" "$0.seen"', f"""sed -i 's/^  "",$/  "{mine}",/' "$file\"""")
    said = asked(file, "promote", ID, "--json")
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert (told["theme_id"], told["statements"], told["present"]) == ("gazprom-gas-pipeline", 1, 1)
    assert f"\n#: {SAID[0]} (" in file.with_name("editor.sh.seen").read_text()
    assert "#:" not in file.with_name("themes.toml").read_text()
    assert [statement.text for statement in read_taxonomy(file).themes[-1].statements] == [mine]
    assert not file.with_name(TYPED).exists()


def test_nothing_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever leaves the editor without a word leaves everything as it was."""
    before = file.with_name("themes.toml").read_bytes()
    editor(file, monkeypatch, ":")
    for words in (("promote", ID), ("merge", ID, "grain")):
        said = asked(file, *words)
        assert (said.exit_code, said.stdout) == (Exit.FINE, "")
        assert "Nothing was written: c-1f2e3d4c (Gazprom · gas pipeline) stays open." in said.stderr
    monkeypatch.setenv("VISUAL", "/nowhere/to/be/found")
    assert "does not start" in asked(file, "promote", ID).stderr
    assert file.with_name("themes.toml").read_bytes() == before
    assert not file.with_name(TYPED).exists()
    assert state(file) == ("open", "")


@pytest.mark.usefixtures("busy")
def test_mistakes_are_kept_beside(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has a mistake waits beside themes.toml, and the same command goes on with it."""
    editor(file, monkeypatch, """sed -i 's/^  "",$/  "Too short",/' "$file\"""")
    said = asked(file, "promote", ID, "--id", "pipes")
    assert (said.exit_code, state(file)) == (Exit.WRONG, ("open", ""))
    assert "write one of at least 3 words" in said.stderr
    assert f"`amur candidates promote {ID}` goes on with it" in said.stderr
    editor(file, monkeypatch, """sed -i 's/"Too short"/"Not too short now."/' "$file\"""")
    said = asked(file, "promote", ID, "--id", "pipes")
    assert said.exit_code == 0, said.output
    assert "Going on with themes.typed.toml" in said.stderr
    assert "A pass is at work: the next one judges the archive under the changed themes." in said.stderr
    assert state(file) == ("promoted", "pipes")
    assert not file.with_name(TYPED).exists()


def test_what_another_edit_left(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody typed for another theme is not taken for this."""
    editor(file, monkeypatch, ":")
    file.with_name(TYPED).write_text(f"{THEMES}# mine")
    assert "finish it with `amur themes edit`" in asked(file, "promote", ID).stderr
    assert file.with_name(TYPED).read_text().endswith("# mine")


def test_merge(file: Path) -> None:
    """The passages go into the theme's own lists, the lines around stay, and the theme is history up to now."""
    said = asked(file, "merge", ID, "grain", "--no-edit")
    assert said.exit_code == 0, said.output
    assert "has taught the theme grain." in said.stdout
    text = file.with_name("themes.toml").read_text()
    assert '  "China buys grain from Russia."]  # more to come\n' in text
    assert {statement.text for statement in read_taxonomy(file).themes[0].statements} >= set(SAID)
    assert state(file) == ("merged", "grain")
    assert "amur themes edit grain" in asked(file, "reopen", ID).stderr
    assert "teaches grain nothing" in asked(file, "merge", ID, "grain", "--no-edit").stderr
    assert state(file) == ("open", "")


@pytest.mark.usefixtures("busy")
def test_merge_in_an_editor(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The raw material stands at the head of the theme's statements."""
    editor(file, monkeypatch, r"""sed -i 's/^#: What the candidate.*/"Grain goes by rail now.",/' "$file" """)
    said = asked(file, "merge", ID, "grain")
    assert said.exit_code == 0, said.output
    assert [one.text for one in read_taxonomy(file).themes[0].statements] == [
        "Grain goes by rail now.",
        "China buys grain from Russia.",
    ]
    assert "#:" not in file.with_name("themes.toml").read_text()


@pytest.fixture(scope="module")
def undisturbed(origin: Watched, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a promotion leaves that nothing came in the way of."""
    file = Path(shutil.copytree(origin.file.parent, tmp_path_factory.mktemp("undisturbed") / "watched")) / "amur.toml"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flows.house.open_house", open_quickly)
        assert asked(file, *NO_EDIT).exit_code == 0
    return file


@pytest.mark.parametrize(
    "where", ["flows.promoting.replace_text", "warehouse.candidate_decisions.settle", "flows.rescoring.take_up"]
)
def test_killed_and_done_again(file: Path, undisturbed: Path, where: str) -> None:
    """Wherever it is killed, the same command leaves what an undisturbed one leaves."""

    def killed(*_: object) -> None:
        raise SystemError(where)  # nobody catches it

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(where, killed)
        with pytest.raises(SystemError, match=where):
            asked(file, *NO_EDIT)
    said = asked(file, *NO_EDIT)
    assert said.exit_code == 0, said.output
    assert "gas-pipeline" in said.stdout
    assert read_taxonomy(file) == read_taxonomy(undisturbed)
    found, expected = contents(file), contents(undisturbed)
    for table in (found, expected):  # what was meant is written down each time
        del table["candidate_decisions"]
    assert differences(expected, found) == []


@pytest.mark.usefixtures("busy")
def test_killed_after_the_editor(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to type twice what is in themes.toml already."""

    def killed(*_: object) -> None:
        raise SystemError("killed")

    editor(file, monkeypatch, """sed -i 's/^  "",$/  "Russia needs China to buy its gas.",/' "$file\"""")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("warehouse.candidate_decisions.settle", killed)
        with pytest.raises(SystemError, match="killed"):
            asked(file, "promote", ID)
    monkeypatch.setenv("VISUAL", "/nowhere/to/be/found")
    said = asked(file, "promote", ID)
    assert (said.exit_code, state(file)) == (Exit.FINE, ("promoted", "gazprom-gas-pipeline"))
    assert "Going on: gazprom-gas-pipeline has it already." in said.stderr
    assert not file.with_name(TYPED).exists()
