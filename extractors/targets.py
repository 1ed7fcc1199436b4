"""Addresses that are dialled: the only place that takes URLs apart (yarl), so that checking and dialling read alike."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from yarl import URL

from extractors.answers import FetchError

URL_CHARS = 8192


@dataclass(frozen=True, slots=True)
class Target:
    """An http or https address without credentials and fragment; `url` is handed to the client as it stands."""

    url: URL

    @property
    def host(self) -> str:
        """The host in ASCII and lower case, an IPv6 address without brackets: what the client looks up or dials."""
        return self.url.raw_host or ""

    @property
    def port(self) -> int:
        """The port, also where the scheme implies it."""
        return self.url.port or 0

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return str(self.url.origin())

    @property
    def without_query(self) -> str:
        """The address without its query, which may hold a key."""
        return str(self.url.with_query(None))

    def redirected(self, location: str) -> Target:
        """Where a redirect leads; raises `FetchError` (redirects, bad_url, bad_scheme)."""
        if not location.strip():
            raise FetchError("redirects", "a redirect does not say where to")
        try:
            return _target(self.url.join(URL(location)))
        except ValueError as error:
            raise FetchError("bad_url", "a redirect leads to an address that cannot be understood") from error


def parsed(text: str) -> tuple[Target, str | None]:
    """A target, and the Authorization header that its credentials make; raises `FetchError` (bad_url, bad_scheme)."""
    try:
        url = URL(text)
        return _target(url), _authorization(url)
    except ValueError as error:
        raise FetchError("bad_url", "the address cannot be understood") from error


def host_of(text: str) -> str:
    """The host of an address as it is dialled; "" for what is no http or https address."""
    try:
        return parsed(text)[0].host
    except FetchError:
        return ""


def _target(url: URL) -> Target:
    if url.scheme and url.scheme not in ("http", "https"):
        raise FetchError("bad_scheme", f"the address is {url.scheme}:, neither http: nor https:")
    if not url.scheme or not url.raw_host or not url.port or len(str(url)) > URL_CHARS:
        raise FetchError("bad_url", "the address has no host, no usable port, or no end")
    return Target(url.with_user(None).with_fragment(None))


def _authorization(url: URL) -> str | None:
    """RFC 7617 in UTF-8: aiohttp's own would fail on what is not Latin-1."""
    if url.user is None and url.password is None:
        return None
    return "Basic " + base64.b64encode(f"{url.user or ''}:{url.password or ''}".encode()).decode()
