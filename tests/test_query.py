"""Questions to the published file, and the explanation of an article."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from warehouse import explain, publish, query
from warehouse.connect import Connection, WarehouseError
from warehouse.query import QueryError
from warehouse.store import Store
from warehouse_world import COPIED, DEAL, GAS_AND_GRAIN, READ, REJECTED, WEAK, fill


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("query")).open()
    with store.transaction() as con:
        fill(con)
    return publish.publish(store, NOW)


@pytest.fixture
def con(published: Path) -> Iterator[Connection]:
    with query.published(published) as con:
        yield con


# --- ask ------------------------------------------------------------------------------------------


def test_an_answer_has_columns_types_and_rows(published: Path) -> None:
    """An answer is a table with names, types and values; parameters are values, never SQL."""
    answer = query.ask(published, "SELECT theme_id, count(*) AS n FROM article_themes GROUP BY ALL ORDER BY 1")
    assert answer.columns == ("theme_id", "n")
    assert answer.types == ("VARCHAR", "BIGINT")
    assert answer.rows == (("gas", 3), ("grain", 3))
    assert query.ask(published, "SELECT ? AS x", ["'; DROP TABLE feeds"]).rows == (("'; DROP TABLE feeds",),)
    assert query.ask(published, "SELECT $a + 1 AS x", {"a": 1}).rows == ((2,),)


@pytest.mark.parametrize(
    "question",
    [
        "FROM voices",
        "EXPLAIN FROM voices",
        "DESCRIBE voices",
        "SHOW TABLES",
        "SUMMARIZE voices",
        "VALUES (1)",
        "SELECT 1;",
    ],
)
def test_every_form_of_question_is_answered(published: Path, question: str) -> None:
    """What only asks is answered."""
    assert query.ask(published, question).rows


@pytest.mark.parametrize(
    "attempt",
    [
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "CREATE TABLE x (y INTEGER)",
        "CREATE TEMP TABLE x (y INTEGER)",
        "INSERT INTO feeds SELECT * FROM feeds",
        "DELETE FROM feeds",
        "DROP VIEW voices",
        "SET threads = 1",
        "SET memory_limit = '100GB'",
        "PRAGMA threads = 1",
        "ATTACH 'other.duckdb'",
        "ATTACH ':memory:' AS other",
        "COPY feeds TO 'feeds.csv'",
        "COPY feeds FROM '/etc/passwd'",
        "EXPORT DATABASE 'folder'",
        "INSTALL fts",
        "LOAD fts",
        "CALL pragma_version()",
        "CHECKPOINT",
        "FROM read_text('/etc/passwd')",
        "FROM read_csv('/etc/passwd')",
        "FROM '/etc/passwd'",
        "FROM glob('/etc/*')",
        "SELECT content FROM read_blob('amur.duckdb')",
        "FROM published",
        "SELECT getenv('HOME')",
        "EXPLAIN ANALYZE FROM read_text('/etc/passwd')",
    ],
)
def test_nothing_but_questions_to_this_file(published: Path, attempt: str) -> None:
    """No statement writes, changes a setting, or reaches a file, an extension or a Python variable."""
    before = published.read_bytes()
    with pytest.raises(QueryError):
        query.ask(published, attempt)
    assert published.read_bytes() == before
    assert [f.name for f in published.parent.iterdir() if f.suffix not in {".lock", ".duckdb"}] == []


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ("SELECT blok\nFROM voices", '"bloc"'),
        ("SELECT lenght('gas')", 'Did you mean "length"?'),
        ("FROM voice", 'Did you mean "voices"?'),
        ("FROM nothing_like_it", "`amur schema` names what there is."),
    ],
)
def test_an_error_says_what_was_meant(published: Path, question: str, hint: str) -> None:
    """A mistake in a question is named in the engine's own words, with what is near and the place."""
    with pytest.raises(QueryError) as caught:
        query.ask(published, question)
    said, line, mark = str(caught.value).splitlines()
    assert hint in said
    assert line.startswith("LINE 1: ")
    assert mark.strip() == "^"


def test_the_clock_stands_still_while_an_answer_is_read(published: Path) -> None:
    """Whoever pages through a long answer is not stopped for it."""
    with query.asked(published, "FROM range(50_000)", timeout=0.3) as stream:
        batches = stream.batches()
        first = len(next(batches))
        time.sleep(0.4)
        assert first + sum(map(len, batches)) == 50_000
        assert first < 50_000


def test_an_error_half_way(published: Path) -> None:
    """A question that fails when part of its answer is out fails in words, however it is read."""
    late = "SELECT CASE WHEN range < 900_000 THEN 1 ELSE error('late') END FROM range(1_000_000)"
    for _ in range(20):  # the engine now and then calls itself interrupted
        with pytest.raises(QueryError, match="cannot be worked out"), query.asked(published, late) as stream:
            list(stream.batches())
    with pytest.raises(QueryError, match=r"late|cannot be worked out"), query.asked(published, late) as stream:
        stream.to_parquet(io.BytesIO())


