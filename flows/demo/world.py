"""The demo's world: loads it, and says what each of its addresses serves at a simulated moment.

Pure once loaded: the same address at the same moment gives the same bytes.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

from flows.demo.feed_formats import feed_document
from flows.demo.pages import COMMENTARY, page
from flows.demo.pieces import Channel, ExpectedAlert, Piece, Publisher, Script

FOLDER = Path(__file__).with_name("world")
NEWEST = 10  # items in a feed
RELATED = 3  # older pieces that a page offers

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address serves at one moment."""

    status: int
    content_type: str
    body: bytes
    etag: str | None = None
    last_modified: datetime | None = None
    delay: float = 0.0  # seconds


@dataclass(frozen=True, slots=True)
class World:
    """Twelve feeds of eleven publishers, some seventy pages, and the script."""

    publishers: tuple[Publisher, ...]
    channels: tuple[Channel, ...]
    pieces: tuple[Piece, ...]  # oldest first
    script: Script
    labels: Mapping[str, Mapping[str, str]]
    templates: Mapping[str, str]

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Self:
        """The world that ships with Amur."""
        tables = tomllib.loads((folder / "feeds.toml").read_text(encoding="utf-8"))
        publishers = tuple(_publisher(row) for row in tables["publisher"])
        languages = {publisher.id: publisher.language for publisher in publishers}
        channels = tuple(_channel(row, languages[row["publisher"]]) for row in tables["feed"])
        script = _script(tomllib.loads((folder / "script.toml").read_text(encoding="utf-8")))
        by_id = {channel.id: channel for channel in channels}
        files = sorted((folder / "articles").glob("*/*.md"))
        pieces = [piece for file in files for piece in _pieces(file, by_id, script.start)]
        return cls(
            publishers=publishers,
            channels=channels,
            pieces=tuple(sorted(pieces, key=lambda piece: (piece.at, piece.path))),
            script=script,
            labels=tables["labels"],
            templates={file.stem: file.read_text(encoding="utf-8") for file in (folder / "templates").glob("*.html")},
        )

    def feeds(self, bases: Mapping[str, str]) -> list[dict[str, Any]]:
        """The feeds as rows of a feeds.toml. `bases` holds each publisher's address, without a slash at its end."""
        publishers = {publisher.id: publisher for publisher in self.publishers}
        return [
            {
                "name": channel.name,
                "url": bases[channel.publisher] + channel.path,
                "publisher": channel.publisher,
                "bloc": publishers[channel.publisher].bloc,
                "stance": publishers[channel.publisher].stance,
                "language": channel.language,
                "evidence": "tested",
                "enabled": True,
            }
            for channel in self.channels
        ]

    def answer(self, publisher_id: str, path: str, now: datetime, base: str) -> Answer:
        """What `path` (without its query) serves on the host of a publisher, whose own address is `base`."""
        if path == "/robots.txt":
            return Answer(200, "text/plain; charset=utf-8", b"User-agent: *\nAllow: /\n")
        for channel in self.channels:
            if channel.publisher == publisher_id and channel.path == path:
                return self._feed(channel, now, base)
        for piece in self.pieces:
            if piece.publisher == publisher_id and piece.path == path and piece.at <= now and piece.has_page:
                return self._page(piece, base)
        return Answer(404, "text/html; charset=utf-8", b"<!DOCTYPE html><title>Not found</title><h1>Not found</h1>")

    def published(self, channel_id: str, now: datetime) -> tuple[Piece, ...]:
        """What a feed shows at a moment, newest first."""
        out = [piece for piece in self.pieces if piece.channel == channel_id and piece.at <= now]
        return tuple(reversed(out[-NEWEST:]))

    def _feed(self, channel: Channel, now: datetime, base: str) -> Answer:
        fault = channel.fault(self.script.day(now))
        if fault == "gone":
            return Answer(410, "text/plain; charset=utf-8", b"This feed has been discontinued.\n")
        if fault == "maintenance":
            return _maintenance(channel, now)
        shown = self.published(channel.id, now)
        content_type, body = feed_document(self._publisher(channel.publisher), channel, shown, base)
        if fault == "cut":
            body = body[: len(body) * 3 // 5]
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"' if channel.validators in {"both", "etag"} else None
        modified = max((piece.at for piece in shown), default=None)
        return Answer(
            status=200,
            content_type=f"{content_type}; charset={channel.encoding}",
            body=body,
            etag=etag,
            last_modified=modified if channel.validators in {"both", "modified"} else None,
            delay=channel.delay,
        )

    def _page(self, piece: Piece, base: str) -> Answer:
        # Neither copies nor later pieces: what a page offers stays the same for ever.
        older = [p for p in self.pieces if p.channel == piece.channel and p.at < piece.at and not p.credit][-RELATED:]
        publisher, labels = self._publisher(piece.publisher), self.labels[piece.language]
        body = page(publisher, piece, older[::-1], labels, self.templates, base)
        return Answer(200, "text/html; charset=utf-8", body, last_modified=piece.at)

    def _publisher(self, publisher_id: str) -> Publisher:
        return next(publisher for publisher in self.publishers if publisher.id == publisher_id)


def _maintenance(channel: Channel, now: datetime) -> Answer:
    """A page where a feed was, with a number that changes, as such pages have."""
    text = f"<!DOCTYPE html><html><head><title>{channel.name}</title></head><body><h1>Back soon</h1>"
    text += f"<p>We are moving publisher. Reference {now:%Y%m%d%H%M}.</p></body></html>"
    return Answer(200, "text/html; charset=utf-8", text.encode())


def _publisher(row: Table) -> Publisher:
    lists = {
        "templates": tuple(row["templates"]),
        "nav": tuple(row["nav"]),
        "comments": tuple((who, what) for who, what in row["comments"]),
    }
    return Publisher(**{**row, **lists})


def _channel(row: Table, language: str) -> Channel:
    usual = {"language": language, "encoding": "utf-8", "query": "", "delay": 0.0}
    faults = tuple((fault["day"], fault["kind"]) for fault in row.get("fault", ()))
    return Channel(**{**usual, **{key: value for key, value in row.items() if key != "fault"}}, faults=faults)


def _script(table: Table) -> Script:
    return Script(
        start=table["start"],
        days=table["days"],
        hour=table["hour"],
        burn_in_days=table["burn_in_days"],
        alerts=tuple(
            ExpectedAlert(row["theme"], row["day"], tuple(row["publishers"]), tuple(row["blocs"]))
            for row in table["alert"]
        ),
        copied=table["silent"]["copied"],
        known=tuple(table["silent"]["known"]),
    )


def _pieces(file: Path, channels: Mapping[str, Channel], start: datetime) -> Iterator[Piece]:
    """The article in a file, or each copy of it. A copy's own lines stand before the common ones."""
    _, front, body = file.read_text(encoding="utf-8").split("+++\n", 2)
    common = tomllib.loads(front)
    paragraphs = tuple(body.strip().split("\n\n"))
    for copy in common.pop("copy", [{}]):
        row = {"feed": file.parent.name, **common, **copy}
        yield _piece(file.stem, row, paragraphs, channels[row["feed"]], _moment(start, row["day"], row["time"]))


def _moment(start: datetime, day: int, clock: time) -> datetime:
    return datetime.combine(start.date(), clock, start.tzinfo) + timedelta(days=day)


def _piece(slug: str, row: Table, paragraphs: tuple[str, ...], channel: Channel, at: datetime) -> Piece:
    section = row.get("section", COMMENTARY)
    link = channel.link.format(slug=slug, section=section, year=f"{at:%Y}", month=f"{at:%m}", day=f"{at:%d}")
    return Piece(
        story=slug,
        slug=slug,
        channel=channel.id,
        publisher=channel.publisher,
        path=link,
        has_page=row.get("page", True),
        title=row["title"],
        author=row["author"],
        at=at,
        section=section,
        language=row.get("language", "en"),
        dateline=row.get("dateline", ""),
        credit=row.get("credit", ""),
        paragraphs=paragraphs,
        relevant=row["relevant"],
        themes=tuple(row.get("themes", ())),
    )
