"""A year of commentary in which every theme makes its debut, to be scripted once and told from chance afterwards.

python tests/benchmarks/year.py [SEED] > year.jsonl, then `amur eval novelty --inject year.jsonl`.

2,000 relevant articles of 40 publishers in three languages, dated through 2026, one JSON object a line: id, date,
publisher, bloc, language, title, text, themes, copy_of. Each of the nineteen themes that come with Amur is unheard of
until its debut, one every seventeen days; then a wave of about fourteen articles in three weeks, then one in a week or
two. The rest is talk of China and Russia that no theme covers, on many small matters; one article in twenty is a copy,
cut and under another title. An article is made of sentences that were written for Amur, of which every second one is
set aside for the year: a theme's article is two thirds or more of its statements, talk is of one stretch of the
background, where what stands together is of one matter. Every article is somebody's notes on the two states, and says
so. No sentence is said again before all the others were, and then under another date, or articles would be copies of
each other. Whoever judges the year must not learn from the sentences that stand in it.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
ARTICLES, DAYS = 2_000, 365
DEBUT, BETWEEN = 20, 17  # days: when the first theme makes its debut, and how long it is to the next
WAVE, WAVE_DAYS = 14, 21.0  # articles of a debut, and the days they are spread over, thinning out
TRICKLE = 9.0  # days between later ones, on average
COPIES = 0.05
SENTENCES = (5, 9)  # of a text
STRETCH = (12, 18)  # of the background, of which a text is some: the next text of the same stretch is another
HEADLINE = {"en": 100, "ru": 100, "zh": 34}  # characters of a statement that may stand as a title
END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])(?=.)")  # of a sentence, where another follows
NOTEBOOKS = {
    "en": "China and Russia, from the notes of {day}",
    "ru": "Россия и Китай, из записей {day}",
    "zh": "{day}的中俄笔记",
}
DATED = {"en": "{day}: ", "ru": "{day}: ", "zh": "{day}，"}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
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

Statements = Mapping[str, Sequence[str]]  # by language


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


def year(themes: Mapping[str, Statements], chatter: Statements, seed: int) -> list[Article]:
    """The articles by date; the same seed gives the same year."""
    chance = random.Random(seed)  # noqa: S311  a script, no secret
    spoken = [(at, theme) for n, theme in enumerate(themes) for at in _appearances(DEBUT + n * BETWEEN, chance)]
    copies = int(ARTICLES * COPIES)
    idle = [(chance.uniform(0, DAYS), "") for _ in range(ARTICLES - copies - len(spoken))]
    houses = [
        (f"{bloc}-{language}-{n}", bloc, language) for (bloc, language), many in HOUSES.items() for n in range(many)
    ]
    points = {(theme, lang): _dealt(said, chance) for theme, by in themes.items() for lang, said in by.items()}
    talk = {lang: _stretches(said, chance) for lang, said in chatter.items()}
    written, said = [], set[str]()
    for at, theme in sorted(spoken + idle):
        publisher, bloc, language = chance.choice(houses)
        tell = _telling(said, language, chance)
        title, body = _written(points.get((theme, language)), talk[language], language, chance)
        told = [NOTEBOOKS[language].format(day=_day(language, chance)), *map(tell, body)]
        text = JOINER[language].join(_ended(sentence, language) for sentence in told)
        dated = (START + timedelta(days=at)).isoformat(timespec="seconds")
        written.append(Article("", dated, publisher, bloc, language, tell(title), text, [theme] if theme else []))
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


def _dealt(sentences: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Sentences in a chance order, each again only after all the others."""
    while True:
        yield from chance.sample(sentences, len(sentences))


def _stretches(chatter: Sequence[str], chance: random.Random) -> Iterator[Sequence[str]]:
    """Stretches of what stands together, each sentence again only after all the others."""
    while True:
        cut, edges = chance.randrange(STRETCH[0]), []
        while cut < len(chatter):
            edges.append(cut)
            cut += chance.randint(*STRETCH)
        stretches = [chatter[start:end] for start, end in pairwise(edges)]
        yield from chance.sample(stretches, len(stretches))


def _written(
    theme: Iterator[str] | None, talk: Iterator[Sequence[str]], language: str, chance: random.Random
) -> tuple[str, list[str]]:
    """A title and sentences, of a theme or of a stretch of talk."""
    length = chance.randint(*SENTENCES)
    if theme:
        title = next(s for s in theme if len(s) <= HEADLINE[language])
        making = chance.randint(-(-2 * length // 3), length)
        body = [next(theme) for _ in range(making)] + chance.sample(next(talk), length - making)
        chance.shuffle(body)
    else:
        title, *body = sorted(chance.sample(next(talk), length + 1), key=len)
        chance.shuffle(body)
    return title, body


def _telling(said: set[str], language: str, chance: random.Random) -> Callable[[str], str]:
    """Puts a day before what was said before, so that its words were not printed yet."""

    def told(sentence: str) -> str:
        new = sentence
        while new in said:
            new = DATED[language].format(day=_day(language, chance)) + sentence
        said.add(new)
        return new

    return lambda sentences: JOINER[language].join(map(told, END.split(sentences)))


def _day(language: str, chance: random.Random) -> str:
    """Any day of a year: were it the article's own, articles of one week would resemble each other by it."""
    at = START + timedelta(days=chance.randrange(DAYS))
    return f"{at.month}月{at.day}日" if language == "zh" else f"{at.day} {MONTHS[language].split()[at.month - 1]}"


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


def material() -> tuple[Mapping[str, Statements], Statements]:
    """Of each theme every second statement of each language, and as much of what speaks of the two without a theme."""
    themes = tomllib.loads((ROOT / "flows/defaults/themes.toml").read_text(encoding="utf-8"))["theme"]
    background = tomllib.loads((ROOT / "extractors/data/background.toml").read_text(encoding="utf-8"))
    halves = {t["id"]: {lang: said[1::2] for lang, said in t["statements"].items()} for t in themes}
    return halves, {lang: said[1::2] for lang, said in background["unthemed"].items()}


@click.command(help=__doc__)
@click.argument("seed", type=int, default=1)
def main(seed: int) -> None:
    """Write the year to the standard output."""
    for article in year(*material(), seed):
        sys.stdout.write(json.dumps(asdict(article), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
