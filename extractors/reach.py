"""Whether hosts can be reached at all: their names looked up and a few of them dialled, as the fetch client would."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.addresses import Guard, Resolve, is_literal, look_up
from extractors.answers import FetchError
from extractors.fetch import FetchRules
from extractors.targets import parsed

LOOK_UP = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of one host and port; `reason` is one of the fetch client's, "" where all went well."""

    host: str
    port: int
    dialled: bool
    reason: str = ""
    detail: str = ""


def places(urls: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Host and port of each address, each once; what is no address is left out."""
    found: dict[tuple[str, int], None] = {}
    for url in urls:
        with contextlib.suppress(FetchError):
            target = parsed(url)[0]
            found[target.host, target.port] = None
    return tuple(found)


def spelling(entry: str) -> str | None:
    """How "host:port" has to be written in `allow` to name a place that is dialled; None for what names none."""
    try:
        target = parsed(f"http://{entry}/")[0]
    except FetchError:
        return None
    host = f"[{target.host}]" if ":" in target.host else target.host
    rest = target.url.raw_path != "/" or target.url.raw_query_string
    return None if rest or not 0 < target.port < 1 << 16 else f"{host}:{target.port}"


def reach(
    wanted: Sequence[tuple[str, int]], dial: int, rules: FetchRules, resolve: Resolve = look_up
) -> tuple[Reached, ...]:
    """Look up every host, and connect to the first `dial` of those that have a public address; nothing is sent."""
    with Guard(rules.allow, max(1, min(rules.concurrency, len(wanted))), resolve) as guard:
        return asyncio.run(_reach(wanted, dial, rules.connect, guard))


async def _reach(wanted: Sequence[tuple[str, int]], dial: int, patience: float, guard: Guard) -> tuple[Reached, ...]:
    found = await asyncio.gather(*(_looked_up(guard, host, port) for host, port in wanted))
    known = [place for place, answer in enumerate(found) if isinstance(answer, list)][:dial]
    connected = await asyncio.gather(*(_dialled(found[at], *wanted[at], patience) for at in known))
    dialled = dict(zip(known, connected, strict=True))
    return tuple(
        dialled.get(place) or _not_dialled(host, port, found[place]) for place, (host, port) in enumerate(wanted)
    )


async def _looked_up(guard: Guard, host: str, port: int) -> list[str] | FetchError:
    try:
        if is_literal(host):
            guard.check_literal(host, port)
            return [host]
        return await asyncio.wait_for(guard.addresses(host, port), LOOK_UP)
    except TimeoutError:
        return FetchError("dns_temporary", f"the name server does not answer for {host}")
    except FetchError as error:
        return error


def _not_dialled(host: str, port: int, found: list[str] | FetchError) -> Reached:
    if isinstance(found, FetchError):
        return Reached(host, port, dialled=False, reason=found.reason, detail=found.detail)
    return Reached(host, port, dialled=False)


async def _dialled(addresses: list[str] | FetchError, host: str, port: int, patience: float) -> Reached:
    reason, detail = "connect_refused", f"nothing answers at {host}:{port}"
    for address in addresses if isinstance(addresses, list) else ():
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(address, port), patience)
        except TimeoutError:
            reason, detail = "timeout", f"{host}:{port} did not answer in {patience:g} s"
        except OSError:
            continue
        else:
            writer.close()
            return Reached(host, port, dialled=True)
    return Reached(host, port, dialled=True, reason=reason, detail=detail)
