"""Preview: the archive under edited themes, compared with the themes in use. Nothing is stored."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from extractors.themes import JudgeInput
from extractors.workers import Failed
from flows.deciding import Asked, decide
from flows.house import House, Pass, batches
from flows.judging import judge_all
from flows.modelfile import learn_themes
from warehouse import calibrations, rehearsal
from warehouse.connect import Connection
from warehouse.passes import PassRecord
from warehouse.records import Finding, Judgement, Score
from warehouse.rehearsal import ALWAYS, About, Presence
from warehouse.theme_versions import Version

TEXTS_AT_ONCE = 200
EXAMPLES = 3


class NotLearnt(Exception):  # noqa: N818  a state of affairs, which the caller reports
    """The edited themes could not be learnt; the message says why."""


@dataclass(frozen=True, slots=True)
class Example:
    """An article that a theme gains or loses, and the sentence that speaks of it most; the score is the one it has."""

    article_id: UUID
    title: str
    url: str
    publisher: str
    dated_at: datetime
    score: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What the edit does to one theme, in articles."""

    theme: str
    label: str
    before: int
    after: int
    gained: int
    lost: int
    gains: tuple[Example, ...]
    losses: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the edit does to the articles that were judged, and the alerts that would be raised now."""

    articles: int
    failed: int
    relevant_before: int
    relevant_after: int
    themes: tuple[Difference, ...]
    alerts: tuple[Finding, ...]


@dataclass(slots=True)
class _Judged:
    """What was seen in the articles; sentences are kept of what may be an example."""

    relevant: dict[UUID, bool]
    present: dict[tuple[str, UUID], float]
    sentences: dict[tuple[str, UUID], str]
    failed: int = 0


def preview(house: House, con: Connection, used: Version, days: int, limit: int | None, now: datetime) -> Preview:
    """Judge the articles of the last `days` under the configured themes, and compare with those in use.

    Raises `NotLearnt`.
    """
    this = Pass(now, PassRecord(uuid.uuid4(), now))
    ids = rehearsal.recent(con, now - timedelta(days=days), now, limit)
    if ids and not learn_themes(house, this):
        raise NotLearnt(" ".join(this.notes))
    thresholds = calibrations.thresholds(con, used.taxonomy_id)
    house.watch.begin("judge", len(ids))
    judged = _Judged({}, {}, {})
    for some in batches(ids, TEXTS_AT_ONCE):
        inputs = [JudgeInput(*row) for row in rehearsal.texts(con, some)]
        for result in judge_all(house, inputs, now):
            if isinstance(result, Failed):
                judged.failed += 1
            else:
                _note(judged, result, thresholds)
    compared = list(judged.relevant)
    before = {(p.theme_id, p.article_id): p.score for p in rehearsal.present(con, used.taxonomy_id, compared)}
    return Preview(
        articles=len(compared),
        failed=judged.failed,
        relevant_before=rehearsal.count_relevant(con, used.taxonomy_id, compared),
        relevant_after=sum(judged.relevant.values()),
        themes=_differences(house, con, used, before, judged),
        alerts=_alerts(house, con, used, judged, now),
    )


def _note(judged: _Judged, result: Judgement, thresholds: dict[str, float]) -> None:
    judged.relevant[result.article_id] = result.relevant
    for score in result.scores if result.relevant else ():
        learnt = thresholds.get(score.theme_id)
        if score.present if learnt is None else score.score >= learnt:
            key = (score.theme_id, result.article_id)
            judged.present[key], judged.sentences[key] = score.score, _sentence(score)


def _sentence(score: Score) -> str:
    return max(score.evidence, key=lambda evidence: evidence.weight).sentence if score.evidence else ""


# --- theme by theme -------------------------------------------------------------------------------


def _differences(
    house: House, con: Connection, used: Version, before: dict[tuple[str, UUID], float], judged: _Judged
) -> tuple[Difference, ...]:
    edited = {theme.id: theme.label for theme in house.settings.taxonomy.themes}
    labels = edited | {id_: one.label for id_, one in used.themes.items() if id_ not in edited}
    old, new = _by_theme(before), _by_theme(judged.present)
    found = []
    for theme, label in labels.items():
        gained, lost = new[theme].keys() - old[theme].keys(), old[theme].keys() - new[theme].keys()
        best = _best(gained, new[theme])
        said = {key: judged.sentences[theme, key] for key in best}
        worst = _best(lost, old[theme])
        found.append(
            Difference(
                theme=theme,
                label=label,
                before=len(old[theme]),
                after=len(new[theme]),
                gained=len(gained),
                lost=len(lost),
                gains=_examples(con, best, new[theme], said),
                losses=_examples(
                    con, worst, old[theme], rehearsal.sentences(con, used.taxonomy_id, theme, worst) if worst else {}
                ),
            )
        )
    return tuple(found)


def _by_theme(present: dict[tuple[str, UUID], float]) -> defaultdict[str, dict[UUID, float]]:
    found: defaultdict[str, dict[UUID, float]] = defaultdict(dict)
    for (theme, article), score in present.items():
        found[theme][article] = score
    return found


def _best(ids: Collection[UUID], scores: dict[UUID, float]) -> list[UUID]:
    return sorted(ids, key=lambda id_: (-scores[id_], id_))[:EXAMPLES]


def _examples(
    con: Connection, ids: Sequence[UUID], scores: dict[UUID, float], said: dict[UUID, str]
) -> tuple[Example, ...]:
    known: dict[UUID, About] = rehearsal.about(con, ids) if ids else {}
    return tuple(
        Example(id_, one.title, one.url, one.publisher, one.dated_at, scores[id_], said.get(id_, ""))
        for id_ in ids
        for one in (known[id_],)
    )


# --- alerts ---------------------------------------------------------------------------------------


def _alerts(house: House, con: Connection, used: Version, judged: _Judged, now: datetime) -> tuple[Finding, ...]:
    """What would be alerted now under the edited themes, had they always been in use, and is not under those in use."""
    taxonomy = house.settings.taxonomy
    told = {(one.kind, one.theme_id) for one in _alerted(house, con, used.taxonomy_id, list(used.themes), now)}
    present = [Presence(theme, article, score) for (theme, article), score in judged.present.items()]
    rehearsal.pretend(con, taxonomy, used.taxonomy_id, list(judged.relevant.items()), present)
    found = _alerted(house, con, taxonomy.id, [theme.id for theme in taxonomy.themes], now)
    return tuple(one for one in found if (one.kind, one.theme_id) not in told)


def _alerted(
    house: House, con: Connection, taxonomy_id: str, themes: Sequence[str], now: datetime
) -> tuple[Finding, ...]:
    asked = Asked(house.settings.alerts, house.settings.novelty, taxonomy_id, dict.fromkeys(themes, ALWAYS))
    return tuple(finding for finding, decision in decide(con, asked, now) if decision == "alert")
