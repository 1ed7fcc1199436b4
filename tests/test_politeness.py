from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from fetching import NOW, feed, fetcher, page
from servers import HttpServer, Reply
from warehouse.records import Fetch, HostRest

NAMES = tuple(f"host{n}.test" for n in range(8))


def test_few_at_once_at_one_host() -> None:
    """A host has at most `per_host` of our requests at a time, over all its ports and paths."""
    with HttpServer({"/": Reply(body=b"feed", delay=0.05)}) as server, fetcher([server], per_host=2) as client:
        answers = client.fetch_all([feed(server.url(f"/?{n}")) for n in range(10)])
        assert server.most_at_once == 2
    assert all(answer.body == b"feed" for answer in answers)


def test_a_distance_between_starts_at_one_host() -> None:
    """Starts at one host keep their distance, from one call to the next as well, redirects included."""
    routes = {"/": Reply(302, headers={"Location": "/feed"}), "/feed": Reply(body=b"feed")}
    with HttpServer(routes) as server, fetcher([server], host_distance=0.15) as client:
        client.fetch_all([feed(server.url()), feed(server.url("/feed"))])
        client.fetch_all([feed(server.url("/feed"))])
        times = [request.at for request in server.requests]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) == 3
    assert min(gaps) > 0.13


def test_hosts_do_not_wait_for_one_another() -> None:
    """Many hosts are asked at the same time, at most `concurrency` of them."""
    with HttpServer({"/": Reply(body=b"feed", delay=0.1)}) as server:
        requests = [feed(server.url(host=name)) for name in NAMES]
        with fetcher([server], NAMES, concurrency=4, host_distance=5.0) as client:
            started = time.monotonic()
            client.fetch_all(requests)
            assert time.monotonic() - started < 4
        assert server.most_at_once == 4


def test_waiting_for_a_turn_is_not_counted() -> None:
    """The deadline is for the request, not for the queue before it."""
    with HttpServer({"/": Reply(body=b"feed", delay=0.1)}) as server:
        with fetcher([server], per_host=1, deadline=0.3) as client:
            answers = client.fetch_all([feed(server.url())] * 6)
        assert [answer.reason for answer in answers] == [""] * 6
        assert max(answer.seconds for answer in answers) < 0.3


@pytest.mark.parametrize(("headers", "least"), [({"Retry-After": "120"}, 119.0), ({}, 1799.0)])
def test_a_host_that_asks_for_a_pause_gets_it(headers: dict[str, str], least: float) -> None:
    """After a 429 nothing more of this pass is asked of that host; its other feeds wait as well."""
    routes = {"/limited": Reply(429, headers=headers), "/feed": Reply(body=b"feed")}
    with HttpServer(routes) as server, fetcher([server], NAMES, per_host=1) as client:
        limited, spared = client.fetch_all([feed(server.url("/limited")), feed(server.url("/feed"))])
        elsewhere = client.fetch_all([feed(server.url("/feed", host=NAMES[0]))])[0]
        assert len(server.requests) == 2
    assert (limited.reason, limited.status) == ("rate_limited", 429)
    assert (spared.reason, spared.status) == ("rate_limited", None)
    assert spared.retry_after is not None
    assert least < spared.retry_after < least + 1.1
    assert elsewhere.body == b"feed"


def test_a_pause_outlives_the_pass() -> None:
    """A pause that is taken up again goes on: nothing is asked of that host, whatever asks, until it is over."""
    routes = {"/limited": Reply(429, headers={"Retry-After": "120"}), "/feed": Reply(body=b"feed")}
    with HttpServer(routes) as server:
        with fetcher([server], NAMES) as client:
            client.fetch_all([feed(server.url("/limited")), feed(server.url("/feed", host=NAMES[0]))])
            (rest,) = client.rests()
        assert (rest.host, rest.seconds) == ("127.0.0.1", 120.0)
        assert abs(rest.until - NOW - timedelta(seconds=120)) < timedelta(seconds=1)
        before = len(server.requests)
        with fetcher([server]) as client:
            client.honour([rest])
            spared = client.fetch_all([feed(server.url("/feed")), page(server.url("/feed"))])
            assert len(server.requests) == before
            assert [rest.host for rest in client.rests()] == ["127.0.0.1"]
    assert {answer.reason for answer in spared} == {"rate_limited"}


def test_a_bare_plea_that_comes_again_doubles_the_pause() -> None:
    """A 429 that does not say for how long means half an hour, then one hour, then two, up to a day."""
    waits: list[float] = []
    with HttpServer({"/": Reply(429)}) as server:
        rests: tuple[HostRest, ...] = ()
        for _ in range(7):
            with fetcher([server]) as client:
                client.honour([replace(rest, until=NOW - timedelta(hours=1)) for rest in rests])  # it is over
                (limited, also) = client.fetch_all([feed(server.url("/?1")), feed(server.url("/?2"))])
                rests = client.rests()
            waits.append((limited.retry_after or 0.0) / 3600)
            assert also.retry_after == pytest.approx(limited.retry_after, abs=5)
    assert waits == pytest.approx([0.5, 1, 2, 4, 8, 16, 24], abs=0.01)


def test_an_answer_ends_the_matter() -> None:
    """Once a host has answered after its pause, its next plea is a first one."""
    over = HostRest("127.0.0.1", NOW - timedelta(hours=1), 7200.0)
    with HttpServer({"/": Reply(404), "/limited": Reply(429)}) as server, fetcher([server]) as client:
        client.honour([over])
        assert client.rests()[0].seconds == over.seconds
        client.fetch_all([feed(server.url())])
        assert client.rests() == ()
        assert client.fetch_all([feed(server.url("/limited"))])[0].retry_after == pytest.approx(1800, abs=1)


def test_a_pause_until_the_end_of_time_is_a_day() -> None:
    """A pause that was noted by a clock that was wrong ends within a day."""
    with fetcher() as client:
        client.honour([HostRest("a.test", NOW + timedelta(days=3650), 1800.0)])
        (rest,) = client.rests()
    assert rest.until <= NOW + timedelta(days=1)


def test_answers_are_told_as_they_come() -> None:
    """`on_answer` hears of each answer at once, with its place; the list keeps the order of the requests."""
    routes = {"/slow": Reply(body=b"slow", delay=0.2), "/quick": Reply(body=b"quick")}
    heard: list[tuple[int, Fetch]] = []
    with HttpServer(routes) as server, fetcher([server]) as client:
        requests = [feed(server.url("/slow")), feed(server.url("/quick")), feed("nonsense")]
        answers = client.fetch_all(requests, lambda place, answer: heard.append((place, answer)))
    assert [place for place, _ in heard] == [2, 1, 0]
    assert [answer for _, answer in sorted(heard, key=lambda pair: pair[0])] == answers
    assert [answer.body for answer in answers] == [b"slow", b"quick", None]


def test_nothing_to_fetch() -> None:
    """No requests are no answers."""
    with fetcher() as client:
        assert client.fetch_all([]) == []
