"""`amur eval genre`: the metrics, the file of labelled articles, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from extractors.bootstrap import Estimate
from extractors.evaluate_genre import LabelledGenre, ToldGenre, accuracies, confusion, genres, read_labelled_genres
from extractors.labels import LabelError
from flows.commands import amur

LINES = (
    {"id": "a1", "language": "en", "title": "Terminal opens", "text": "It opened, officials said.", "genre": "news"},
    {"id": "a2", "language": "en", "text": "It is wide.", "genre": "commentary", "url": "https://x.example/opinion/a"},
    {"id": "a3", "language": "en", "text": "The towns stand on two banks.", "genre": "official"},
    {"id": "a4", "language": "ru", "text": "Река широкая.", "genre": "news"},
    {"id": "a5", "language": "ru", "text": "Никто не знает.", "genre": None},
)


def told(language: str, given: str, answer: str) -> ToldGenre:
    return ToldGenre(LabelledGenre("", language, "", "", given), answer, "")


def evaluate(file: Path, *arguments: str) -> Result:
    return CliRunner().invoke(amur, ["eval", "genre", *arguments, str(file)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n\n".join(map(json.dumps, LINES)), encoding="utf-8")
    return path


def test_metrics_by_hand() -> None:
    """Accuracy stands beside what always giving the commonest genre of the language would have had."""
    all_told = [
        told("en", "news", "news"), told("en", "news", "commentary"), told("en", "official", "news"),
        told("zh", "official", "official"),
    ]  # fmt: skip
    found = accuracies(all_told)
    assert found["en"] == {"articles": 3, "right": 1, "accuracy": 1 / 3, "interval": (0, 1), "commonest": 2 / 3}
    assert found["zh"] == {"articles": 1, "right": 1, "accuracy": 1, "interval": (1, 1), "commonest": 1}
    assert found["all"] == {"articles": 4, "right": 2, "accuracy": 0.5, "interval": (0, 1), "commonest": 0.5}
    by_genre = genres(all_told)
    assert list(by_genre) == ["commentary", "news", "official"]
    assert (by_genre["news"].tp, by_genre["news"].fp, by_genre["news"].fn) == (1, 1, 1)
    assert by_genre["official"].precision.value == 1
    assert by_genre["commentary"].recall == Estimate(0.0, None)
    assert confusion(all_told) == {
        "news": {"commentary": 1, "news": 1, "official": 0, "other": 0},
        "official": {"commentary": 0, "news": 1, "official": 1, "other": 0},
    }


def test_the_command_prints_the_confusion(file: Path) -> None:
    """Articles without a genre are left out; the table has a row per genre that people gave."""
    shown = evaluate(file)
    assert shown.exit_code == 0, shown.output
    assert "all              4" in shown.stdout
    assert "0.67 [0.00, 1.00]" in shown.stdout
    shown_confusion = shown.stdout[shown.stdout.index("What people say") :]
    rows = {line.split()[0]: line.split()[1:] for line in shown_confusion.splitlines()[1:] if line.split()}
    assert rows["news"] == ["0", "2", "0", "0"]
    assert rows["official"] == ["0", "1", "0", "0"]
    assert "a3" not in shown.stdout


def test_the_wrong_ones_are_named(file: Path) -> None:
    """--wrong names each article told wrongly, and --json says the same for machines."""
    assert "a3" in evaluate(file, "--wrong").stdout
    report = json.loads(evaluate(file, "--json").stdout)
    assert [one["id"] for one in report["wrong"]] == ["a3"]
    assert report["accuracy"]["all"]["accuracy"] == 0.75
    assert report["accuracy"]["all"]["interval"] == [0.25, 1]
    assert report["genres"]["news"]["tp"] == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "is no JSON object: write {…} with language, text and genre"),
        ('{"language": "en", "text": "t", "genre": "op-ed"}', 'line 1: "genre" is "op-ed": give commentary, news,'),
        ('{"language": "en", "text": "t", "genre": 3}', '"genre" is 3'),
        ('{"language": "en", "genre": "news"}', '"text" is missing: give a text in quotes'),
        ('{"text": "t", "genre": "news"}', '"language" is missing'),
    ],
)
def test_what_will_not_do_is_named(tmp_path: Path, line: str, message: str) -> None:
    """A line that cannot be used is named with its number, what is there, and what should be."""
    with pytest.raises(LabelError) as raised:
        read_labelled_genres([line])
    assert message in str(raised.value)
    bad = tmp_path / "bad.jsonl"
    bad.write_text(line, encoding="utf-8")
    shown = evaluate(bad)
    assert shown.exit_code == 2
    assert message in shown.stderr


def test_a_file_without_labels(tmp_path: Path) -> None:
    """A file in which no article has a genre is answered by what to write."""
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"language": "en", "text": "t", "genre": null}\n', encoding="utf-8")
    shown = evaluate(empty)
    assert shown.exit_code == 2
    assert "holds no labelled article" in shown.stderr
