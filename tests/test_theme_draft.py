"""`amur themes draft`: an analyst's own articles become a theme file to edit."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from desk import write_settings
from extractors.taxonomy import parse_themes
from flows.commands import Exit, amur
from servers import HttpServer, Reply
from town import open_quickly, page, settings_for

SEEDS = Path(__file__).parent / "data" / "seeds"
FILES = [str(SEEDS / name) for name in ("lighthouse.txt", "orchard.txt", "pristan.txt")]

# Words of passages that make one point, and that a draft has to bring together.
TOGETHER = (
    ("four large Chinese banks", "small banks on the frontier", "fear of secondary sanctions"),
    ("unequal treaty in 1858", "border fighting of 1969"),
    ("embraced twice", "anniversary of diplomatic ties"),
    ("multipolar world in which", "word hegemony", "fairer to civilisations"),
    ("five members in two years", "lends in local currencies"),
    ("quantum communication", "station at the Moon's south pole", "makers of chips"),
    ("India buys Russian oil", "Diplomats in Delhi", "Brazil and Indonesia"),
    ("doubled its budget", "fear in Tokyo", "NATO meetings on the Pacific"),
    ("price of flats", "ages before it grows rich"),
    ("возвращают платежи", "мелкие банки", "вторичными санкциями"),
    ("неравноправные договоры", "острове Даманский"),
)
# Passages of two articles on one point, which their themes have to say of one another.
NEAR = (("four large Chinese banks", "возвращают платежи"), ("price of flats", "flats that nobody buys"))


def typed(*words: str, config: Path | None = None) -> Result:
    options = ["--config", str(config)] if config else []
    return CliRunner().invoke(amur, [*options, "themes", "draft", *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def drafted() -> Result:
    return typed(*FILES)


@pytest.fixture(scope="module")
def themes() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(typed(*FILES, "--json").stdout)["themes"]
    return found


def theme_of(words: str, themes: list[dict[str, Any]]) -> dict[str, Any]:
    (found,) = (theme for theme in themes if any(words in passage["text"] for passage in theme["passages"]))
    return found


# --- what comes of seeds --------------------------------------------------------------------------


def test_a_draft_is_a_theme_file(drafted: Result) -> None:
    """Themes take it as it is: statements from the seeds, phrases, and a definition to finish."""
    assert drafted.exit_code == Exit.FINE
    taxonomy = parse_themes(tomllib.loads(drafted.stdout))
    texts = [" ".join((SEEDS / name).read_text().split()) for name in FILES]
    for theme in taxonomy.themes:
        assert theme.definition.startswith("Passages about ")
        assert 2 <= len(theme.statements) <= 5
        assert all(any(said.text in text for text in texts) for said in theme.statements)
        assert sum(bool(theme.phrases) for theme in taxonomy.themes) > 0.9 * len(taxonomy.themes)
    assert {said.language for theme in taxonomy.themes for said in theme.statements} == {"en", "ru"}


def test_every_passage_is_evidence_with_its_place(drafted: Result) -> None:
    """The sentence of each statement stands above it in a comment, with the seed and the paragraph."""
    evidence = [line.partition(": ")[2] for line in drafted.stdout.splitlines() if line.startswith("#   ")]
    for theme in parse_themes(tomllib.loads(drafted.stdout)).themes:
        assert all(any(said.text in whole for whole in evidence) for said in theme.statements)
    assert "#   lighthouse.txt, paragraph 6: Then there is the matter of the bankers.\n" in drafted.stdout


@pytest.mark.parametrize("words", TOGETHER)
def test_what_makes_one_point_is_put_together(words: tuple[str, ...], themes: list[dict[str, Any]]) -> None:
    """Passages of one point are in one theme."""
    assert len({theme_of(said, themes)["id"] for said in words}) == 1


def test_points_are_kept_apart(themes: list[dict[str, Any]]) -> None:
    """Passages of different points are in different themes, none of which is large."""
    firsts = [theme_of(words[0], themes)["id"] for words in TOGETHER]
    assert len(set(firsts)) == len(TOGETHER)
    assert max(len(theme["passages"]) for theme in themes) <= 5


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_the_same_point_elsewhere_is_named(one: str, other: str, themes: list[dict[str, Any]]) -> None:
    """Two themes on one point, of two articles or two languages, name each other."""
    first, second = theme_of(one, themes), theme_of(other, themes)
    assert (first["near"], second["near"]) == (second["id"], first["id"])


def test_phrases_and_label_are_of_the_theme(themes: list[dict[str, Any]]) -> None:
    """What is proposed is what the passages speak of, and names are written as they are."""
    india = theme_of("Diplomats in Delhi", themes)
    assert "strategic autonomy" in india["phrases"]["en"]["strong"]
    assert india["id"] == "strategic-autonomy"
    clubs = theme_of("five members in two years", themes)
    assert {"BRICS club", "Shanghai Cooperation Organisation"} <= set(clubs["phrases"]["en"]["strong"])
    proposed = [p for theme in themes for lists in theme["phrases"].values() for p in lists["strong"] + lists["weak"]]
    assert not {"China", "Russia", "Beijing", "Moscow", "China and Russia", "россия", "китай"} & set(proposed)


def test_the_same_seeds_give_the_same_draft(drafted: Result) -> None:
    """Nothing is left to chance."""
    assert typed(*FILES).stdout == drafted.stdout


def test_fewer_themes_on_request() -> None:
    """With --themes there are at most so many."""
    assert len(json.loads(typed(FILES[1], "--themes", "6", "--json").stdout)["themes"]) <= 6


def test_a_draft_in_a_file(tmp_path: Path) -> None:
    """-o writes a new file, and replaces one only when told to."""
    config, out = write_settings(tmp_path), tmp_path / "draft.toml"
    said = typed(FILES[2], "-o", str(out), config=config)
    assert (said.exit_code, said.stdout) == (Exit.FINE, "")
    first = out.read_text()
    count = len(parse_themes(tomllib.loads(first)).themes)
    assert f"{count} themes in {out}: a draft, and yours to edit.\n" in said.stderr
    again = typed(FILES[2], "-o", str(out), config=config)
    assert again.exit_code == Exit.WRONG
    assert "is there already" in again.stderr
    assert typed(FILES[2], "-o", str(out), "--force", config=config).exit_code == Exit.FINE
    assert out.read_text() == first


# --- where seeds come from ------------------------------------------------------------------------


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    with HttpServer() as server:
        yield server


def test_pages_are_fetched_and_files_may_be_pages(town: HttpServer, tmp_path: Path) -> None:
    """An address is fetched as any page is; a saved page is read like it; both go into one draft."""
    town.routes["/patience"] = page("patience")
    saved = tmp_path / "saved.html"
    saved.write_bytes(page("second-line").body)
    said = typed(town.url("/patience"), str(saved), "--json", config=settings_for(tmp_path, town))
    assert said.exit_code == Exit.FINE, said.stderr
    sources = {passage["source"] for theme in json.loads(said.stdout)["themes"] for passage in theme["passages"]}
    assert sources == {town.url("/patience"), "saved.html"}
    assert "pages fetched: 1 of 1" in said.stderr
    assert "articles read: 2 of 2" in said.stderr


def test_a_page_that_cannot_be_had(town: HttpServer, tmp_path: Path) -> None:
    """Nothing is drafted from a part of the seeds: what is missing is said, and ends with 3."""
    town.routes["/gone"] = Reply(status=404)
    said = typed(FILES[0], town.url("/gone"), config=settings_for(tmp_path, town))
    assert (said.exit_code, said.stdout) == (Exit.NO_FEED, "")
    assert f"{town.url('/gone')} could not be had: " in said.stderr


def test_an_address_in_a_private_network(tmp_path: Path) -> None:
    """What the guard refuses is not asked for."""
    said = typed("http://127.0.0.1:9/essay", config=write_settings(tmp_path))
    assert said.exit_code == Exit.NO_FEED
    assert re.search(r"could not be had: .*(private|public)", said.stderr), said.stderr


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b" \n", "holds no text."),
        ("short.txt", b"China buys gas from Russia. The price of it is low.", "too little to draft from, 2 sentences"),
        ("report.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "is neither a text nor a web page"),
        (
            "essai.txt",
            "La Chine achète du gaz à la Russie, et le prix en est bas depuis que l'Europe n'en veut plus.".encode(),
            "is in a language that is not read (fr); English, Russian and Chinese are read.",
        ),
    ],
)
def test_a_file_that_will_not_do(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """What is wrong with a seed is said in a sentence."""
    file = tmp_path / name
    file.write_bytes(content)
    said = typed(str(file))
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert says in said.stderr


def test_files_that_are_none(tmp_path: Path) -> None:
    """A folder and a misspelt name are told together, before anything is read."""
    said = typed(str(tmp_path), "sede.txt")
    assert said.exit_code == Exit.WRONG
    assert f"{tmp_path} is a folder: name the files in it.\nThere is no file sede.txt: " in said.stderr
