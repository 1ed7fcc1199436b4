"""Genre and institution where people look: in the views, and where an article is explained."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import make_article
from flows.commands import explain
from warehouse.connect import Connection
from warehouse.explain import Explanation
from warehouse.store import Store
from warehouse_world import COPIED, DEAL, EARLIER, REJECTED, THIN, fill


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    store = Store(tmp_path_factory.mktemp("warehouse")).open()
    with store.transaction() as con:
        fill(con)
        told = [("commentary", "Chatham House", DEAL), ("commentary", "", COPIED), ("official", "", REJECTED)]
        for genre, institution, article in told:
            con.execute(
                "UPDATE articles SET genre = ?, institution = ? WHERE article_id = ?", [genre, institution, article.id]
            )
        yield con


def test_views_filter_on_genre(con: Connection) -> None:
    """What was read before genres were told is called unknown, and an institution that is not named is null."""
    shown = con.execute("SELECT DISTINCT article_id, genre, institution FROM article_themes").fetchall()
    assert set(shown) == {
        (DEAL.id, "commentary", "Chatham House"),
        (COPIED.id, "commentary", None),
        (EARLIER.id, "unknown", None),
        (THIN.id, "unknown", None),
    }
    rejected = con.execute("SELECT article_id, genre, institution FROM rejected").fetchall()
    assert (REJECTED.id, "official", None) in rejected


def test_voices_tell_argument_from_report(con: Connection) -> None:
    """Of a bloc's stories on a theme, those that argue are counted, copies once."""
    shown = con.execute("SELECT theme_id, bloc, stories, commentaries FROM voices").fetchall()
    assert set(shown) == {
        ("gas", "independent", 2, 1),
        ("gas", "russia-state", 1, 1),
        ("grain", "independent", 1, 1),
        ("grain", "russia-state", 1, 1),
        ("grain", "china-state", 1, 0),
    }


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({"genre": "commentary", "genre_cue": "a section for commentary", "institution": "RUSI"},
         "commentary, by a section for commentary; the author speaks from RUSI"),
        ({"genre": "news", "genre_cue": "", "institution": ""}, "news, by default"),
        ({}, None),
    ],
)  # fmt: skip
def test_explain_says_what_told(known: dict[str, str], line: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """An explanation names the genre, what told it, and where the author speaks from; what is unknown is not named."""
    article = make_article(**known)
    explain._say(Explanation(article, "Feed", "House", "independent", None, {}, ()), every=False)
    shown = capsys.readouterr().out.splitlines()
    assert (line in shown) if line else not any("by default" in one or "speaks from" in one for one in shown)
