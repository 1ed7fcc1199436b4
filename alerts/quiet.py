"""The message that there is nothing to tell: what it says, in words."""

from __future__ import annotations

from alerts.words import count, day, names
from warehouse.records import Quiet


def subject(quiet: Quiet) -> str:
    """The subject line: silence because nothing was new, or because nobody was heard."""
    return f"Amur: nothing {'new' if quiet.feeds_heard else 'heard'} since {day(quiet.since)}"


def paragraphs(quiet: Quiet) -> tuple[str, ...]:
    """What was done meanwhile, what fails, and why this message comes."""
    did = (
        f"Amur is at work: {_of(quiet.passes, 'pass', 'passes')}, {quiet.feeds_heard:,} of "
        f"{_of(quiet.feeds, 'feed', 'feeds')} heard, {_of(quiet.articles_read, 'article', 'articles')} read, "
        f"{quiet.articles_relevant:,} of them about China and Russia."
    )
    return (f"There was nothing to tell you since {day(quiet.since)}.", did, _failing(quiet), _why(quiet))


def _failing(quiet: Quiet) -> str:
    if not quiet.failing:
        return "No feed fails."
    verb = "fails" if len(quiet.failing) == 1 else "fail"
    return f"{_of(len(quiet.failing), 'feed', 'feeds')} {verb}: {names(quiet.failing)}. `amur status` says why."


def _why(quiet: Quiet) -> str:
    days = count((quiet.until - quiet.since).days, "day", "days")
    return f"You get this because no message went to you for {days}: heartbeat under [alerts] in amur.toml."


def _of(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
