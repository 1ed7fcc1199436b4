"""`amur eval themes`: what it prints, what it names, and what it complains of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk import THEME, furnish
from flows.commands import amur, eval_judging

JUDGED = Path(__file__).parent / "data" / "judge" / "articles.jsonl"
DATA = Path(__file__).parent / "data" / "evaluated"
OWN = ("--themes", str(DATA / "themes.toml"), str(DATA / "articles.jsonl"))


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(amur, ["eval", "themes", *arguments])


def rows(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines()]


def test_json() -> None:
    """With the themes that come with Amur, on articles that the gate judges rightly, JSON says so, over all too."""
    result = evaluate("--json", str(JUDGED))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    f1 = {language: row["f1"] for language, row in report["gate"].items()}
    assert f1 == {"de": 0, "en": 1, "ru": 1, "zh": 1, "all": 1}
    assert result.stderr == ""


def test_json_has_everything() -> None:
    """JSON has counts and intervals for each language, the confusions, and every article that was judged wrongly."""
    report = json.loads(evaluate("--json", *OWN).stdout)
    assert report["half"] == "both"
    assert report["intervals"] == {"resamples": 1000, "covered": 0.95}
    micro = report["themes"]["all"]["micro"]
    assert (micro["tp"], micro["fp"], micro["fn"], micro["f1"]) == (2, 2, 2, 0.5)
    low, high = micro["intervals"]["f1"]
    assert 0 <= low < 0.5 < high <= 1
    assert report["themes"]["ru"]["micro"]["f1"] == 1
    assert report["themes"]["en"]["per_theme"]["cranes"]["fn"] == 2
    irrelevant = report["irrelevant"]["all"]
    assert (irrelevant["n"], irrelevant["let_in"], irrelevant["with_theme"], irrelevant["share"]) == (2, 1, 1, 0.5)
    assert report["confusion"] == [
        {"missed": "cranes", "instead": "bridges", "articles": 1},
        {"missed": "cranes", "instead": "kept out by the gate", "articles": 1},
        {"missed": "irrelevant", "instead": "bridges", "articles": 1},
    ]
    assert [one["id"] for one in report["wrong"]] == ["confused", "let-in", "kept-out"]


def test_text() -> None:
    """In a pipe the command prints plain aligned lines, with counts and intervals."""
    result = evaluate(*OWN)
    assert result.exit_code == 0, result.output
    lines = rows(result.stdout)
    assert lines[1] == ["language", "articles", "relevant", "precision", "recall", "f1", "tp", "fp", "fn"]
    assert ["ru", "2", "1", *["1.00 [1.00, 1.00]"] * 3, "1", "0", "0"] in lines
    (micro,) = [line for line in lines if line[:2] == ["all", "micro: all labels"]]
    assert micro[-3:] == ["2", "2", "2"]
    assert re.fullmatch(r"0\.50 \[0\.\d\d, [01]\.\d\d\]", micro[4])
    assert ["cranes", "bridges", "1"] in lines
    assert "Judged wrongly" not in result.stdout


def test_the_wrong_ones_are_named() -> None:
    """--wrong names each article judged wrongly: what the gate said, and each theme with what spoke for it."""
    shown = evaluate("--wrong", *OWN).stdout
    wrong = shown[shown.index("Judged wrongly: 3 articles") :].split("\n\n")[1:]
    confused, let_in, kept_out = (block.splitlines() for block in wrong)
    assert confused[0] == "confused (en) Wings over the river"
    assert re.fullmatch(r'  wrong: bridges 0\.\d\d, strong "new bridge"', confused[1])
    assert confused[2] == "    The new bridge leads past the marsh, and the road bridge will follow."
    assert confused[3] == "  missed: cranes 0.00, nothing spoke for it"
    assert re.fullmatch(r"  gate: let in \(relevance 0\.[5-9]\d\)", let_in[1])
    assert kept_out[1:] == ["  gate: kept out, names no side (relevance 0.00)", "  missed: cranes"]


def test_none_is_wrong(tmp_path: Path) -> None:
    """Where nothing was judged wrongly, that is said; there is nothing to be confused."""
    file = tmp_path / "right.jsonl"
    file.write_text((DATA / "articles.jsonl").read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    shown = evaluate("--wrong", *OWN[:2], str(file)).stdout
    assert "None is judged wrongly." in shown
    assert "found instead" not in shown


def test_halves() -> None:
    """--half measures on half of the articles; the two halves make up the whole."""
    counts = [json.loads(evaluate("--half", half, "--json", *OWN).stdout)["gate"]["all"]["n"] for half in "AB"]
    assert sum(counts) == 7
    assert counts[0] >= counts[1] > 0


def test_an_empty_half(tmp_path: Path) -> None:
    """A file of one article has no half B, and that is said."""
    file = tmp_path / "one.jsonl"
    file.write_text('{"text": "t", "language": "en", "themes": [], "relevant": true}\n')
    assert_complaint(evaluate("--half", "B", str(file)), "Half B is empty")


def test_many_articles_are_judged_by_two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether articles are judged here or by two processes, the answer is the same."""
    here = evaluate("--json", *OWN).stdout
    monkeypatch.setattr(eval_judging, "FEW", 0)
    assert evaluate("--json", *OWN).stdout == here


