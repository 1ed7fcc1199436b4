"""Why there was an alert on a theme on some day, or none: what decides, put into sentences, step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.hours import in_zone
from alerts.newness import odds
from alerts.rules import grown, silenced_by
from flows import reasons
from flows.looking_back import Delivered, Loud, Then
from flows.reasons import KINDS, SHORT, at
from warehouse.chronicle import Found, Told
from warehouse.records import Appearance, Finding

NAMED = 6  # publishers that a sentence names

_STATES = {
    "pending": "waits to be sent",
    "sending": "is being sent",
    "held": "is held back: it may have arrived",
    "undeliverable": "was given up",
    "withdrawn": "was withdrawn: all it tells was retracted",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at; `speaks` says for or against an alert, None neither."""

    about: str
    said: str
    speaks: bool | None = None


def explain(then: Then, zone: ZoneInfo) -> tuple[Step, ...]:
    """Everything that had a part in it, in the order in which it is looked at."""
    return (
        *_watched(then),
        *_spoken(then),
        *_new(then),
        *_surging(then),
        *_wanted(then),
        *_cooling(then),
        *_decided(then),
        *_told(then, zone),
    )


def verdict(then: Then, steps: Sequence[Step]) -> str:
    """The answer in one sentence."""
    on = f"{then.theme_id} on {then.day}"
    alerted = [one for one in then.found if one.alert_id]
    if alerted:
        kinds = " and ".join(dict.fromkeys(KINDS.get(one.kind, one.kind) for one in alerted))
        return f"There was an alert on {on}: {kinds}."
    if then.found:
        decided = next(step.said for step in steps if step.about == "decision")
        return f"No alert on {on}. {decided}"
    against = [step for step in steps if step.speaks is False]
    first = [step.said for step in against if not step.about.startswith("surge")][:2]
    loud = [step.said for step in against if step.about == f"surge: {then.day}" and "tested" not in step.said]
    return " ".join([f"No alert on {on}: nothing was found.", *first, *loud])


# --- what there was to hear -----------------------------------------------------------------------


def _watched(then: Then) -> Iterator[Step]:
    if then.candidate:
        spread = f"{then.candidate.voices} voices of {_some(then.candidate.publishers)}"
        said = f"It is no theme, but a candidate for one, found by itself when it had {spread}"
        yield Step("candidate", f"{said}: amur candidates show {then.theme_id}")
        return
    if then.used_since is None:
        yield Step("theme", f"It is not among the themes in use: nothing is looked for under {then.theme_id}.", False)
        return
    since = f"It has been looked for as it is since {at(then.used_since)}."
    late = then.used_since > then.moment
    yield Step("theme", f"{since} What was seen before is history for it." if late else since, False if late else None)
    if then.burnt_in is None or then.burnt_in > then.moment:
        ends = f", which ended {at(then.burnt_in)}" if then.burnt_in else ""
        yield Step("burn-in", f"It was in the burn-in{ends}: nothing is new before that.", False)
    else:
        yield Step("burn-in", f"The burn-in had ended {at(then.burnt_in)}.")
    if then.waits:
        yield Step("history", "Pages of a feed's first answer are still to be read: nothing is new before that.", False)


def _spoken(then: Then) -> Iterator[Step]:
    if then.candidate:
        return
    fresh = [a for a in then.said if a.dated_at > then.opens]
    lately = f"In the {_days(then.novelty.window_days)} up to {at(then.moment)}"
    if not fresh:
        yield Step("articles", f"{lately} no relevant article that had been seen by then spoke of it.", False)
        return
    left_out = sum(a.baseline or a.brought_up for a in fresh)
    aside = f", {left_out} of them no news (brought along by a feed, judged anew, or of a muted voice)"
    articles = "1 article" if len(fresh) == 1 else f"{len(fresh)} articles"
    yield Step("articles", f"{lately} {articles} spoke of it{aside if left_out else ''}: {_names(fresh)}.")


# --- what was found in it -------------------------------------------------------------------------


