"""Finding the feeds of a site: what its page links is asked first, then the places where its platform and others keep
them. Each candidate is fetched and parsed: what is found is a feed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from extractors.discovery import MOST_LINKS, Candidate, is_comments, own_places, usual_places
from extractors.samples import Sample
from flows.asking import Answer, Asker
from flows.feednames import host_of, identity
from flows.secrets import shows_credentials


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, where it is, and how it was come by."""

    url: str
    how: str
    sample: Sample

    @property
    def comments(self) -> bool:
        """Whether it is the feed of what readers say."""
        return is_comments(Candidate(self.url, self.how, self.sample.title))


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the address itself gave, and every feed that was found by it, in the order of trying."""

    first: Answer
    found: tuple[Found, ...]
    tried: int = 0  # addresses besides the first


def discover(asker: Asker, url: str, say: Callable[[str], None]) -> Discovery:
    """The feeds of the site at `url`; `say` is told what goes on, as it may take a while."""
    (first,) = asker.ask([url])
    if first.sample:
        moved = first.fetch.redirects_to
        at = moved if moved and not shows_credentials(moved) else url
        return Discovery(first, (Found(at, "address", first.sample),))
    if first.fetch.status is None:  # nobody is there
        return Discovery(first, ())
    at = first.fetch.final_url or url
    page = asker.page(first.fetch) if first.fetch.body else None
    rounds = [page.candidates, own_places(at, page.platform)] if page else []
    tried = {identity(url)}
    for candidates in (*rounds, usual_places(at)):
        fresh = {identity(candidate.url): candidate for candidate in reversed(candidates)}
        chosen = [fresh[key] for key in reversed(fresh) if key not in tried][:MOST_LINKS]
        tried.update(fresh)
        found = _verified(asker, chosen, say)
        if found:
            return Discovery(first, found, len(tried) - 1)
    return Discovery(first, (), len(tried) - 1)


def distinct(found: Sequence[Found]) -> tuple[Found, ...]:
    """One feed of those that announce the same (a site's RSS and its Atom), without those of comments."""
    kept: list[Found] = []
    for feed in found:
        same = any(feed.sample.articles and feed.sample.articles == other.sample.articles for other in kept)
        if not feed.comments and not same:
            kept.append(feed)
    return tuple(kept)


def _verified(asker: Asker, candidates: Sequence[Candidate], say: Callable[[str], None]) -> tuple[Found, ...]:
    if candidates:
        hosts = ", ".join(dict.fromkeys(host_of(candidate.url) for candidate in candidates))
        places = "1 address" if len(candidates) == 1 else f"{len(candidates)} addresses"
        say(f"Asking {places} at {hosts} …")
    answers = asker.ask([candidate.url for candidate in candidates])
    pairs = zip(candidates, answers, strict=True)
    return tuple(Found(c.url, c.how, answer.sample) for c, answer in pairs if answer.sample)
