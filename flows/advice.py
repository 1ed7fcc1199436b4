"""What to do about a feed that cannot be had, by the reason that is stored of it."""

from __future__ import annotations

_LOOK = "look for its new address with `amur feeds discover SITE`, or pause it"
_LATER = "this often passes by itself: try again later"
_OURS = "check its address; if it is on this machine or in your network, add it to allow under [fetch] in amur.toml"
_BROKEN = "its publisher has to mend that: tell him, or pause it"

ADVICE = {
    "bad_scheme": "give an address that begins with https:// or http://",
    "bad_url": "correct its address",
    "bot_challenge": "it is for browsers only: ask its publisher to let feed readers in, or pause it",
    "connect_refused": "check its address, or try again later",
    "connection_reset": _LATER,
    "dns_temporary": "check this machine's name server, and try again",
    "dns_unknown": "check the spelling of its host",
    "deadline": "raise deadline under [fetch] in amur.toml, or try again later",
    "empty_body": _LATER,
    "forbidden": "give contact under [fetch] in amur.toml, so that its publisher can see who asks, or pause it",
    "gone": _LOOK,
    "html_not_feed": _LOOK,
    "not_a_feed": _LOOK,
    "not_found": _LOOK,
    "private_address": _OURS,
    "rate_limited": "wait: it is asked less often from now on",
    "redirects": _LOOK,
    "timeout": _LATER,
    "tls": _BROKEN,
    "too_large": "raise feed_bytes under [fetch] in amur.toml",
    "truncated": _LATER,
    "unauthorized": "put its credentials into the address as ${NAME}, with NAME=… in .env",
    "unavailable": _LATER,
}


def advice(reason: str) -> str:
    """What a user can do about `reason`, as a clause."""
    return ADVICE.get(reason, _BROKEN)
