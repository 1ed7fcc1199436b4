from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders import DAY, NOW, key, make_article, make_feed, make_judgement, make_score, make_taxonomy
from gleanings import make_residual
from warehouse import articles, candidates, feeds, judgements, residuals, retention, schema
from warehouse.candidates import Heard, Stored
from warehouse.connect import Connection, connect
from warehouse.records import Copy
from warehouse.residuals import Waiting
from warehouse.retention import KeepRules
from warehouse.rows import insert, row_of
from warehouse.store import Store

FEED, THEMES, EDITED = make_feed(), make_taxonomy("gas"), make_taxonomy("gas", "grain")
PIECE = make_article("piece", FEED)
CHANGED = """
INSERT INTO revisions BY NAME
SELECT article_id, 1 AS revision, read_at, title, '' AS text, $now AS ended_at, 'changed' AS ended_by, 3 AS words_added,
    0 AS words_removed
FROM articles
"""
CANDIDATE = """
INSERT INTO candidates BY NAME
SELECT 'c-old' AS candidate_id, $cluster_id AS cluster_id, 'old' AS taxonomy_id, 'Ice' AS label, ['ice'] AS phrases,
    $now AS found_at, $now AS first_at, 0.7 AS cohesion, '' AS nearest, 0.0 AS likeness, 4 AS voices,
    ['a'] AS publishers, ['b'] AS blocs, ['en'] AS languages, 0.5 AS confidence, '' AS quiet, 'open' AS state,
    $now AS state_at, '' AS theme_id
"""


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    with Store(tmp_path).open().transaction() as con:
        feeds.sync_feeds(con, [FEED])
        judgements.use_taxonomy(con, THEMES, NOW)
        articles.save_articles(con, [PIECE])
        judgements.save_stories(con, [Copy(PIECE.id, PIECE.id, 0, PIECE.dated_at)])
        yield con


def judge(con: Connection, *words: str, taxonomy_id: str = THEMES.id) -> None:
    judged = make_judgement(PIECE, THEMES, [], taxonomy_id=taxonomy_id, residual=make_residual(*words))
    judgements.save_judgements(con, [judged])


def waiting(con: Connection, taxonomy_id: str = THEMES.id) -> list[Waiting]:
    return residuals.waiting(con, taxonomy_id, NOW - 14 * DAY, NOW, 0.25)


def hear(con: Connection, candidate_id: str = "") -> None:
    """It was heard, and speaks of a candidate or of none."""
    one = Heard(PIECE.id, PIECE.dated_at, counts=True, terms={"ice": 1.0}, candidate_id=candidate_id)
    candidates.save_heard(con, THEMES.id, [one], NOW)


def heard(con: Connection, before: int = 0) -> list[Stored]:
    return candidates.heard(con, THEMES.id, 14 * DAY, before, 0.25)


def revise(con: Connection, *words: str) -> None:
    """Its text changes, and is judged anew."""
    con.execute(CHANGED, {"now": NOW})
    con.execute("DELETE FROM judgements")
    residuals.drop_of(con, PIECE.id)
    judge(con, *words)


def test_a_residual_comes_back_as_it_was_saved(con: Connection) -> None:
    """Vector, terms and whose voice it is; once it was heard it waits no more."""
    judge(con, "ice", "hull")
    (one,) = waiting(con)
    made = make_residual("ice", "hull")
    assert (one.left.vector, tuple(one.left.terms), tuple(one.left.weights)) == (made.vector, ("ice", "hull"), (1, 1))
    assert (one.left.article_id, one.left.publisher, one.left.bloc) == (PIECE.id, FEED.publisher, FEED.bloc)
    assert (one.is_news, one.anew) == (True, False)
    hear(con)
    assert waiting(con) == []
    (stored,) = heard(con)
    assert (stored.counts, stored.candidate_id, stored.left.article_id) == (True, "", PIECE.id)
    assert (stored.left.terms, stored.left.vector) == (["ice"], made.vector)


def test_an_article_leans_to_a_theme_that_is_nearly_present(con: Connection) -> None:
    """From the score that is asked for on, waiting and heard; a theme that is present counts whatever its score."""
    found = [("gas", 0.3, False), ("grain", 0.24, False), ("ice", 0.2, True)]
    scores = tuple(make_score(PIECE, theme, score=score, present=present) for theme, score, present in found)
    judged = make_judgement(PIECE, THEMES, [], scores=scores, residual=make_residual("ice"))
    judgements.save_judgements(con, [judged])
    (one,) = waiting(con)
    assert one.left.themes == ["gas", "ice"]
    hear(con)
    (stored,) = heard(con)
    assert stored.left.themes == ["gas", "ice"]


def test_what_was_heard_of_speaks_of_its_candidate(con: Connection) -> None:
    """Of the one that it joined last, where it was found under several themes."""
    judge(con, "ice")
    hear(con, "c-first")
    for candidate_id, days in (("c-before", -1), ("c-after", 1)):
        con.execute("INSERT INTO candidate_articles VALUES (?, ?, ?)", [candidate_id, PIECE.id, NOW + days * DAY])
    assert [one.candidate_id for one in heard(con)] == ["c-after"]


