"""Candidates for tests: a theme that nobody configured, as a record, as an alert, and in a warehouse."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from builders import (
    DAY,
    NOW,
    make_alert,
    make_article,
    make_finding,
    make_judgement,
    make_quote,
    make_series,
)
from gleanings import make_candidate
from warehouse import articles, candidates, findings, judgements
from warehouse.candidates import Emergence
from warehouse.connect import Connection
from warehouse.records import Alert, Article, Base, Candidate, Copy, Feed, Taxonomy
from warehouse.rows import insert

ID = "c-1f2e3d4c"
SAID = (
    ("Mongolian customs officers now weigh every Russian coal wagon bound for China twice.", "en"),
    ("Монголия собирает с российского угля, идущего в Китай, транзитный сбор.", "ru"),
    ("蒙古对俄罗斯运往中国的煤炭征收过境费。", "zh"),
)


def make_border_candidate(**changes: Any) -> Candidate:
    """What four publishers of three blocs say of Mongolia in five stories."""
    said = {
        "label": "Mongolia · transit fee · coal wagons",
        "phrases": ("Mongolia", "transit fee", "coal wagons"),
        "cohesion": 0.61,
        "likeness": 0.34,
        "first_at": NOW - 9 * DAY,
        "publishers": ("Amur Daily", "Chita Post", "Harbin Observer", "Steppe Review"),
        "blocs": ("central-asia", "china-state", "independent"),
        "languages": ("en", "ru", "zh"),
        "confidence": 0.71,
        "expected": 0.32,
    }
    return make_candidate(**{"candidate_id": changes.pop("id", ID), **said, **changes})


def make_emerging_alert(**changes: Any) -> Alert:
    """The alert on that candidate, with a quotation in each of three languages."""
    candidate = changes.pop("candidate", make_border_candidate())
    blocs = ("independent", "central-asia", "china-state")
    quotes = tuple(
        make_quote(n, sentence=sentence, language=language, bloc=bloc, phrase="", title=f"At the border, part {n}")
        for n, ((sentence, language), bloc) in enumerate(zip(SAID, blocs, strict=True), 1)
    )
    told = {
        "kind": "candidate",
        "label": candidate.label,
        "definition": "",
        "window_days": 14,
        "silence_days": 0,
        "articles": 6,
        "stories": 5,
        "publishers": candidate.publishers,
        "blocs": candidate.blocs,
        "quotes": quotes,
        "series": make_series(1, 0, 0, 1, 0, 0, 1, 1, 0, 1),
        "candidate": candidate,
        "base": Base(19, 1312, "Power of siberia"),
    }
    return make_alert(candidate.id, **{**told, **changes})


def gather(
    con: Connection,
    feeds: tuple[Feed, ...],
    taxonomy: Taxonomy,
    now: datetime,
    candidate: Candidate | None = None,
    quiet: str = "",
) -> tuple[Article, ...]:
    """Put a candidate, six articles of it (two of one story) and its alert into a warehouse; the articles."""
    candidate = candidate or make_border_candidate(first_at=now - 9 * DAY)
    told = tuple(
        make_article(
            f"{candidate.id}-{n}",
            feeds[n % len(feeds)],
            title=f"At the border, part {n}",
            text=f"{SAID[n % 3][0]} Beside the point {n}.",
            language=SAID[n % 3][1],
            dated_at=now - (9 - n) * DAY,
            first_seen_at=now - (9 - n) * DAY,
        )
        for n in range(6)
    )
    articles.save_articles(con, told)
    copies = [Copy(a.id, told[0].id if n == 5 else a.id, a.fingerprint, a.dated_at) for n, a in enumerate(told)]
    judgements.save_judgements(con, [make_judgement(a, taxonomy, (), judged_at=now) for a in told])
    judgements.save_stories(con, copies)
    insert(con, "residual_passages", [row for n, a in enumerate(told) for row in _passages(a, n, taxonomy)])
    one = Emergence(candidate, tuple(a.id for a in told), quiet)
    candidates.save_candidates(con, taxonomy.id, [one], now)
    if not quiet:
        finding = make_finding(
            told,
            taxonomy,
            kind="candidate",
            theme_id=candidate.id,
            found_at=now,
            window_days=14,
            silence_days=0,
            stories=5,
            candidate=candidate,
        )
        findings.save_findings(con, [(finding, "alert")])
    return told


def _passages(article: Article, n: int, taxonomy: Taxonomy) -> list[dict[str, object]]:
    said = [SAID[n % 3][0], f"Beside the point {n}."]
    if article.language == "en":  # what is beside the point may come first: by the candidate's words it is told
        said.reverse()
    return [
        {
            "article_id": article.id,
            "taxonomy_id": taxonomy.id,
            "ordinal": ordinal,
            "sentence": sentence,
            "start_at": article.text.index(sentence),
            "end_at": article.text.index(sentence) + len(sentence),
            "in_title": False,
        }
        for ordinal, sentence in enumerate(said)
    ]
