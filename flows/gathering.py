"""Gather: what no theme explains is put beside what others said of late, and what many say becomes a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from extractors import exemplars, novelty
from extractors.candidate_labels import Meaning
from extractors.candidates import LEANING, CandidateRules, Item, Joined, Live, Member, Stored
from extractors.encoder import Vectors, load_encoder
from extractors.exemplars import Exemplars, NotLearntError
from extractors.frequencies import Frequencies, frequency_keys
from extractors.gate import known_language
from extractors.gatherings import REFERENCE
from extractors.novelty import NoveltyRules
from extractors.registry import Known, theme_known
from warehouse import beginnings, candidates, residuals
from warehouse.candidates import Emergence, Heard
from warehouse.connect import Connection
from warehouse.records import Candidate, Finding
from warehouse.residuals import Left, Waiting

BURN_IN, EDITED = "burn-in", "themes"  # why a candidate is not told: it was there before us, or before the edit


def candidate_findings(
    con: Connection, rules: NoveltyRules, taxonomy_id: str, model: Path | None, now: datetime
) -> tuple[Finding, ...]:
    """Hear what is left of new articles, and find the candidates that come of it.

    Those that come of what was there from the beginning, or of articles judged anew, are kept and not found. `model`
    is what was learnt of the configured themes.
    """
    if not rules.candidate_stories:
        return ()
    # What is older is no voice, but tells what was spoken of before: under edited themes all of it is heard anew.
    waiting = residuals.waiting(con, taxonomy_id, now - residuals.LONGEST, now, LEANING)
    if not waiting:
        return ()
    emerged = _gather(con, rules, taxonomy_id, waiting, exemplars.load(model) if model else None, now)
    new = candidates.save_candidates(con, taxonomy_id, emerged, now)
    return tuple(_finding(one, rules, taxonomy_id, now) for one in new if not one.quiet)


def _gather(
    con: Connection,
    rules: NoveltyRules,
    taxonomy_id: str,
    waiting: Sequence[Waiting],
    learnt: Exemplars | None,
    now: datetime,
) -> list[Emergence]:
    burnt_in = novelty.burnt_in_at(*beginnings.burn_in_facts(con, rules.burn_in_articles, rules.burn_in), rules)
    late = now - rules.candidate_span
    items = [
        _item(one.left, counts=one.left.at >= late and (one.is_news or _was_there(one, burnt_in))) for one in waiting
    ]
    stored = [_stored(one) for one in candidates.heard(con, taxonomy_id, rules.candidate_span, REFERENCE, LEANING)]
    newest = max((one.member.item.at for one in stored), default=now)
    touched = [*(one.member.item for one in stored if one.member.item.at >= newest - rules.candidate_span), *items]
    keys = (key for item in touched for key in frequency_keys(item.language, item.terms))
    frequencies = Frequencies(candidates.frequencies(con, taxonomy_id, keys))
    known = [*(theme_known(learnt) if learnt else ()), *(_known(one) for one in candidates.known(con))]
    live = Live(_rules(rules), frequencies, known, stored, _meaning(learnt) if learnt else None)
    joined = [live.add(item, one.candidate_id) for item, one in zip(items, waiting, strict=True)]
    candidates.save_heard(con, taxonomy_id, [_heard(*pair) for pair in zip(items, joined, strict=True)], now)
    candidates.save_known(con, [_to_know(one) for place in joined for one in place.learnt])
    candidates.save_frequencies(con, taxonomy_id, frequencies.changed)
    return [
        Emergence(place.emerged.candidate, place.emerged.article_ids, _quiet(one, burnt_in))
        for one, place in zip(waiting, joined, strict=True)
        if place.emerged
    ]


def _was_there(one: Waiting, burnt_in: datetime | None) -> bool:
    return burnt_in is None or one.first_seen_at <= burnt_in


def _quiet(one: Waiting, burnt_in: datetime | None) -> str:
    """Why the candidate that this article made is not told; "" where it is."""
    if _was_there(one, burnt_in):
        return BURN_IN
    return EDITED if one.anew else ""


def _finding(one: Emergence, rules: NoveltyRules, taxonomy_id: str, now: datetime) -> Finding:
    made: Candidate = one.candidate
    return Finding(
        kind="candidate",
        theme_id=made.id,
        taxonomy_id=taxonomy_id,
        found_at=now,
        window_days=rules.candidate_days,
        silence_days=0,
        article_ids=one.article_ids,
        stories=made.voices,
        publishers=made.publishers,
        blocs=made.blocs,
        candidate=made,
    )


def _meaning(learnt: Exemplars) -> Meaning:
    """What phrases mean, apart from what all of their language have in common."""

    def meaning(phrases: Sequence[str], language: str) -> Vectors:
        encoder = load_encoder()  # now: few passes find a candidate
        if encoder is None:
            raise NotLearntError("themes were learnt with an encoder that is not installed any more")
        return learnt.centred(encoder.encode(phrases), language)

    return meaning


# --- between what is stored and what is reckoned with -----------------------------------------------


def _rules(rules: NoveltyRules) -> CandidateRules:
    return CandidateRules(
        stories=rules.candidate_stories, publishers=rules.candidate_publishers, days=rules.candidate_days
    )


def _item(left: Left, *, counts: bool) -> Item:
    return Item(
        id=left.article_id,
        story_id=left.story_id,
        at=left.at,
        publisher=left.publisher,
        bloc=left.bloc,
        language=known_language(left.language),
        vector=np.frombuffer(left.vector, "<f4"),
        terms=_weighed(left.terms, left.weights),
        counts=counts,
        themes=frozenset(left.themes),
    )


def _weighed(terms: Sequence[str], weights: Sequence[float]) -> Mapping[str, float]:
    return dict(zip(terms, weights, strict=True))


def _stored(one: candidates.Stored) -> Stored:
    """What is stored of its terms are their weights when it came."""
    item = _item(one.left, counts=one.counts)
    return Stored(Member(item, item.terms), one.candidate_id)


def _heard(item: Item, came: Joined) -> Heard:
    return Heard(item.id, item.at, item.counts, came.weights, came.candidate_id)


def _known(one: candidates.Known) -> Known:
    vector, terms = np.frombuffer(one.vector, "<f4"), _weighed(one.terms, one.weights)
    return Known(id=one.candidate_id, kind="candidate", vector=vector, terms=terms, last_at=one.last_at)


def _to_know(one: Known) -> candidates.Known:
    vector = one.vector.astype("<f4").tobytes()
    return candidates.Known(one.id, one.last_at, vector, tuple(one.terms), tuple(one.terms.values()))