@pytest.mark.parametrize(
    ("names", "told_apart"),
    [
        (["a", "b"], ("a", "b")),
        (["n", "n", "N"], ("n", "n_2", "N_3")),
        (["n", "n_2", "n"], ("n", "n_2", "n_3")),
        ([], ()),
    ],
)
def test_every_column_has_a_name_of_its_own(names: list[str], told_apart: tuple[str, ...]) -> None:
    """Names that are alike are numbered, past those that are taken."""
    assert query.numbered(names) == told_apart


@given(st.lists(st.text("abAB_2", max_size=4)))
def test_no_two_names_are_alike(names: list[str]) -> None:
    """Whatever the names, each is its own afterwards, and a name that was alone stays."""
    told_apart = query.numbered(names)
    assert len({name.casefold() for name in told_apart}) == len(names)
    folded = [name.casefold() for name in names]
    assert all(new == old for new, old in zip(told_apart, names, strict=True) if folded.count(old.casefold()) == 1)


def test_an_endless_question_is_stopped(published: Path) -> None:
    """A question that takes longer than its limit is stopped and says so."""
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"longer than 0\.2 s"):
        query.ask(published, "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b", timeout=0.2)
    assert time.monotonic() - started < 20


def test_without_a_published_file_the_user_is_told(tmp_path: Path) -> None:
    """A missing file is no empty one, and what is no database is not opened."""
    with pytest.raises(WarehouseError, match="no published warehouse"):
        query.ask(tmp_path / "amur.duckdb", "SELECT 1")
    (tmp_path / "amur.duckdb").write_bytes(b"nothing")
    with pytest.raises(WarehouseError, match="not a DuckDB database"):
        query.ask(tmp_path / "amur.duckdb", "SELECT 1")


def test_the_description_is_complete(published: Path) -> None:
    """Every relation is described with its grain, views first, and every column of a view with its meaning."""
    relations = query.describe(published)
    views = len(list((Path(query.__file__).parent / "views").glob("*.sql")))
    assert [r.kind for r in relations] == ["view"] * views + ["table"] * (len(relations) - views)
    assert all(r.comment.startswith("one row per ") and r.columns for r in relations)
    assert all(c.comment and c.type for r in relations if r.kind == "view" for c in r.columns)


# --- explain --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        str(WEAK.id),
        str(WEAK.id).upper(),
        str(WEAK.id)[:13],
        WEAK.url,
        "https://steppe-review.example/weak/final",
        "wEAk",
        "  weak ",
    ],
)
def test_an_article_is_found_by_what_a_user_has(con: Connection, text: str) -> None:
    """An id, its beginning, the canonical or final address, or a piece of the title finds the article."""
    assert [m.article_id for m in explain.find(con, text)] == [WEAK.id]


def test_several_articles_may_be_meant(con: Connection) -> None:
    """A piece of several titles finds them all, and what is nowhere finds none."""
    assert {m.article_id for m in explain.find(con, "the gas deal")} == {DEAL.id, COPIED.id}
    assert len(explain.find(con, "e", limit=2)) == 2
    for nothing in ("no such article", "", " ", "%", "' OR true --"):
        assert explain.find(con, nothing) == []


def test_an_explanation_holds_everything(con: Connection) -> None:
    """The article, its voice, its judgement under the latest themes with evidence in the text, and its story."""
    explained = explain.explain(con, COPIED.id)
    assert explained is not None
    assert explained.article == COPIED
    assert (explained.feed, explained.publisher, explained.bloc) == ("Volga Post", "Volga Post", "russia-state")
    assert explained.judgement is not None
    assert explained.judgement.taxonomy_id == GAS_AND_GRAIN.id
    evidence = [e for s in explained.judgement.scores for e in s.evidence]
    assert evidence
    assert all(explained.article.text[e.start : e.end] == e.sentence for e in evidence)
    assert explained.labels == {"gas": "Gas", "grain": "Grain"}
    assert [(m.article_id, m.distance) for m in explained.story] == [(DEAL.id, 0), (COPIED.id, 2)]


def test_a_rejected_article_is_explained_too(con: Connection) -> None:
    """Why an article was left out can be asked as well; an unknown one has no explanation."""
    explained = explain.explain(con, REJECTED.id)
    assert explained is not None
    assert explained.judgement is not None
    assert (explained.judgement.relevant, explained.judgement.reason) == (False, "no_russia")
    assert explain.explain(con, READ[0].feed_id) is None