def _new(then: Then) -> Iterator[Step]:
    look, rules = then.look, then.novelty
    if look is None:
        return
    stories, publishers = len(look.voices), len(look.publishers)
    counted = f"{_of(stories, 'story', 'stories')} from {_of(publishers, 'publisher', 'publishers')}"
    wanted = ((stories, rules.stories, "story", "stories"), (publishers, rules.publishers, "publisher", "publishers"))
    short = [f"{_of(most - there, one, many)} more" for there, most, one, many in wanted if there < most]
    lacking = f"; it lacked {' and '.join(short)}" if short else ""
    asked = f"{_of(rules.stories, 'story', 'stories')} from {_of(rules.publishers, 'publisher', 'publishers')}"
    if look.fresh:
        yield Step("first seen: voices", f"{counted} counted, of {asked} that it takes{lacking}.", not short)
    if "text" in look.lacks:
        yield Step("first seen: text", "Only summaries were to be had, and they carry no finding alone.", False)
    if "history" in look.lacks:
        some = "everything is history" if then.moment <= look.quiet_until else "some of it was seen, and is history"
        yield Step("first seen: history", f"Up to {at(look.quiet_until)} {some}.", False)
    if look.found_at:
        until = at(look.found_at + rules.window + rules.silence)
        said = (
            f"It was found before, on {at(look.found_at)}: not again before {until}, when a silence could have passed."
        )
        yield Step("first seen: known", said, False)
    yield _silence(then, look.before)


def _silence(then: Then, before: Appearance | None) -> Step:
    silence = f"the {_days(then.novelty.silence_days)} before {at(then.opens)}"
    if before is None:
        return Step("first seen: silence", f"Nobody had spoken of it in {silence}.", True)
    said = f"{before.publisher} spoke of it on {at(before.dated_at)}, within {silence}: it was not new."
    return Step("first seen: silence", said, False)


def _surging(then: Then) -> Iterator[Step]:
    for loud in then.loud:
        about = f"surge: {loud.last_day}"
        if loud.measured is None:
            yield Step(about, "It was not tested: its feeds were not heard for long enough, or it is too new.", False)
            continue
        yield Step(about, _loudness(loud), not loud.measured.lacks)


def _loudness(loud: Loud) -> str:
    if loud.measured is None:
        return ""
    figures, lacks = loud.measured.surge, loud.measured.lacks
    said = (
        f"{_of(figures.observed, 'publisher', 'publishers')}, where {figures.expected:.1f} were expected "
        f"from {_days(figures.baseline_days)}: chance {odds(figures.p_value) if figures.p_value < 1 else '1 in 1'}"
    )
    if not lacks:
        return f"{said}. It surged."
    reasons_ = {
        "text": "only summaries were to be had",
        "pause": "it was found within a week, or has been loud ever since",
    }
    others = [reasons_[lack] for lack in lacks if lack in reasons_]
    few = f"{loud.enough} publishers would have been a surge" if loud.enough else ""
    return f"{said}; {'; '.join(filter(None, (few, *others))) or 'not unlikely enough'}."


# --- what was decided -----------------------------------------------------------------------------


def _wanted(then: Then) -> Iterator[Step]:
    if then.theme_id in then.known.silences:
        said = reasons.silent(then.theme_id, then.known.silences)
        yield Step("silenced", f"{said[0].upper()}{said[1:]}.", False)
    if then.known.muted:
        yield Step("muted voices", f"Counted for nothing: {', '.join(reasons.listed(then.known.muted))}.")


def _cooling(then: Then) -> Iterator[Step]:
    for kind in dict.fromkeys(one.kind for one in then.known.past):
        past = max((one for one in then.known.past if one.kind == kind), key=lambda one: one.at)
        if abs(then.moment - past.at) < then.alerts.cools_down(kind):
            said = reasons.cooling(past, then.alerts)
            yield Step(f"cooldown: {KINDS.get(kind, kind)}", f"{said[0].upper()}{said[1:]}.", False)
    if then.standing and silenced_by(then.standing, then.known.past, then.alerts, then.moment):
        yield _growth(then, then.standing)


