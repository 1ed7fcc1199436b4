"""Texts that a host shows at several addresses: boilerplate, and no article's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from warehouse.connect import Connection
from warehouse.rows import insert, row_of

# At so many addresses, and under as many titles, a text is the host's own. A wire that issues one report again and
# again does so under one or two titles.
ADDRESSES, TITLES = 3, 3
SHORT = 1_500  # characters; a text so short is boilerplate under fewer titles as well
REMEMBERED = timedelta(days=30)  # so that what is looked through does not grow with the archive

_NEW = """
SELECT text_key
FROM page_texts
WHERE text_key IN (SELECT unnest($keys::UUID[]))
GROUP BY text_key
HAVING count(DISTINCT article_id) >= $addresses AND (count(DISTINCT title_key) >= $titles OR min(length) < $short)
"""

_OF_ARTICLES = (
    "articles",
    "judgements",
    "scores",
    "evidence",
    "mentions",
    "misjudgements",
    "stories",
    "sentence_prints",
    "senses",
    "uncompared",
    "originals",
    "revisions",
    "visits",
    "past_evidence",
)


@dataclass(frozen=True, slots=True)
class PageText:
    """That a page shows a text: the keys are of host and text, and of the title under which it was announced."""

    article_id: UUID
    text_key: UUID
    title_key: UUID
    host: str
    length: int


def boilerplate_among(con: Connection, texts: Sequence[PageText], now: datetime) -> set[UUID]:
    """Remember what pages show; the keys of those texts that are boilerplate by now.

    Articles that were read from such a page before are forgotten but for their entry, so that they are read, judged
    and compared again by what their feed says of them.
    """
    con.execute("DELETE FROM page_texts WHERE read_at < ?", [now - REMEMBERED])
    _delete(con, ("page_texts",), {text.article_id for text in texts})
    insert(con, "page_texts", [row_of(text, without=("host",), read_at=now) for text in texts])
    hosts = {text.text_key: text.host for text in texts}
    keys = [str(key) for key in hosts]
    asked = {"keys": keys, "addresses": ADDRESSES, "titles": TITLES, "short": SHORT}
    new = [key for (key,) in con.execute(_NEW, asked).fetchall()]
    insert(con, "boilerplate", [{"text_key": key, "host": hosts[key], "found_at": now} for key in new])
    known = con.execute(
        "SELECT text_key FROM boilerplate WHERE text_key IN (SELECT unnest(?::UUID[]))", [keys]
    ).fetchall()
    _forget(con, [str(key) for (key,) in known])
    return {key for (key,) in known}


def _forget(con: Connection, keys: Sequence[str]) -> None:
    found = con.execute(
        "SELECT DISTINCT article_id FROM page_texts JOIN articles USING (article_id) "
        "WHERE text_key IN (SELECT unnest(?::UUID[])) AND text_source = 'page'",
        [keys],
    ).fetchall()
    ids = {article_id for (article_id,) in found}
    if ids:
        _delete(con, _OF_ARTICLES, ids)
        con.execute(
            "UPDATE pages SET state = 'failed', page_hash = NULL, reason = 'boilerplate' "
            "WHERE article_id IN (SELECT unnest(?::UUID[]))",
            [[str(id_) for id_ in ids]],
        )


def _delete(con: Connection, tables: Sequence[str], article_ids: Collection[UUID]) -> None:
    for table in tables:
        con.execute(
            f"DELETE FROM {table} WHERE article_id IN (SELECT unnest(?::UUID[]))",  # noqa: S608  this file's own words
            [[str(id_) for id_ in article_ids]],
        )
