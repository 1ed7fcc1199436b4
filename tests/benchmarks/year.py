"""A year of commentary in which every theme makes its debut, to be scripted once and told from chance afterwards.

python tests/benchmarks/year.py [SEED] > year.jsonl, then `amur eval novelty --inject year.jsonl`.

2,000 relevant articles of 40 publishers in three languages, dated through 2026, one JSON object a line: id, date,
publisher, bloc, language, title, text, themes, copy_of. Each of the nineteen themes that come with Amur is unheard of
until its debut, one every seventeen days; then a wave of about fourteen articles in three weeks, then one in a week or
two. The rest is talk of China and Russia that no theme covers, on many small matters; one article in twenty is a copy,
cut at its end. All of it was written for the year, and stands nowhere in Amur: whoever judges it has learnt none of
it. A theme's article is a piece of commentary (`debate/`: twenty of a theme, by as many authors, of whom about half
refer to what set the debate off) and up to three sentences of talk; what talks is some sentences of what stands
together, of one matter or two (`talk/`). Little of what was said is said again within two weeks, or articles would be
copies of each other.
"""

from __future__ import annotations

import json
import random
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle, islice, pairwise
from pathlib import Path
from typing import TypeVar

import click

HERE = Path(__file__).parent
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
ARTICLES, DAYS = 2_000, 365
DEBUT, BETWEEN = 20, 17  # days: when the first theme makes its debut, and how long it is to the next
WAVE, WAVE_DAYS = 14, 21.0  # articles of a debut, and the days they are spread over, thinning out
TRICKLE = 9.0  # days between later ones, on average
COPIES = 0.05
SENTENCES = (5, 9)  # of a text that talks
ASIDE = 3  # sentences of talk at most in a theme's article
STRETCH = (18, 24)  # of the talk, of which a text is some: the next text of the same stretch is another
JOINER = {"en": " ", "ru": " ", "zh": ""}
HOUSES = {  # publishers of a bloc and language
    ("independent", "en"): 13,
    ("china-state", "en"): 3,
    ("russia-state", "en"): 2,
    ("central-asia", "en"): 2,
    ("russia-state", "ru"): 5,
    ("russia-exile", "ru"): 3,
    ("central-asia", "ru"): 2,
    ("independent", "ru"): 2,
    ("china-state", "zh"): 6,
    ("independent", "zh"): 2,
}

