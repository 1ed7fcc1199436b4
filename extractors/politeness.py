"""Whose turn it is: few at once and a distance between starts at each host, and a rest where a host asked for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from extractors.answers import FetchError

# A host that says "slow down" without saying for how long; and the longest that one is believed.
REST = 30 * 60.0
LONGEST_REST = 24 * 3600.0


@dataclass(slots=True)
class _Gate:
    places: asyncio.Semaphore
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0.0
    resting_until: float = 0.0


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

    def rest(self, host: str, seconds: float | None) -> None:
        """Nobody starts at `host` for that long."""
        gate = self._gate(host)
        wait = REST if seconds is None else min(seconds, LONGEST_REST)
        gate.resting_until = max(gate.resting_until, now() + wait)

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