@pytest.mark.parametrize(("before", "told"), [(0, 2), (1, 3), (2, 4), (9, 5)])
def test_what_was_heard_of_late_and_the_last_before(con: Connection, before: int, told: int) -> None:
    """All of the last days, counted from the newest, and of what is older so many, by date."""
    judge(con, "ice")
    hear(con)
    for n, days in enumerate((14, 15, 40, 300)):
        old = make_article(f"old-{n}", FEED, dated_at=PIECE.dated_at - days * DAY)
        articles.save_articles(con, [old])
        judged = make_judgement(old, THEMES, [], residual=make_residual("hull"), judged_at=old.dated_at)
        judgements.save_judgements(con, [judged])
        judgements.save_stories(con, [Copy(old.id, old.id, 0, old.dated_at)])
        one = Heard(old.id, old.dated_at, counts=False, terms={"hull": 1.0})
        candidates.save_heard(con, THEMES.id, [one], NOW)
    found = heard(con, before)
    dates = [one.left.at for one in found]
    assert (len(found), dates) == (told, sorted(dates))
    assert found[-1].left.article_id == PIECE.id


def test_nothing_was_heard(con: Connection) -> None:
    """Not under these themes, nor at all."""
    judge(con, "ice")
    hear(con)
    assert candidates.heard(con, EDITED.id, 14 * DAY, 1000, 0.25) == []


def test_whose_voice_it_is_goes_by_its_original(con: Connection) -> None:
    """An article that names a configured publisher as its source is that publisher's."""
    feeds.sync_feeds(con, [FEED, make_feed("Volga Post", bloc="russia-state")])
    judge(con, "ice")
    con.execute("INSERT INTO originals VALUES (?, 'Volga', '', NULL, 'Volga Post', 'feed')", [PIECE.id])
    (one,) = waiting(con)
    assert (one.left.publisher, one.left.bloc) == ("Volga Post", "russia-state")


def test_what_was_put_in_later_is_no_news(con: Connection) -> None:
    """What a new text brings up did not stand there when the article came out."""
    judge(con, "ice")
    revise(con, "grain")
    (one,) = waiting(con)
    assert (one.left.terms, one.is_news, one.anew) == (["grain"], False, True)


def test_what_was_heard_stays_whatever_becomes_of_the_text(con: Connection) -> None:
    """An article that was heard is kept as it came, with its sentences; what counted counts under new themes too."""
    judge(con, "ice")
    hear(con)
    revise(con, "grain")
    assert waiting(con) == []
    (stored,) = heard(con)
    assert stored.left.vector == make_residual("ice").vector
    said = con.execute("SELECT sentence FROM residual_passages").fetchall()
    assert said == [(make_residual("ice").passages[0].sentence,)]
    judge(con, "grain", taxonomy_id=EDITED.id)
    (anew,) = waiting(con, EDITED.id)
    assert (anew.is_news, anew.anew) == (True, True)


def test_sentences_are_cut_when_texts_go(con: Connection) -> None:
    """Of a text that is dropped no sentence stays that is longer than the rules say."""
    residual = make_residual("ice", sentence="Ice " * 100)
    judgements.save_judgements(con, [make_judgement(PIECE, THEMES, [], residual=residual)])
    rules = KeepRules(text_days=30, quote_chars=100)
    later = NOW + 40 * DAY
    assert retention.drop_texts(con, later - timedelta(days=30), rules, THEMES.id, later) == 1
    ((length,),) = con.execute("SELECT max(length(sentence)) FROM residual_passages").fetchall()
    assert length == 100


def test_an_archive_judged_anew_leaves_no_residuals_behind(con: Connection) -> None:
    """Of articles older than what can matter none is kept: their number has no end."""
    old = [make_article(f"old-{days}", FEED, dated_at=NOW - days * DAY) for days in (59, 61, 400)]
    articles.save_articles(con, old)
    judgements.save_judgements(con, [make_judgement(one, THEMES, [], residual=make_residual("ice")) for one in old])
    assert con.execute("SELECT article_id FROM residuals").fetchall() == [(old[0].id,)]


def test_clusters_of_before_were_heard(tmp_path: Path) -> None:
    """A warehouse that put articles into clusters keeps who was heard, their terms, and its candidates."""
    known, counting, silent = schema.migrations(), key("counting"), key("silent")
    con = connect(tmp_path / "old.duckdb")
    schema.migrate(con, known[:15])
    insert(con, "articles", [row_of(PIECE, without=("id",), article_id=id_) for id_ in (counting, silent)])
    about = {"taxonomy_id": THEMES.id, "cluster_id": counting, "position": 0, "similarity": 1.0}
    members = [about | {"article_id": id_, "counts": id_ == counting} for id_ in (counting, silent)]
    insert(con, "cluster_members", members)
    terms = {"taxonomy_id": THEMES.id, "article_id": counting, "terms": ["ice"], "weights": [0.5]}
    insert(con, "member_terms", [terms])
    con.execute(CANDIDATE, {"cluster_id": counting, "now": NOW})
    schema.migrate(con, known[15:])
    assert dict(con.execute("SELECT article_id, counts FROM heard").fetchall()) == {counting: True, silent: False}
    kept = con.execute("SELECT article_id, dated_at, terms, weights FROM heard_terms").fetchall()
    assert kept == [(counting, PIECE.dated_at, ["ice"], [0.5])]
    assert con.execute("SELECT candidate_id, state, expected FROM candidates").fetchall() == [("c-old", "open", None)]
    con.close()
