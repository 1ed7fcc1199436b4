"""Whether Amur is alive and how fast it is, for `amur status`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from flows.commands.printing import ago, count, print_table, span

if TYPE_CHECKING:
    from flows.serving import Serving
    from warehouse.connect import Connection

LOOK_BACK = timedelta(days=30)
LATE = 2  # times the distance of two passes

# What lies ahead was written by a clock that has since been put right.
_LAST = """
SELECT
    max(finished_at) FILTER (outcome = 'complete' AND finished_at <= $now + INTERVAL 1 DAY),
    min(started_at) FILTER (started_at <= $now + INTERVAL 1 DAY)
FROM passes
"""

_SPEED = """
WITH recent AS (
    SELECT
        a.article_id,
        a.first_seen_at,
        a.published_at,
        -- A day without a time of day is kept as its midnight.
        (a.published_at AT TIME ZONE 'UTC')::TIME <> TIME '00:00:00' AS precise
    FROM articles AS a
    WHERE a.first_seen_at >= $since AND NOT a.baseline
      AND a.feed_id NOT IN (SELECT f.feed_id FROM feeds AS f WHERE f.history)
      -- An old article that a feed announces again says nothing of how fast it was heard of.
      AND (a.published_at IS NULL OR a.published_at >= $since)
),

judged AS (
    SELECT article_id, min(judged_at) AS judged_at
    FROM judgements
    -- A text that changed was judged again since.
    WHERE article_id NOT IN (SELECT r.article_id FROM revisions AS r)
    GROUP BY article_id
),

steps AS (
    SELECT
        r.precise,
        r.published_at,
        CASE WHEN r.precise THEN epoch(r.first_seen_at - r.published_at) END AS to_seen,
        CASE WHEN r.precise THEN epoch(j.judged_at - r.published_at) END AS to_judged
    FROM recent AS r
    LEFT JOIN judged AS j USING (article_id)
)

SELECT
    count(to_seen), median(to_seen), quantile_cont(to_seen, 0.9),
    count(to_judged), median(to_judged), quantile_cont(to_judged, 0.9),
    count(*) FILTER (NOT precise), count(*) FILTER (published_at IS NULL)
FROM steps
"""

_ALERTS = """
SELECT count(minutes_in_all), 60 * median(minutes_in_all), 60 * quantile_cont(minutes_in_all, 0.9)
FROM latency
WHERE found_at >= $since AND published_at >= $since
"""


@dataclass(frozen=True, slots=True)
class Step:
    """How long after publication something happened, in seconds: the median, and within what nine in ten lie."""

    what: str
    number: int
    median: float
    nine_in_ten: float


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the last complete pass ended, whether the next one is overdue, and how fast things went lately."""

    completed_at: datetime | None = None
    late_after: timedelta | None = None
    overdue: bool = False
    serving: Serving | None = None
    speed: tuple[Step, ...] = ()
    dated_by_day: int = 0  # articles of which it is not known how fast they were heard of
    undated: int = 0


def take(con: Connection, now: datetime, every: timedelta, serving: Serving | None) -> Pulse:
    """The pulse at `now`; a pass is to run `every` so often, or as whoever serves does it."""
    completed_at, began_at = con.execute(_LAST, {"now": now}).fetchall()[0]
    late_after = LATE * (serving.gap if serving else every)
    since = completed_at or began_at
    since_when = {"since": now - LOOK_BACK}
    *figures, by_day, undated = con.execute(_SPEED, since_when).fetchall()[0]
    figures += con.execute(_ALERTS, since_when).fetchall()[0]
    steps = [Step(what, *figures[at : at + 3]) for at, what in ((0, "seen"), (3, "judged"), (6, "alerted"))]
    return Pulse(
        completed_at,
        late_after,
        since is not None and now - since > late_after,
        serving,
        tuple(step for step in steps if step.number),
        by_day,
        undated,
    )


def say_alive(pulse: Pulse, now: datetime) -> None:
    """Who runs passes, and whether one is overdue."""
    if pulse.serving:
        click.echo(f"Serving    a pass {pulse.serving.how}, begun {ago(pulse.serving.since, now)}; {pulse.serving.url}")
    if pulse.overdue and pulse.late_after:
        last = f"the last one ended {ago(pulse.completed_at, now)}" if pulse.completed_at else "there never was one"
        after = span(pulse.late_after.total_seconds())
        said = f"Overdue    no complete pass for more than {after}: {last}. `amur run` runs one, the log says why."
        click.secho(said, fg="red")


def say_speed(pulse: Pulse) -> None:
    """How long after publication things were seen, judged and alerted."""
    if not pulse.speed:
        return
    click.secho(f"\nAfter publication, in the last {LOOK_BACK.days} days", bold=True)
    rows = [(step.what, step.number, span(step.median), span(step.nine_in_ten)) for step in pulse.speed]
    print_table(("", "of", "median", "9 in 10 within"), rows)
    left_out = ((pulse.dated_by_day, "dated by day alone"), (pulse.undated, "without a date"))
    said = " and ".join(f"{count(number, 'article')} {what}" for number, what in left_out if number)
    if said:
        click.echo(f"Left out: {said}.")
