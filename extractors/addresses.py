"""Who may be dialled: public addresses, and what the user named. What was looked up and checked is what is dialled."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from extractors.answers import FetchError

Resolve = Callable[[str, int], Sequence[str]]
"""Host name and port to literal addresses; may block; raises `OSError`, as `socket.getaddrinfo` does."""

# `is_global` says True for all of these on some Python that we run on; none of them is where a publisher lives.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # the platform's own service on every Azure machine
        "2001::/23",  # Teredo, ORCHID and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries an IPv4 address
        "3fff::/20",
    )
)

# The rest of IPv6 is loopback, link-local, unique-local, multicast, or carries an IPv4 address (NAT64, ::a.b.c.d).
UNICAST = ipaddress.ip_network("2000::/3")

TEMPORARY = frozenset({socket.EAI_AGAIN, socket.EAI_SYSTEM})


def is_public(address: str) -> bool:
    """Whether a literal IPv4 or IPv6 address belongs to the public internet; False for what is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in NOT_PUBLIC)


def is_literal(host: str) -> bool:
    """Whether a client dials `host` without looking it up; "127.1" and "2130706433" are literals to some of them."""
    return ":" in host or host.replace(".", "").isdigit()


def look_up(host: str, port: int) -> list[str]:
    """The system's answer, `getaddrinfo`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


class Guard:
    """Decides on every connection. `allow` holds exact "host:port" pairs that are dialled wherever they lead.

    A context manager: it owns the threads that wait for the name server.
    """

    def __init__(self, allow: Iterable[str], workers: int, resolve: Resolve = look_up) -> None:
        self._allow = frozenset(entry.lower() for entry in allow)
        self._resolve = resolve
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="look-up")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A look-up cannot be interrupted; nobody has to wait for one whose answer is not wanted any more.
        self._threads.shutdown(wait=False, cancel_futures=True)

    def check_literal(self, host: str, port: int) -> None:
        """Raises `FetchError` (private_address) if `host` is a literal address that may not be dialled."""
        if is_literal(host) and not self._allows(host, port) and not is_public(host):
            raise FetchError("private_address", f"{_place(host, port)} is not a public address")

    async def addresses(self, host: str, port: int) -> list[str]:
        """Literal addresses of a name; raises `FetchError` (dns_unknown, dns_temporary, private_address).

        One address that is not public refuses the whole name: which one is dialled would be chance.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, self._resolve, host, port)
        except UnicodeError as error:
            raise FetchError("dns_unknown", "the host's name is not a possible name") from error
        except OSError as error:
            if error.errno in TEMPORARY:
                raise FetchError("dns_temporary", f"the name server does not answer for {host}") from error
            raise FetchError("dns_unknown", f"there is no host {host}") from error
        if not found:
            raise FetchError("dns_unknown", f"{host} has no address")
        if not self._allows(host, port):
            refused = [address for address in found if not is_public(address)]
            if refused:
                led = f"{_place(host, port)} leads to {refused[0]}"
                raise FetchError("private_address", f"{led}, which is not a public address")
        return list(found)

    def _allows(self, host: str, port: int) -> bool:
        return _place(host, port).lower() in self._allow


def _place(host: str, port: int) -> str:
    """Host and port as `allow` names them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
