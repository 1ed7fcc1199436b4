"""A year of commentary in which every theme makes its debut, to be scripted once and told from chance afterwards.

python tests/benchmarks/year.py [SEED] > year.jsonl, then `amur eval novelty --inject year.jsonl`.

2,000 relevant articles of 40 publishers in three languages, dated through 2026, one JSON object a line: id, date,
publisher, bloc, language, title, text, themes, copy_of. Each of the nineteen themes that come with Amur is unheard of
until its debut, one every seventeen days; then a wave of about fourteen articles in three weeks, then one in a week or
two. The rest is talk of China and Russia that no theme covers, on many small matters; one article in twenty is a copy,
cut at its end. An article is made of sentences that were written for Amur, of which every second one is set aside for
the year, and of talk that is nowhere else (`talk/`): a theme's article is two thirds or more of its statements, talk is
some sentences of what stands together, which is of one matter or two. Little of what was said is said again within two
weeks, or articles would be copies of each other. Whoever judges the year must not learn from the sentences that stand
in it.
"""

from __future__ import annotations

import json
import random
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, pairwise
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
TALK = Path(__file__).parent / "talk"
START = datetime(2026, 1, 1, 6, tzinfo=UTC)
ARTICLES, DAYS = 2_000, 365
DEBUT, BETWEEN = 20, 17  # days: when the first theme makes its debut, and how long it is to the next
WAVE, WAVE_DAYS = 14, 21.0  # articles of a debut, and the days they are spread over, thinning out
TRICKLE = 9.0  # days between later ones, on average
COPIES = 0.05
SENTENCES = (5, 9)  # of a text
STRETCH = (18, 24)  # of the talk, of which a text is some: the next text of the same stretch is another
HEADLINE = {"en": 100, "ru": 100, "zh": 34}  # characters of a statement that may stand as a title
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
    heads = {
        (theme, lang): _dealt([s for s in said if len(s) <= HEADLINE[lang]], chance)
        for theme, by in themes.items()
        for lang, said in by.items()
    }
    talk = {lang: _stretches(said, chance) for lang, said in chatter.items()}
    written = []
    for at, theme in sorted(spoken + idle):
        publisher, bloc, language = chance.choice(houses)
        length, of = chance.randint(*SENTENCES), (theme, language)
        if theme:
            making = chance.randint(-(-2 * length // 3), length)
            title, body = next(heads[of]), [*islice(points[of], making), *islice(next(talk[language]), length - making)]
        else:
            title, *body = sorted(islice(next(talk[language]), length + 1), key=len)
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


def _dealt(sentences: Sequence[str], chance: random.Random) -> Iterator[str]:
    """Sentences in a chance order, each again only after all the others, and in that order: or some came again soon."""
    return cycle(chance.sample(sentences, len(sentences)))


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


def material() -> tuple[Mapping[str, Statements], Statements]:
    """Of each theme every second statement of each language, and talk of the two without a theme, of which every second
    sentence of the background.
    """
    themes = tomllib.loads((ROOT / "flows/defaults/themes.toml").read_text(encoding="utf-8"))["theme"]
    background = tomllib.loads((ROOT / "extractors/data/background.toml").read_text(encoding="utf-8"))
    halves = {t["id"]: {lang: said[1::2] for lang, said in t["statements"].items()} for t in themes}
    talk = {lang: [*said[1::2], *_lines(TALK / f"{lang}.txt")] for lang, said in background["unthemed"].items()}
    return halves, talk


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]


@click.command(help=__doc__)
@click.argument("seed", type=int, default=1)
def main(seed: int) -> None:
    """Write the year to the standard output."""
    for article in year(*material(), seed):
        sys.stdout.write(json.dumps(asdict(article), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
