"""The commands on articles: found by what they are, named in any spelling, shown whole."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from builders import make_article, make_judgement, make_score
from desk import THEME, Desk, furnish
from extractors.urls import canonical
from flows.commands import Exit
from flows.commands.explain import spellings
from flows.commands.printing import cut, shown
from flows.commands.when import day, span
from warehouse import articles, judgements
from warehouse.publish import publish
from warehouse.store import Store

OLD = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "100%_чистый газ. Первый абзац.\n\nВторой абзац."
LONG = "天然气管道谈判：谁在等待，谁在让步，为什么北京不着急，莫斯科却一年比一年着急，以及这对欧洲意味着什么"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = furnish(tmp_path_factory.mktemp("desk"))
    settings = desk.settings
    old = replace(
        make_article("old", settings.feeds[0], title=LONG, text=TEXT, language="ru"),
        url="https://www.steppe-review.example/old?a=1&b=2",
        genre="commentary",
        author="A. Writer",
        institution="Institute of Steppe Studies",
        dated_at=OLD,
    )
    store = Store(settings.data)
    with store.transaction() as con:
        articles.save_articles(con, [old])
        scores = tuple(
            make_score(old, theme, score=score, evidence=())
            for theme, score in ((THEME, 0.9), ("multi-alignment", 0.5))
        )
        judgements.save_judgements(con, [make_judgement(old, settings.taxonomy, scores=scores)])
    publish(store, datetime.now(UTC))
    return desk


def titles(desk: Desk, *words: str) -> list[str]:
    return [article["title"] for article in json.loads(desk.ask("articles", "list", "--json", *words).stdout)]


def test_all_are_listed_the_latest_first(desk: Desk) -> None:
    """Each article is one line with its themes, or why it was kept out."""
    shown = desk.ask("articles", "list").stdout
    lines = shown.splitlines()
    assert lines[0].split() == ["id", "date", "publisher", "title", "themes"]
    assert len(lines) == 5
    assert f"{OLD:%Y-%m-%d}  steppe-review" in lines[-1]
    assert lines[-1].endswith(f"{LONG}  {THEME}, multi-alignment")
    assert sum("names only China" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--theme", "multi-alignment"], [LONG]),
        (["--publisher", "harbin-observer", "--relevant"], ["=SUM(A1) or 天然气 price"]),
        (["--bloc", "central-asia"], ["Gas contract signed", LONG]),
        (["--language", "ru"], [LONG]),
        (["--genre", "commentary"], [LONG]),
        (["--rejected"], ["Gas station wins"]),
        (["--until", "2026-03-01"], [LONG]),
        (["--until", "2026-02-28"], []),
        (["--since", "2026-03-01", "--until", "2026-03-02"], [LONG]),
        (["--since", "2d", "--bloc", "central-asia"], ["Gas contract signed"]),
        (["--text", "ЧИСТЫЙ ГАЗ"], [LONG]),
        (["--text", "0%_ч"], [LONG]),
        (["--text", "%г"], []),
        (["--text", "天然气管道", "--text", "второй"], [LONG]),
        (["--text", "天然气管道", "--text", "moscow"], []),
        (["--limit", "1", "--rejected"], ["Gas station wins"]),
    ],
)
def test_filters_hold_together(desk: Desk, words: list[str], found: list[str]) -> None:
    """Every filter has to hold; words are found as they stand, whatever their case."""
    assert titles(desk, *words) == found


def test_a_full_list_says_that_there_is_more(desk: Desk) -> None:
    """What a limit cuts off is not dropped silently."""
    assert "The latest 1 article of more" in desk.ask("articles", "list", "--limit", "1").stderr
    assert desk.ask("articles", "list", "--limit", "4").stderr == ""


def test_a_line_fits_a_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 80 columns each article is one line; Chinese letters take two of them."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    for module in ("printing", "article_list"):
        monkeypatch.setattr(f"flows.commands.{module}.on_terminal", lambda: True)
    lines = [line for line in desk.ask("articles", "list").stdout.splitlines() if line.strip()]
    assert all(cell_len(line) <= 80 for line in lines)
    assert len(lines) == 1 + 4
    assert lines[-1].endswith("天然气管道谈判：谁在等…   energy-leverage +1")


def test_a_spreadsheet_gets_all_and_runs_nothing(desk: Desk) -> None:
    """CSV has the full values, and no cell is a formula."""
    rows = list(csv.DictReader(io.StringIO(desk.ask("articles", "list", "--csv").stdout)))
    assert {row["title"] for row in rows} >= {LONG, "'=SUM(A1) or 天然气 price"}
    assert rows[-1]["institution"] == "Institute of Steppe Studies"


@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.steppe-review.example/old?a=1&b=2",
        "http://steppe-review.example/old?b=2&utm_source=x&a=1#top",
        "HTTPS://WWW.Steppe-Review.example:443/old?a=1&b=2&fbclid=1",
        "steppe-review.example/old?a=1&b=2",
    ],
)
@pytest.mark.parametrize("command", [("articles", "show"), ("explain",)])
def test_an_article_is_named_by_any_spelling_of_its_address(desk: Desk, command: tuple[str], spelling: str) -> None:
    """Whatever a browser or a newsletter made of the address, the article is found."""
    found = json.loads(desk.ask(*command, spelling, "--json").stdout)
    assert LONG in (found.get("title"), found.get("article", {}).get("title"))


def test_an_article_is_shown_whole(desk: Desk) -> None:
    """What is known of it, then its text, by a short id, on lines that steer no terminal."""
    (listed,) = json.loads(desk.ask("articles", "list", "--json", "--genre", "commentary").stdout)
    short = listed["article_id"][:6]
    shown = desk.ask("articles", "show", short).stdout
    for said in (LONG, "A. Writer, Institute of Steppe Studies", "commentary", f"relevant: {THEME}, multi-alignment"):
        assert said in shown
    assert shown.endswith("from the page\n\n100%_чистый газ. Первый абзац.\n\nВторой абзац.\n")
    facts = json.loads(desk.ask("articles", "show", short, "--json").stdout)
    assert facts["text"] == TEXT
    assert facts["themes"] == [THEME, "multi-alignment"]
    kept_out = desk.ask("articles", "show", str(desk.rejected.id)).stdout
    assert "kept out: names only China" in kept_out


@pytest.fixture
def changed(tmp_path: Path) -> Desk:
    """Published: an article withdrawn since, one that is a copy of it, and one whose text was dropped for its age."""
    desk = furnish(tmp_path)
    original, _ = desk.told
    store = Store(desk.settings.data)
    with store.transaction() as con:
        earlier, at = OLD + timedelta(hours=9), OLD + timedelta(days=40)
        con.execute(
            "UPDATE articles SET withdrawn_at = ?, dated_at = ? WHERE article_id = ?", [at, earlier, original.id]
        )
        con.execute("UPDATE articles SET dropped_at = ?, text = '' WHERE article_id = ?", [at, desk.rejected.id])
    publish(store, datetime.now(UTC))
    return desk


@pytest.mark.parametrize("command", [("articles", "show"), ("explain",)])
def test_what_became_of_an_article_is_said(changed: Desk, command: tuple[str, ...]) -> None:
    """That it was withdrawn, that its text is no longer kept, and of what it is a copy."""
    original, copy = changed.told
    shown = [changed.ask(*command, str(one.id)).stdout for one in (original, copy, changed.rejected)]
    assert f"found so on 2026-04-10. What was found there: amur articles diff {str(original.id)[:8]}" in shown[0]
    assert f"“Gas contract signed” (steppe-review), {original.url}" in shown[1]
    assert "text dropped for its age on 2026-04-10: see text_days in amur.toml" in shown[2]
    for said, words in zip(shown, ("ithdrawn", "opy of", "dropped"), strict=True):
        assert [other for other in ("ithdrawn", "opy of", "dropped") if other in said] == [words]
    facts = [json.loads(changed.ask(*command, str(one.id), "--json").stdout) for one in (original, copy)]
    assert facts[0]["withdrawn_at"] == "2026-04-10T12:00:00Z"
    assert original.url in str(facts[1]["copy_of"])


def test_a_published_file_that_is_older_than_revisions(changed: Desk) -> None:
    """It shows what it has, and the question that it cannot answer is answered by what to do."""
    store, article = Store(changed.settings.data), str(changed.told[0].id)
    published = store.published
    published.chmod(0o600)
    with duckdb.connect(str(published)) as con:
        for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
            con.execute(f'DROP VIEW "{view}"')
        con.execute("ALTER TABLE articles DROP COLUMN withdrawn_at; ALTER TABLE articles DROP COLUMN dropped_at")
        con.execute("DROP TABLE visits; DROP TABLE past_evidence; ALTER TABLE revisions DROP COLUMN ended_by")
        con.execute("DELETE FROM schema_versions WHERE version >= 7")
    said = changed.ask("articles", "diff", article)
    assert (said.exit_code, said.stderr) == (
        Exit.WAREHOUSE,
        "Error: The published file is older than revisions: `amur run` publishes it anew.\n",
    )
    for command in (["articles", "show"], ["explain"]):
        assert "Gas contract signed" in changed.ask(*command, article).stdout


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["list", "--theme", "enrgy-leverage"], "No article can be found by --theme 'enrgy-leverage'; did you mean"),
        (["list", "--publisher", "harbin"], "'harbin'"),
        (["list", "--language", "klingon"], "known are en, ru"),
        (["list", "--since", "lately"], "give a date such as 2026-03-18, or a span"),
        (["list", "--csv", "--json"], "Choose one of --csv and --json."),
        (["list", "--text", " "], 'amur articles list --text "gas price"'),
        (["show", "submarines"], "No article has the address, id or title 'submarines'. `amur articles list` shows"),
        (["show", "https://nobody.example/x"], "`amur articles list` shows the latest"),
    ],
)
def test_a_slip_is_answered_by_a_sentence_that_helps(desk: Desk, words: list[str], answer: str) -> None:
    """What cannot be found is named, and what could be."""
    said = desk.ask("articles", *words)
    assert said.exit_code == Exit.WRONG
    assert answer in " ".join(said.stderr.split())


def test_a_name_that_fits_several_articles_lists_them(desk: Desk) -> None:
    """Nobody guesses which one was meant."""
    said = desk.ask("articles", "show", "gas")
    assert (said.exit_code, "2 articles match 'gas'" in said.stderr) == (Exit.WRONG, True)


def test_an_empty_list_says_so(desk: Desk) -> None:
    """No article is an answer, not an error."""
    said = desk.ask("articles", "list", "--until", "2001-01-01")
    assert (said.exit_code, said.stdout.startswith("No such article.")) == (Exit.FINE, True)


@given(st.from_regex(r"https?://[a-z]{1,8}\.example/[a-z0-9/]{0,12}(\?[a-z]=[a-z0-9]{1,3})?", fullmatch=True))
def test_the_canonical_address_is_among_the_spellings(url: str) -> None:
    """Whatever is typed, the form under which articles are kept is looked up."""
    assert canonical(url) in spellings(url)
    assert canonical(url) in [canonical(spelling) for spelling in spellings(url.partition("://")[2])] or "http:" in url


@pytest.mark.parametrize("text", ["Energy leverage", "a.b", "../x", "3f1c9a", "", "mailto:a@b.example/x", "https://"])
def test_what_is_no_address_has_no_spellings(text: str) -> None:
    """A title or an id is not taken for an address."""
    assert spellings(text) == []


@pytest.mark.parametrize(
    ("text", "long"),
    [("7d", timedelta(7)), ("12H", timedelta(0.5)), (" 2 w", timedelta(14)), ("0d", None), ("7", None)],
)
def test_spans(text: str, long: timedelta | None) -> None:
    """A number with h, d or w is a span; nothing, or no unit, is none."""
    assert span(text) == long


@pytest.mark.parametrize("text", ["2026-13-01", "March", "", "26-03-01"])
def test_what_is_no_day(text: str) -> None:
    """A day is written as 2026-03-18."""
    assert day(text) is None


@given(st.text(), st.integers(2, 40))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    """A cut text takes no more columns than it was given, and what fits is not cut."""
    made = cut(text, columns)
    assert cell_len(made) <= columns
    assert made == shown(text) or (made.endswith("…") and cell_len(shown(text)) > columns)
