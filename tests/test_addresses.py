from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.addresses import is_public
from fetching import feed, fetch_one, fetcher, page
from servers import HttpServer, Reply
from warehouse.records import Request

NOT_PUBLIC = [
    "0.0.0.0",
    "10.1.2.3",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.9",
    "192.168.1.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:3::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "127.1",
    "2130706433",
    "example.org",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public(address: str) -> None:
    """No private, reserved, multicast or translated address counts as public, nor does what is no address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::6810:84e5", "::ffff:8.8.8.8"])
def test_what_is_public(address: str) -> None:
    """Ordinary addresses of the internet are dialled."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_all_its_forms(address: ipaddress.IPv4Address) -> None:
    """Mapped into IPv6 it is as public as it was; embedded in any other way it is refused."""
    number = int(address)
    assert is_public(str(ipaddress.IPv6Address(0xFFFF << 32 | number))) == is_public(str(address))
    for prefix in (0, 0xFFFF << 48, 0x64FF9B << 96):
        assert not is_public(str(ipaddress.IPv6Address(prefix | number)))
    assert not is_public(str(ipaddress.IPv6Address(0x2002 << 112 | number << 80)))


LOCAL_NAMES = [
    "127.0.0.1",
    "localhost",
    "[::ffff:127.0.0.1]",
    "[::1]",
    "2130706433",
    "0x7f.1",
    "127.1",
    "017700000001",
    "0",
    "127.0.0.1.",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "user:secret@127.0.0.1",
]


@pytest.mark.parametrize("name", LOCAL_NAMES)
def test_no_spelling_leads_to_this_machine(name: str) -> None:
    """An address of this machine is refused however it is written, and nothing is dialled."""
    with HttpServer() as canary:
        result = fetch_one(feed(f"http://{name}:{canary.port}/"))
        assert (result.reason, canary.connections) == ("private_address", 0)
        assert "secret" not in result.detail


@pytest.mark.parametrize("url", ["http://example.org\\@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@example.org/"])
def test_the_address_that_is_dialled_decides(url: str) -> None:
    """A URL that reads differently to different parsers reaches nobody."""
    with HttpServer() as canary:
        result = fetch_one(page(url.format(port=canary.port)))
        assert result.reason in {"private_address", "bad_url"}
        assert canary.connections == 0


@pytest.mark.parametrize("kind", [feed, page])
@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/", "//127.1:{port}/", "http://localhost:{port}/api"])
def test_redirects_are_checked_like_first_addresses(kind: Callable[[str], Request], target: str) -> None:
    """A public page that redirects to this machine is not followed; the other server sees no connection."""
    with HttpServer() as canary, HttpServer() as server:
        server.routes["/"] = Reply(302, headers={"Location": target.format(port=canary.port)})
        result = fetch_one(kind(server.url()), [server])
        assert (result.reason, canary.connections, len(server.requests)) == ("private_address", 0, 1)


def test_one_private_address_refuses_the_name() -> None:
    """A name with a public and a private address is refused as a whole."""
    with HttpServer() as canary:
        result = fetch_one(feed(f"http://mixed.test:{canary.port}/"), resolve=lambda *_: ["93.184.216.34", "127.0.0.1"])
        assert (result.reason, canary.connections) == ("private_address", 0)
        assert result.detail == f"mixed.test:{canary.port} leads to 127.0.0.1, which is not a public address"


@pytest.mark.parametrize("address", ["64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "fec0::1", "224.0.0.1"])
def test_names_that_lead_to_disguised_addresses_are_refused(address: str) -> None:
    """What a name resolves to is checked like a literal address."""
    assert fetch_one(feed("http://disguised.test/"), resolve=lambda *_: [address]).reason == "private_address"


def test_a_name_is_looked_up_once_and_that_is_dialled() -> None:
    """A name that changes its address between check and connection gains nothing: one look-up serves one connection."""
    looked_up: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["127.0.0.2"]

    with HttpServer({"/": Reply(body=b"feed")}) as server:
        url = f"http://moving.test:{server.port}/"
        with fetcher(allow=(f"moving.test:{server.port}",), resolve=rebinding) as client:
            first = client.fetch_all([feed(url)])[0]
            assert (first.body, looked_up, server.connections) == (b"feed", ["moving.test"], 1)
            second = client.fetch_all([feed(url)])[0]
            assert (second.reason, len(looked_up)) == ("connect_refused", 2)
    assert server.requests[0].headers["host"] == f"moving.test:{server.port}"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "dns_unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "again"), "dns_temporary"),
        (UnicodeError("label too long"), "dns_unknown"),
    ],
)
def test_names_that_do_not_resolve(error: Exception, reason: str) -> None:
    """A name that does not exist and a name server that does not answer are told apart."""

    def failing(_host: str, _port: int) -> list[str]:
        raise error

    assert fetch_one(feed("http://nowhere.test/"), resolve=failing).reason == reason


def test_the_allow_list_is_exact() -> None:
    """Naming one port of a host opens no other port, and no other name of the same host."""
    with HttpServer({"/": Reply(body=b"feed")}) as server, HttpServer() as other:
        allow = (f"127.0.0.1:{server.port}",)
        urls = [server.url(), other.url(), server.url(host="localhost"), server.url(host="127.1")]
        with fetcher(allow=allow) as client:
            reasons = [answer.reason for answer in client.fetch_all([feed(url) for url in urls])]
        assert reasons == ["", "private_address", "private_address", "private_address"]
        assert other.connections == 0
