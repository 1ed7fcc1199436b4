"""The demo's pages: an article amid the furniture of a real site."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from string import Template

from flows.demo.pieces import Piece, Publisher

COMMENTARY = "opinion"  # the section that gets a publisher's first template
_OPENING = 2  # paragraphs before the place where sites put their boxes


def body_html(piece: Piece) -> str:
    """The article alone, as its feed carries it."""
    return "\n".join(_paragraphs(piece))


def page(
    publisher: Publisher,
    piece: Piece,
    older: Sequence[Piece],
    labels: Mapping[str, str],
    templates: Mapping[str, str],
    base: str,
) -> bytes:
    """The page of an article. `older` are the pieces it offers as further reading."""
    paragraphs = _paragraphs(piece)
    topics = [f'<a href="/topics/{n}/">{escape(name)}</a>' for n, name in enumerate(publisher.nav, 1)]
    own = {
        "opening": "\n".join(paragraphs[:_OPENING]),
        "rest": "\n".join(paragraphs[_OPENING:]),
        "nav": "".join(f"<li>{topic}</li>" for topic in topics),
        "nav_plain": " | ".join(topics),
        "related": "".join(f'<li><a href="{escape(old.path)}">{escape(old.title)}</a></li>' for old in older),
        "comments": _comments(publisher, labels["reply"]),
        "linked_data": _linked_data(publisher, piece),
    }
    texts = {
        **labels,
        "related_label": labels["related"],
        "comments_label": labels["comments"],
        "lang": piece.language,
        "title": piece.title,
        "author": piece.author,
        "section": piece.section,
        "brand": publisher.name,
        "tagline": publisher.tagline,
        "canonical": f"{base}{piece.path}",
        "description": piece.paragraphs[0][:160],
        "iso": piece.at.astimezone(publisher.zone).isoformat(),
        "shown": _shown(publisher, piece),
        "year": str(piece.at.year),
    }
    template = templates[publisher.templates[0 if piece.section == COMMENTARY else 1]]
    return Template(template).substitute({name: escape(text) for name, text in texts.items()} | own).encode()


def _paragraphs(piece: Piece) -> list[str]:
    return [f"<p>{escape(line, quote=False)}</p>" for line in piece.text.split("\n")]


def _shown(publisher: Publisher, piece: Piece) -> str:
    at = piece.at.astimezone(publisher.zone)
    if piece.language == "zh":
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    return f"{at:%d.%m.%Y, %H:%M}" if piece.language == "ru" else f"{at.day} {at:%B %Y}"


def _comments(publisher: Publisher, reply: str) -> str:
    return "".join(
        f'<li class="comment"><b class="fn">{escape(who)}</b><p>{escape(what)}</p><a href="#">{escape(reply)}</a></li>'
        for who, what in publisher.comments
    )


def _linked_data(publisher: Publisher, piece: Piece) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": piece.title,
        "datePublished": piece.at.astimezone(publisher.zone).isoformat(),
        "author": {"@type": "Person", "name": piece.author},
        "publisher": {"@type": "Organization", "name": publisher.name},
    }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
