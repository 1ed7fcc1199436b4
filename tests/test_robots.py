"""What a site's robots.txt says, and what follows while nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import robots
from extractors.robots import GIVEN_UP, GOOD_FOR, LONGEST_DELAY, after, is_fresh, origin_of, product, rule, standing
from warehouse.records import Fetch, Outcome, RobotsFile

NOW = datetime(2026, 4, 6, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORIGIN = "https://news.example"
RULES = (
    "User-agent: *\nDisallow: /private/\nAllow: /private/open\nCrawl-delay: 5\n\nUser-agent: Amur\nDisallow: /archive/"
)


def answer(body: bytes = RULES.encode()) -> Fetch:
    return Fetch(NOW, Outcome.NEW, status=200, body=body)


def failure(reason: str, status: int | None = None) -> Fetch:
    return Fetch(NOW, Outcome.FAILED, reason, status=status)


def known(fetch: Fetch, before: RobotsFile | None = None, now: datetime = NOW) -> RobotsFile:
    return after(ORIGIN, before, fetch, now)


def test_the_rules_for_us_count_before_those_for_all() -> None:
    """The group that names us is ours, whatever the others may not read; without one, that for all is."""
    assert rule(RULES, "Amur", [f"{ORIGIN}/archive/1", f"{ORIGIN}/private/1"]).allowed == (False, True)
    found = rule(RULES, "Somebody", [f"{ORIGIN}/archive/1", f"{ORIGIN}/private/1", f"{ORIGIN}/private/open/2"])
    assert (found.allowed, found.delay) == ((True, False, True), 5.0)


@pytest.mark.parametrize(("asked", "waited"), [("0.5", 0.5), ("86400", LONGEST_DELAY), ("soon", 0.0), ("-3", 0.0)])
def test_pauses_are_honoured_within_reason(asked: str, waited: float) -> None:
    """A pause that would keep us away for hours is cut short, and junk is none."""
    assert rule(f"User-agent: *\nCrawl-delay: {asked}\n", "Amur", []).delay == waited


@given(st.text(max_size=400))
def test_any_text_has_a_meaning(body: str) -> None:
    """Whatever stands in a robots.txt, every address is allowed or not."""
    assert len(rule(body, "Amur", [f"{ORIGIN}/a", f"{ORIGIN}/b?c=d"]).allowed) == 2


def test_our_name_is_the_first_word_of_what_we_call_ourselves() -> None:
    """A site speaks to us by the name that stands in our requests."""
    assert product("Amur/0.1.0 (+desk@example.org)") == "Amur"
    assert product("river-watch 2") == "river-watch"
    assert product("") == "Amur"


def test_an_origin_is_scheme_host_and_port() -> None:
    """One file speaks for one scheme, host and port; what is no address has none."""
    assert origin_of("https://u:p@News.example:443/a?b=c#d") == "https://news.example"
    assert origin_of("http://news.example:8080/a") == "http://news.example:8080"
    assert origin_of("javascript:void(0)") == ""
    assert robots.address_of(ORIGIN) == "https://news.example/robots.txt"


@pytest.mark.parametrize(
    "fetch",
    [
        failure("not_found", 404),
        failure("forbidden", 403),
        failure("unauthorized", 401),
        failure("gone", 410),
        failure("redirects", 301),
        failure("too_large", 200),
        answer(b""),
        answer(b" \n"),
    ],
)
def test_where_there_is_none_everything_is_allowed(fetch: Fetch) -> None:
    """A refused or missing file forbids nothing, and is asked for again after a day."""
    file = known(fetch)
    assert standing(file, NOW) == "free"
    assert is_fresh(file, NOW + GOOD_FOR - HOUR)
    assert not is_fresh(file, NOW + GOOD_FOR)


@pytest.mark.parametrize(
    "fetch",
    [
        failure("unavailable", 503),
        failure("rate_limited", 429),
        failure("rate_limited"),
        failure("timeout"),
        failure("dns_temporary"),
        failure("connect_refused"),
    ],
)
def test_while_nobody_can_say_nothing_is_allowed(fetch: Fetch) -> None:
    """A file that cannot be reached forbids all, is asked for again soon, and is given up after a week."""
    file = known(fetch)
    assert standing(file, NOW) == "unknown"
    assert not is_fresh(file, NOW + HOUR)
    later = known(fetch, file, NOW + GIVEN_UP)
    assert later.unanswered_since == NOW
    assert standing(later, NOW + GIVEN_UP - HOUR) == "unknown"
    assert standing(later, NOW + GIVEN_UP) == "free"


def test_the_last_answer_holds_while_the_file_cannot_be_reached() -> None:
    """An outage neither forgets the rules nor makes new ones; the next answer ends it."""
    down = failure("unavailable", 503)
    kept = known(down, known(answer()), NOW + 2 * GOOD_FOR)
    assert (kept.body, kept.answered_at, standing(kept, NOW + 9 * GIVEN_UP)) == (RULES, NOW, "rules")
    assert standing(known(down, known(failure("not_found", 404))), NOW) == "free"
    assert known(answer(b"User-agent: *"), kept).unanswered_since is None


def test_a_clock_that_was_wrong_does_not_hold_a_file_for_ever() -> None:
    """A file asked for in the future is asked for again, and so is one that nobody knows."""
    assert not is_fresh(replace(known(answer()), asked_at=NOW + HOUR), NOW)
    assert not is_fresh(None, NOW)


def test_a_mark_and_a_nul_do_no_harm() -> None:
    """A byte order mark does not hide the first line, and what no database takes is dropped."""
    assert known(answer(b"\xef\xbb\xbfUser-agent: *\n\0Disallow: /")).body == "User-agent: *\nDisallow: /"