def test_other_themes(tmp_path: Path) -> None:
    """Other themes can be measured; labels that they do not have are named, and count as missed."""
    themes = tmp_path / "own.toml"
    themes.write_text(
        '[[theme]]\nid = "bridges"\nlabel = "x"\ndefinition = "x"\n[theme.phrases.en]\nstrong = ["road"]\n'
    )
    result = evaluate("--json", "--themes", str(themes), str(DATA / "articles.jsonl"))
    assert result.exit_code == 0, result.output
    cranes = json.loads(result.stdout)["themes"]["en"]["per_theme"]["cranes"]
    assert (cranes["tp"], cranes["fp"], cranes["fn"]) == (0, 0, 2)
    assert "no theme has the id cranes: these labels count as missed" in result.stderr


def test_own_verdicts(tmp_path: Path) -> None:
    """--verdicts measures each theme on the articles on which a verdict was given; no other theme counts in them."""
    desk = furnish(tmp_path)
    themes = (DATA / "themes.toml").read_text(encoding="utf-8").replace('id = "cranes"', f'id = "{THEME}"')
    (tmp_path / "own.toml").write_text(themes.replace("crane reserve", "pipeline gas"), encoding="utf-8")
    assert_complaint(desk.ask("eval", "themes", "--verdicts"), "There is no verdict yet")
    for article, says in zip(desk.told, ("yes", "no"), strict=True):
        assert desk.ask("verdict", str(article.id), THEME, says).exit_code == 0
    asked = desk.ask("eval", "themes", "--verdicts", "--json", "--themes", str(tmp_path / "own.toml"))
    assert asked.exit_code == 0, asked.output
    per_theme = json.loads(asked.stdout)["themes"]["all"]["per_theme"]
    assert list(per_theme) == [THEME]
    assert sum(per_theme[THEME][key] for key in ("tp", "fn")) == 1
    assert json.loads(asked.stdout)["gate"]["all"]["n"] == 2


def test_a_file_or_verdicts() -> None:
    """What is measured on is a file or one's own verdicts: neither and both are one clear sentence."""
    assert_complaint(evaluate(), "Name a file of labelled articles, or give --verdicts")
    assert_complaint(evaluate("--verdicts", *OWN), "and not both")


def test_nowhere_to_keep_what_is_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is learnt of the themes cannot be kept, that is said, with the setting that names another folder."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AMUR_CACHE", str(tmp_path / "file" / "models"))
    statements = ", ".join(f'"Bridge {n} was built by China and Russia."' for n in range(15))
    own = (DATA / "themes.toml").read_text(encoding="utf-8")
    (tmp_path / "themes.toml").write_text(f"{own}\n[theme.statements]\nen = [{statements}]\n", encoding="utf-8")
    told = evaluate("--themes", str(tmp_path / "themes.toml"), str(DATA / "articles.jsonl"))
    assert_complaint(told, "Name another in AMUR_CACHE.")


def test_complaints(tmp_path: Path) -> None:
    """A bad line, an empty file and bad themes each end in one clear message and exit code 2."""
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"text": ""}\n')
    assert_complaint(evaluate(str(file)), f'{file}: line 1: "relevant" is missing')
    file.write_bytes(b"\xff\xfe\xff")
    assert_complaint(evaluate(str(file)), "is not UTF-8 text")
    file.write_text("\n")
    assert_complaint(evaluate(str(file)), "holds no labelled article")
    themes = tmp_path / "themes.toml"
    themes.write_text("[[theme]]\n")
    assert_complaint(evaluate("--themes", str(themes), str(JUDGED)), "themes.toml: theme[1].id")
    assert_complaint(evaluate(str(tmp_path / "none.jsonl")), "does not exist")


def assert_complaint(result: Result, message: str) -> None:
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stdout == ""


def test_help_is_quick() -> None:
    """The command's help loads neither spaCy nor the settings."""
    code = "import sys, flows.commands.eval; sys.exit(any(m in sys.modules for m in ('spacy', 'pydantic', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  our own interpreter