Talk = Mapping[str, Sequence[str]]  # sentences by language
Pieces = Mapping[str, Sequence[Sequence[str]]]  # by language; of each the headline and the sentences
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the year, with what it was made of."""

    id: str
    date: str  # ISO, UTC
    publisher: str
    bloc: str
    language: str
    title: str
    text: str
    themes: list[str] = field(default_factory=list)
    copy_of: str = ""


def year(debate: Mapping[str, Pieces], chatter: Talk, seed: int) -> list[Article]:
    """The articles by date; the same seed gives the same year."""
    chance = random.Random(seed)  # noqa: S311  a script, no secret
    spoken = [(at, theme) for n, theme in enumerate(debate) for at in _appearances(DEBUT + n * BETWEEN, chance)]
    copies = int(ARTICLES * COPIES)
    idle = [(chance.uniform(0, DAYS), "") for _ in range(ARTICLES - copies - len(spoken))]
    houses = [
        (f"{bloc}-{language}-{n}", bloc, language) for (bloc, language), many in HOUSES.items() for n in range(many)
    ]
    pieces = {(theme, lang): _dealt(said, chance) for theme, by in debate.items() for lang, said in by.items()}
    tellers = {theme: _dealt(houses, chance) for theme in debate}
    talk = {lang: _stretches(said, chance) for lang, said in chatter.items()}
    written = []
    for at, theme in sorted(spoken + idle):
        publisher, bloc, language = next(tellers[theme]) if theme else chance.choice(houses)
        if theme:
            title, *body = next(pieces[theme, language])
            for aside in islice(next(talk[language]), chance.randint(0, ASIDE)):
                body.insert(chance.randint(0, len(body)), aside)
        else:
            title, *body = sorted(islice(next(talk[language]), chance.randint(*SENTENCES) + 1), key=len)
            chance.shuffle(body)
        text = JOINER[language].join(_ended(sentence, language) for sentence in body)
        dated = (START + timedelta(days=at)).isoformat(timespec="seconds")
        written.append(Article("", dated, publisher, bloc, language, title, text, [theme] if theme else []))
    originals = [replace(article, id=f"y-{n:04}") for n, article in enumerate(written)]
    reprinted = [
        _copied(original, n, [h for h in houses if h[2] == original.language and h[0] != original.publisher], chance)
        for n, original in enumerate(chance.sample(originals, copies))
    ]
    return sorted(originals + reprinted, key=lambda article: (article.date, article.id))


def _appearances(debut: float, chance: random.Random) -> Iterator[float]:
    """The days on which a theme is spoken of: a wave that thins out, then now and then."""
    for n in range(WAVE):
        yield debut + WAVE_DAYS * (n / WAVE) ** 1.5 + chance.uniform(0, 1)
    at = debut + WAVE_DAYS
    while (at := at + chance.expovariate(1 / TRICKLE)) < DAYS:
        yield at


def _dealt(these: Sequence[_One], chance: random.Random) -> Iterator[_One]:
    """In a chance order, each again only after all the others, and in that order: or some came again soon."""
    return cycle(chance.sample(these, len(these)))


def _stretches(chatter: Sequence[str], chance: random.Random) -> Iterator[Iterator[str]]:
    """Stretches of what stands together, one after the other, each of which goes on where it was left."""
    cut, edges = 0, [0]
    while cut < len(chatter):
        cut = min(cut + chance.randint(*STRETCH), len(chatter))
        edges.append(cut)
    stretches = [_dealt(chatter[start:end], chance) for start, end in pairwise(edges) if end - start > SENTENCES[1]]
    return cycle(chance.sample(stretches, len(stretches)))


def _ended(sentence: str, language: str) -> str:
    """With a full stop, where a headline has none."""
    return sentence if sentence[-1] in '.!?…。！？»”"' else sentence + ("。" if language == "zh" else ".")


def _copied(original: Article, n: int, houses: Sequence[tuple[str, str, str]], chance: random.Random) -> Article:
    """What another house of its language prints of it, within two days and without the end."""
    publisher, bloc, language = chance.choice(houses)
    at = datetime.fromisoformat(original.date) + timedelta(hours=chance.uniform(1, 48))
    text = original.text[: int(len(original.text) * chance.uniform(0.8, 1.0))]
    return Article(
        id=f"y-c{n:03}",
        date=at.isoformat(timespec="seconds"),
        publisher=publisher,
        bloc=bloc,
        language=language,
        title=original.title,
        text=text,
        themes=original.themes,
        copy_of=original.id,
    )


def material() -> tuple[Mapping[str, Pieces], Talk]:
    """Of each theme, in the order of its debut, what is written of it; and talk without a theme."""
    themes = tomllib.loads((HERE.parents[1] / "flows/defaults/themes.toml").read_text(encoding="utf-8"))["theme"]
    debate = {
        theme["id"]: {lang: _paragraphs(HERE / "debate" / f"{theme['id']}.{lang}.txt") for lang in JOINER}
        for theme in themes
    }
    talk = {lang: [*chain.from_iterable(_paragraphs(HERE / "talk" / f"{lang}.txt"))] for lang in JOINER}
    return debate, talk


def _paragraphs(path: Path) -> list[list[str]]:
    return [paragraph.splitlines() for paragraph in path.read_text(encoding="utf-8").strip().split("\n\n")]


@click.command(help=__doc__)
@click.argument("seed", type=int, default=1)
def main(seed: int) -> None:
    """Write the year to the standard output."""
    for article in year(*material(), seed):
        sys.stdout.write(json.dumps(asdict(article), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
