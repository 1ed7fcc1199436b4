"""Fetch pages of those who may be asked for them: robots.txt and the pauses that hosts asked for come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from extractors import robots
from extractors.fetch import Fetcher
from extractors.targets import host_of
from extractors.workers import Failed
from flows.house import House
from warehouse import feeds
from warehouse import robots as memory
from warehouse.records import Fetch, Outcome, Request, RobotsFile

FORBIDDEN, UNKNOWN, LATER = "robots", "robots_unreachable", "crawl_delay"
# So long the pages of slow hosts may hold up a batch. What is left then is asked for in later passes.
SLOW_SECONDS = 60.0
RULING_SECONDS = 5.0  # to read one robots.txt, in a worker

_REFUSED = {
    FORBIDDEN: "the site's robots.txt keeps us from this page",
    UNKNOWN: "the site's robots.txt cannot be had, so that nobody knows whether we may read this page",
    LATER: "the site's robots.txt asks for long pauses between pages: this one has to wait for its turn",
    # Nobody is there whom to ask: that is what is wrong with the page, and not its robots.txt.
    "dns_unknown": "there is no host {host}",
    "dns_temporary": "the name server does not answer for {host}",
    "connect_refused": "nothing answers at this address and port",
    "tls": "no secure connection could be agreed on with {host}",
}


def fetch_pages(
    house: House, requests: Sequence[Request], now: datetime, on_answer: Callable[[Fetch], None] = lambda _: None
) -> list[Fetch]:
    """One answer for each request, in their order. Who may not be asked is not, and the reason says why.

    `robots`: the site forbids it. `robots_unreachable`: it cannot say just now; where nobody is there to say anything,
    the reason is that. `was_left` tells the pages whose turn comes later.
    """
    origins = {robots.origin_of(request.url) for request in requests} - {""} if house.settings.robots else set()
    with house.store.transaction() as con:
        rests, known = feeds.host_rests(con, now), memory.known(con, origins)
    house.fetcher.honour(rests)
    stale = sorted(origin for origin in origins if not robots.is_fresh(known.get(origin), now))
    files = known | (fresh := _asked_again(house, stale, known, now))
    waits, delays = _rulings(house, [request.url for request in requests], files, now)
    answers = {i: _refused(reason, house.clock(), requests[i].url) for i, reason in waits.items()}
    slow, left = _in_turn(requests, {i: delay for i, delay in delays.items() if i not in waits})
    answers |= {i: _refused(LATER, house.clock(), requests[i].url) for i in left}
    for answer in answers.values():
        on_answer(answer)
    quick = [i for i in range(len(requests)) if i not in answers and i not in delays]
    answers |= _asked(house.fetcher, requests, quick, on_answer)
    if slow:
        rules = replace(house.settings.fetch, host_distance=max(delays[i] for i in slow), per_host=1)
        with Fetcher(rules, house.clock) as patient:
            patient.honour(house.fetcher.rests())
            answers |= _asked(patient, requests, slow, on_answer)
            house.fetcher.honour(patient.rests())
    if fresh or rests or house.fetcher.rests():
        with house.store.transaction() as con:
            memory.save(con, list(fresh.values()))
            feeds.save_host_rests(con, house.fetcher.rests())
    return [answers[i] for i in range(len(requests))]


def was_left(fetch: Fetch, *, patient: bool) -> bool:
    """Whether a later pass is to ask: the page's turn has not come, or its host pauses and one is `patient` with it."""
    return fetch.reason == LATER or (patient and _was_paused(fetch))


def is_final(fetch: Fetch) -> bool:
    """Whether asking again is no use: the site forbids the page, or its host still pauses when patience is over."""
    return fetch.reason == FORBIDDEN or _was_paused(fetch)


def _was_paused(fetch: Fetch) -> bool:
    """Whether nobody asked for the page, because its host had asked for a pause."""
    return fetch.reason == "rate_limited" and fetch.status is None


def _asked_again(
    house: House, origins: Sequence[str], known: Mapping[str, RobotsFile], now: datetime
) -> dict[str, RobotsFile]:
    """What these origins say today."""
    answers = house.fetcher.fetch_all([Request(robots.address_of(origin), "text") for origin in origins])
    return {o: robots.after(o, known.get(o), fetch, now) for o, fetch in zip(origins, answers, strict=True)}


def _rulings(
    house: House, urls: Sequence[str], files: Mapping[str, RobotsFile], now: datetime
) -> tuple[dict[int, str], dict[int, float]]:
    """Which places may not be asked now, with the reason, and which have to be asked slowly, with the seconds."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, url in enumerate(urls):
        places[robots.origin_of(url)].append(i)
    standings = {origin: robots.standing(file, now) for origin, file in files.items()}
    unknown = {origin: files[origin].reason for origin, standing in standings.items() if standing == "unknown"}
    waits = {i: why if why in _REFUSED else UNKNOWN for origin, why in unknown.items() for i in places[origin]}
    delays: dict[int, float] = {}
    with_rules = [origin for origin, standing in standings.items() if standing == "rules"]
    name = robots.product(house.settings.fetch.user_agent)
    work = [(files[origin].body, name, [urls[i] for i in places[origin]]) for origin in with_rules]
    for origin, ruling in zip(with_rules, house.workers.map(robots.rule, work, RULING_SECONDS), strict=True):
        if isinstance(ruling, Failed):
            waits |= dict.fromkeys(places[origin], UNKNOWN)
            continue
        waits |= {i: FORBIDDEN for i, allowed in zip(places[origin], ruling.allowed, strict=True) if not allowed}
        if ruling.delay > house.settings.fetch.host_distance:
            delays |= dict.fromkeys(places[origin], ruling.delay)
    return waits, delays


def _in_turn(requests: Sequence[Request], delays: dict[int, float]) -> tuple[list[int], list[int]]:
    """Of places that have to be asked slowly those whose turn it is, and those that have to wait."""
    slow: list[int] = []
    left: list[int] = []
    spent: dict[str, float] = defaultdict(float)
    for i, delay in delays.items():
        origin = robots.origin_of(requests[i].url)
        (slow if spent[origin] <= SLOW_SECONDS - delay else left).append(i)
        spent[origin] += delay
    return slow, left


def _asked(
    fetcher: Fetcher, requests: Sequence[Request], places: Sequence[int], on_answer: Callable[[Fetch], None]
) -> dict[int, Fetch]:
    answers = fetcher.fetch_all([requests[i] for i in places], lambda _, fetch: on_answer(fetch))
    return dict(zip(places, answers, strict=True))


def _refused(reason: str, now: datetime, url: str) -> Fetch:
    return Fetch(now, Outcome.FAILED, reason, _REFUSED[reason].format(host=host_of(url)))
