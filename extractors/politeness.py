"""Whose turn it is: few at once and a distance between starts at each host, and a rest where a host asked for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from extractors.answers import FetchError

# A host that says "slow down" without saying for how long: doubled each time, and the longest that one is believed.
REST = 30 * 60.0
LONGEST_REST = 24 * 3600.0


@dataclass(slots=True)
class _Gate:
    places: asyncio.Semaphore
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    resting_until: float = 0.0
    rest: float = 0.0  # how long the last pause was; 0 once the host answered after it


class Politeness:
    """The gates of all hosts of one pass; times are the event loop's, in seconds."""

    def __init__(self, per_host: int, distance: float, concurrency: int) -> None:
        self._per_host = per_host
        self._distance = distance
        self._slots = asyncio.Semaphore(concurrency)
        self._gates: dict[str, _Gate] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for a place at `host` and for one of all; raises `FetchError` (rate_limited) while it rests.

        Who waits for a host holds no place of the others. The host's order is kept until a place of all is
        there, so that the distance is one between real starts.
        """
        gate = self._gate(host)
        async with gate.places:
            async with gate.order:
                await self._wait(gate)
                await self._slots.acquire()
                gate.next_start = now() + self._distance
            try:
                yield
            finally:
                self._slots.release()

    def rest(self, host: str, seconds: float | None) -> float:
        """Nobody starts at `host` for that long, or for twice as long as the last time; the seconds until its end."""
        gate = self._gate(host)
        # A bare plea while it rests is the same one, in answer to a request that was on its way.
        resting = gate.resting_until > now()
        stated = 0.0 if seconds is None and resting else seconds
        wait = min(2 * gate.rest or REST if stated is None else stated, LONGEST_REST)
        if now() + wait > gate.resting_until:
            gate.resting_until, gate.rest = now() + wait, wait
        return gate.resting_until - now()

    def heard(self, host: str) -> None:
        """`host` answered: if it had asked for a pause, that is over and done with."""
        gate = self._gate(host)
        if gate.resting_until <= now():
            gate.rest = 0.0

    async def resume(self, pauses: Iterable[tuple[str, float, float]]) -> None:
        """Take up the pauses of an earlier pass: host, seconds left, and how long the pause is."""
        for host, left, seconds in pauses:
            gate = self._gate(host)
            # A clock that was wrong may have put the end anywhere.
            until = now() + min(left, LONGEST_REST)
            if until > gate.resting_until:
                gate.resting_until, gate.rest = until, seconds

    async def pauses(self) -> list[tuple[str, float, float]]:
        """All pauses that go on, or after which the host has not been heard: as `resume` takes them."""
        return [(host, gate.resting_until - now(), gate.rest) for host, gate in self._gates.items() if gate.rest]

    async def _wait(self, gate: _Gate) -> None:
        wait = gate.next_start - now()
        if wait > 0 and gate.resting_until <= now():
            await asyncio.sleep(wait)
        left = gate.resting_until - now()
        if left > 0:
            raise FetchError("rate_limited", "the server asked for a pause, which is not over", retry_after=left)

    def _gate(self, host: str) -> _Gate:
        if host not in self._gates:
            self._gates[host] = _Gate(asyncio.Semaphore(self._per_host))
        return self._gates[host]


def now() -> float:
    """The running loop's clock."""
    return asyncio.get_running_loop().time()
