"""`amur eval themes`: the metrics, the file of labelled articles, and the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from extractors.evaluate import Found, LabelError, Labelled, as_json, read_labelled, tally
from flows.commands import amur

DATA = Path(__file__).parent / "data" / "judge"
THEMES = ("arctic", "bridges", "cranes")


def labelled(language: str = "en", themes: str = "", disputed: str = "", *, relevant: bool = True) -> Labelled:
    return Labelled(language, "", "", relevant, frozenset(themes.split()), frozenset(disputed.split()))


def found(themes: str = "", *, relevant: bool = True) -> Found:
    return Found(relevant, frozenset(themes.split()))


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(amur, ["eval", "themes", *arguments])


def test_metrics_by_hand() -> None:
    """The gate is measured over articles, the themes over labels; macro is the mean over themes that anybody saw."""
    report = as_json(
        tally(
            [labelled(themes="arctic bridges"), labelled(themes="arctic"), labelled(relevant=False), labelled("ru")],
            [found("arctic"), found("arctic cranes"), found(), found(relevant=False)],
        )
    )
    gate, themes = report["gate"], report["themes"]
    assert gate["en"] == {
        "precision": 2 / 3, "recall": 1, "f1": 0.8, "tp": 2, "fp": 1, "fn": 0, "n": 3, "relevant": 2,
    }  # fmt: skip
    assert gate["ru"] == {"precision": 0, "recall": 0, "f1": 0, "tp": 0, "fp": 0, "fn": 1, "n": 1, "relevant": 1}
    english = themes["en"]
    assert english["micro"] == {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "tp": 2, "fp": 1, "fn": 1}
    assert english["macro"] == {"precision": 1 / 3, "recall": 1 / 3, "f1": 1 / 3, "themes": 3}
    assert english["per_theme"]["bridges"] == {"precision": 0, "recall": 0, "f1": 0, "tp": 0, "fp": 0, "fn": 1}
    assert themes["ru"]["per_theme"] == {}
    assert list(gate) == list(themes) == ["en", "ru"]


def test_end_to_end() -> None:
    """An article that the gate keeps out has no theme, whatever was found in it."""
    report = as_json(tally([labelled(themes="arctic")], [found("arctic", relevant=False)]))
    assert report["themes"]["en"]["micro"]["fn"] == 1
    assert report["themes"]["en"]["micro"]["tp"] == 0


def test_disputed_labels() -> None:
    """A disputed label counts neither as a false alarm nor as a miss."""
    report = as_json(tally([labelled(themes="arctic", disputed="bridges arctic")], [found("bridges cranes")]))
    assert list(report["themes"]["en"]["per_theme"]) == ["cranes"]


@given(
    st.lists(st.tuples(st.sets(st.sampled_from(THEMES)), st.sets(st.sampled_from(THEMES)), st.booleans()), min_size=1)
)
def test_metrics_are_shares(rows: list[tuple[set[str], set[str], bool]]) -> None:
    """Every metric lies in [0, 1], and a perfect answer has an F1 of 1 wherever there is a label."""
    articles = [labelled(themes=" ".join(wanted)) for wanted, _, _ in rows]
    report = as_json(tally(articles, [found(" ".join(got), relevant=let_in) for _, got, let_in in rows]))["themes"][
        "en"
    ]
    for metrics in (report["micro"], report["macro"], *report["per_theme"].values()):
        assert all(0 <= metrics[key] <= 1 for key in ("precision", "recall", "f1"))
    perfect = as_json(tally(articles, [Found(True, article.themes) for article in articles]))["themes"]["en"]
    assert perfect["micro"]["f1"] == (1 if any(article.themes for article in articles) else 0)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "is not JSON"),
        ("[]", "no JSON object"),
        ('{"text": "", "language": "en", "themes": []}', '"relevant" is missing: give true or false'),
        ('{"text": "", "language": "en", "themes": [], "relevant": "yes"}', '"relevant" is "yes"'),
        ('{"text": "", "language": "en", "relevant": true}', '"themes" is missing'),
        (
            '{"text": "", "language": "en", "relevant": true, "themes": [1]}',
            '"themes" is [1]: give a list of theme ids',
        ),
        ('{"text": "", "language": "en", "relevant": true, "themes": [], "disputed": "x"}', '"disputed" is "x"'),
        ('{"text": 7, "language": "en", "relevant": true, "themes": []}', '"text" is 7: give a text'),
        ('{"text": "", "language": null, "relevant": true, "themes": []}', '"language" is null'),
    ],
)
def test_bad_lines(line: str, complaint: str) -> None:
    """A line that will not do is named by its number, with what is wrong."""
    good = '{"text": "", "language": "en", "relevant": true, "themes": []}'
    with pytest.raises(LabelError, match=r"^line 3: ") as raised:
        read_labelled([good, "\n", line])
    assert complaint in raised.value.message


def test_title_and_disputed_may_be_missing() -> None:
    """A title and disputed labels may be missing; keys of other programs are passed over."""
    line = '{"text": "t", "language": "zh", "relevant": false, "themes": ["x"], "genre": null}'
    assert read_labelled([line]) == [Labelled("zh", "", "t", False, frozenset({"x"}), frozenset())]


def test_command_json() -> None:
    """On articles that Amur judges rightly, the command's JSON says so, per language."""
    result = evaluate("--json", str(DATA / "articles.jsonl"))
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert {language: row["f1"] for language, row in report["gate"].items()} == {"de": 0, "en": 1, "ru": 1, "zh": 1}
    assert report["themes"]["en"]["micro"]["f1"] == 1
    assert report["themes"]["en"]["per_theme"]["energy-leverage"]["tp"] == 1
    assert result.stderr == ""


def test_command_text() -> None:
    """In a pipe the command prints plain aligned lines, with the counts."""
    result = evaluate(str(DATA / "articles.jsonl"))
    lines = result.stdout.splitlines()
    assert lines[1].split() == ["language", "articles", "relevant", "precision", "recall", "f1", "tp", "fp", "fn"]
    assert ["en", "10", "5", "1.00", "1.00", "1.00", "5", "0", "0"] in [line.split() for line in lines]
    assert "micro: all labels" in result.stdout


def test_command_other_themes(tmp_path: Path) -> None:
    """Other themes can be measured; labels that they do not have are named, and count as missed."""
    own = tmp_path / "own.toml"
    own.write_text(
        '[[theme]]\nid = "friendship-diplomacy"\nlabel = "x"\ndefinition = "x"\n'
        '[theme.phrases.en]\nstrong = ["state visit", "dear friend"]\n'
    )
    result = evaluate("--json", "--themes", str(own), str(DATA / "articles.jsonl"))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["themes"]["en"]["micro"]["tp"] == 1
    assert "no theme has the id asymmetric-partnership, central-asia-competition" in result.stderr


def test_command_complains(tmp_path: Path) -> None:
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
    assert_complaint(evaluate("--themes", str(themes), str(DATA / "articles.jsonl")), "themes.toml: theme[1].id")
    assert_complaint(evaluate(str(tmp_path / "none.jsonl")), "does not exist")


def assert_complaint(result: Result, message: str) -> None:
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stdout == ""


def test_help_is_quick() -> None:
    """The command's help loads neither spaCy nor the settings."""
    code = "import sys, flows.commands.eval; sys.exit(any(m in sys.modules for m in ('spacy', 'pydantic', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  our own interpreter