def _growth(then: Then, standing: Finding) -> Step:
    again = grown(standing, then.known.past, then.alerts, then.moment)
    publishers = _of(len(standing.publishers), "publisher", "publishers")
    now = f"{publishers} of {', '.join(standing.blocs)} spoke of it in {_days(standing.window_days)}"
    if again:
        return Step("once more", f"{now}: enough to be told once more.", True)
    if any(one.again for one in then.known.past):
        return Step("once more", f"{now}; it has been told once more already.", False)
    most = max(one.publishers for one in then.known.past)
    needed = f"{then.alerts.escalation:g} times the {most} that were told of, or a bloc that is new to it"
    return Step("once more", f"{now}; once more it is told at {needed}.", False)


def _decided(then: Then) -> Iterator[Step]:
    for one in then.found:
        kind = KINDS.get(one.kind, one.kind)
        found = f"Found {at(one.found_at)}: {kind}, {_of(one.stories, 'story', 'stories')} from {_some(one.publishers)}"
        if one.alert_id:
            gone = f", retracted {at(one.retracted_at)}" if one.retracted_at else ""
            yield Step("decision", f"{found}. Alerted: {str(one.alert_id)[:SHORT]}{gone}.", not one.retracted_at)
        else:
            why = reasons.reason(_as_finding(then, one), one.decision, then.known, then.alerts, one.found_at)
            yield Step("decision", f"{found}. Not alerted: {why}.", False)


def _as_finding(then: Then, one: Found) -> Finding:
    return Finding(
        kind=one.kind,  # type: ignore[arg-type]  # as it was kept
        theme_id=then.theme_id,
        taxonomy_id="",
        found_at=one.found_at,
        window_days=one.window_days,
        silence_days=one.silence_days,
        article_ids=(),
        stories=one.stories,
        publishers=one.publishers,
        blocs=one.blocs,
    )


# --- who was told ---------------------------------------------------------------------------------


def _told(then: Then, zone: ZoneInfo) -> Iterator[Step]:
    for one in then.delivered:
        if not one.ways and not one.messages:
            yield Step("told", "Nobody: no channel is on.", False)
        for message in one.messages:
            yield Step(
                "told", f"{message.channel} to {message.recipient}: {_message(message)}.", message.sent_at is not None
            )
        yield from _untold(then, one, zone)


def _message(message: Told) -> str:
    if message.state == "sent":
        return f"sent {at(message.sent_at)}" if message.sent_at else "sent"
    tries = f" ({message.reason}, {_of(message.attempts, 'attempt', 'attempts')})" if message.reason else ""
    again = f", again {at(message.next_attempt_at)}" if message.next_attempt_at else ""
    return f"the message {_STATES.get(message.state, message.state)}{tries}{again}"


def _untold(then: Then, one: Delivered, zone: ZoneInfo) -> Iterator[Step]:
    told = {(message.channel, message.recipient) for message in one.messages}
    later = {(wait.channel, wait.recipient): wait for wait in one.waits}
    for channel, recipient in one.passed_over:
        yield Step("told", f"{channel} to {recipient}: not meant for them, by the routes as they were.", False)
    for addressee, due in one.ways.items():
        name = f"{addressee[0]} to {addressee[1]}"
        if addressee in told or addressee in one.passed_over:
            continue
        if one.found.retracted_at:
            yield Step("told", f"{name}: not any more, for it was retracted.", False)
        elif wait := later.get(addressee):
            yield Step("told", f"{name}: waits until {in_zone(wait.until_at, zone)} ({wait.because}).")
        elif due.at > then.now:
            yield Step("told", f"{name}: due {in_zone(due.at, zone)} ({due.because()}).")
        else:
            yield Step("told", f"{name}: with the next pass that sends.")


def _days(number: int) -> str:
    return _of(number, "day", "days")


def _of(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _some(publishers: Sequence[str]) -> str:
    rest = len(publishers) - NAMED
    return ", ".join(publishers[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _names(said: Sequence[Appearance]) -> str:
    return _some(sorted({a.publisher for a in said}))
