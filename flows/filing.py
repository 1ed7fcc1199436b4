"""Under which feed history is filed: a stand-in for the configured feed of that site, or for a host of its own. Pure.

Never under the watched feed itself: what that announces later must be found to be its own news.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from extractors.sitemaps import same_site
from flows.feedlist import spoken
from flows.feednames import UNKNOWN, slug
from warehouse.history import StandIn
from warehouse.records import Feed


@dataclass(frozen=True, slots=True)
class Files:
    """What deciding needs: the configured feeds, and whose links lead to which host (without `www.`)."""

    feeds: Sequence[Feed]
    announced: Mapping[str, uuid.UUID]

    def for_address(self, url: str) -> StandIn:
        """The stand-in for the feed of that site: by its host, by what feeds announced, else by hand."""
        host = bare_host(url)
        feed = (
            self._best(feed for feed in self.feeds if bare_host(feed.url) == host)
            or self._best(feed for feed in self.feeds if feed.id == self.announced.get(host))
            or self._best(feed for feed in self.feeds if same_site(feed.url, url))
        )
        return stand_in_for(feed) if feed else _by_hand(host, slug(host), f"https://{host}/")

    def for_names(self, feed: str, publisher: str, url: str) -> StandIn:
        """The stand-in for the feed or publisher of that name; for the address where neither is given, or known."""
        named = self._best(f for f in self.feeds if feed and spoken(f.name) == spoken(feed))
        printed = self._best(f for f in self.feeds if publisher and spoken(f.publisher) == spoken(publisher))
        if found := named or printed:
            return stand_in_for(found)
        if publisher:
            return _by_hand(publisher, slug(publisher), f"https://{bare_host(url)}/")
        return self.for_address(url)

    def _best(self, feeds: Iterable[Feed]) -> Feed | None:
        """One that is switched on, if there is one; the first as configured."""
        return min(feeds, key=lambda feed: not feed.enabled, default=None)


def stand_in_for(feed: Feed) -> StandIn:
    """The feed's stand-in: the same publisher and bloc under another key."""
    return StandIn(
        feed_id=_key(feed.url),
        name=f"{feed.name} (history)",
        url=feed.url,
        publisher=feed.publisher,
        bloc=feed.bloc,
        stance=feed.stance,
        language=feed.language,
        evidence=feed.evidence,
        stands_for=feed.id,
    )


def by_any_key(feeds: Iterable[Feed]) -> dict[uuid.UUID, Feed]:
    """Configured feeds by their own key and by that of their stand-in."""
    return {key: feed for feed in feeds for key in (feed.id, stand_in_for(feed).feed_id)}


def bare_host(url: str) -> str:
    """The host of an address, without `www.`; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def _by_hand(name: str, publisher: str, url: str) -> StandIn:
    return StandIn(_key(f"{name} {url}"), f"by hand: {name}", url, publisher, UNKNOWN)


def _key(of: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"history of {of}")
