"""Keys by which a text is known that a host shows at several addresses. Pure."""

from __future__ import annotations

import uuid

from extractors.targets import host_of


def text_key(host: str, text: str) -> uuid.UUID:
    """uuid5 of host and text: the same text of two hosts is a copy, of one host at three addresses no article's."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{host}\n{text}")


def title_key(title: str) -> uuid.UUID:
    """uuid5 of the letters and digits of a title, in whatever case."""
    return uuid.uuid5(uuid.NAMESPACE_OID, "".join(filter(str.isalnum, title.casefold())))


def bare_host(address: str) -> str:
    """The host of an address, without `www.`."""
    return host_of(address).removeprefix("www.")
