"""What to do about a feed that cannot be had, by the reason that is stored of it."""

from __future__ import annotations

_DISCOVER = "look for its new address with `amur feeds discover SITE`"
_SEARCH = "look for a link called RSS or Feed on its site"
_PAUSE = ", or pause it"
_LOOK = _DISCOVER + _PAUSE
_LATER = "this often passes by itself: try again later"
_OURS = "check its address; if that is on this machine or in your network, add it to allow under [fetch] in amur.toml"
_LED = (
    f"its server leads us into a private network, where only addresses you give are asked: tell its publisher{_PAUSE}"
)
_BROKEN = f"its publisher has to mend that: tell him{_PAUSE}"

ADVICE = {
    "bad_scheme": "give an address that begins with https:// or http://",
    "bad_url": "correct its address",
    "bot_challenge": "it is for browsers only: ask its publisher to let feed readers in" + _PAUSE,
    "connect_refused": "check its address, or try again later",
    "connection_reset": _LATER,
    "dns_temporary": "check this machine's name server, and try again",
    "dns_unknown": "check the spelling of its host",
    "deadline": "raise deadline under [fetch] in amur.toml, or try again later",
    "empty_body": _LATER,
    "forbidden": "give contact under [fetch] in amur.toml, so that its publisher can see who asks" + _PAUSE,
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


def advice(reason: str, *, listed: bool = True, redirected: bool = False) -> str:
    """What a user can do about `reason`, as a clause.

    `listed`: the feed is in feeds.toml, rather than one that `amur feeds add` or `discover` looked for in vain.
    `redirected`: it was met after a redirect, at an address that its user never gave.
    """
    what = _LED if redirected and reason == "private_address" else ADVICE.get(reason, _BROKEN)
    return what if listed else what.replace(_DISCOVER, _SEARCH).removesuffix(_PAUSE)
