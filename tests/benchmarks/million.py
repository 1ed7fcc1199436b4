"""What comparing and deciding cost in an archive of a million articles, and in one of ten thousand.

python tests/benchmarks/million.py [FOLDER [PASSES]]. Both archives are the same in the last hundred days: a hundred
articles a day, one in twenty relevant, with all that comes with them. The large one goes back ten years more, half of
it back-filled. A pass brings a hundred new articles; what is timed is one article's share of `compare_and_decide`, from
opening the file to the commit: by the clock, and in processor time, which a busy machine does not stretch. With a
folder the archives are kept there and used again.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import click
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from archive import PAPERS, RELEVANT, build, sense_of, stock, vector_of, words_of

from desk import write_settings
from extractors.fingerprint import fingerprint
from flows.house import House, Pass, open_house
from flows.judging import compare_and_decide
from flows.modelfile import learn_themes
from flows.settings import load
from warehouse import articles, judgements, passes
from warehouse.passes import PassRecord
from warehouse.records import Article, Evidence, Judgement, Passage, Residual, Score, Taxonomy

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
SMALL, LARGE = 10_000, 1_000_000
ARRIVALS, PASSES, WARM = 100, 12, 2
PACE = timedelta(minutes=10)


@dataclass(slots=True)
class Taken:
    """Milliseconds for each article, pass by pass."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def house_of(folder: Path, size: int) -> House:
    """A house whose warehouse holds so many articles; made once."""
    place = folder / str(size)
    made = (place / "data").exists()
    settings = load(write_settings(place, "", "".join(map(_feed_toml, range(len(PAPERS))))), {})
    with open_house(settings) as house:  # nothing is fetched or judged: it may be closed
        if not made:
            since = time.perf_counter()
            with house.store.transaction() as con:
                build(con, settings.taxonomy, size, NOW)
            with house.store.exclusive():
                megabytes = house.store.live.stat().st_size / 1e6
            click.echo(f"{size:>9,} articles made in {time.perf_counter() - since:.0f} s: {megabytes:.0f} MB")
        learn_themes(house, Pass(NOW, PassRecord(uuid.uuid4(), NOW)))
    return house


def _feed_toml(n: int) -> str:
    feed = PAPERS[n]
    where = f'name = "{feed.name}"\nurl = "{feed.url}"\n'
    return f'[[feed]]\n{where}publisher = "{feed.publisher}"\nbloc = "{feed.bloc}"\n\n'


def arrive(house: House, number: int, at: datetime) -> None:
    """A hundred new articles, judged."""
    rng = np.random.default_rng(number)
    words = np.array(stock().split())
    texts = [" ".join(rng.choice(words, 400)) for _ in range(ARRIVALS)]
    made = [_article(f"{at:%Y/%m/%d/%H-%M}-{n}", text, at - n * timedelta(minutes=5)) for n, text in enumerate(texts)]
    with house.store.transaction() as con:
        articles.save_articles(con, made)
        judgements.save_judgements(con, [_judgement(n, a, house.settings.taxonomy, rng) for n, a in enumerate(made)])


def _article(name: str, text: str, at: datetime) -> Article:
    text = ". ".join(text[i : i + 90] for i in range(0, len(text), 90))
    url = f"https://new.example/{name}"
    return Article(
        id=uuid.uuid5(uuid.NAMESPACE_URL, url),
        url=url,
        feed_id=random.Random(name).choice(PAPERS).id,  # noqa: S311  any will do
        title=f"New {name}",
        author="",
        published_at=at,
        dated_at=at,
        first_seen_at=at,
        read_at=at,
        baseline=False,
        language="en",
        text=text,
        text_source="page",
        reason="",
        fingerprint=fingerprint(text),
        page_hash=None,
        genre="news",
    )


def _judgement(n: int, article: Article, taxonomy: Taxonomy, rng: np.random.Generator) -> Judgement:
    about = article.id, taxonomy.id, article.read_at
    if n % RELEVANT:
        return Judgement(*about, False, 0.0, "names no side", 40, 0, (), ())
    evidence = (Evidence(article.text[:160], 0, 160, False, "pipeline gas", "strong", 1.0),)
    scores = tuple(Score(taxonomy.themes[t].id, 0.6, True, evidence) for t in rng.choice(19, 2, replace=False))
    words, weights = words_of(rng)
    passages = (Passage(article.text[:160], 0, 160, False),)
    residual = Residual(vector_of(rng), tuple(zip(words, weights, strict=True)), passages, 0.5)
    return Judgement(*about, True, 0.9, "", 40, 5, scores, (), residual, sense_of(rng))


def timed_pass(house: House, now: datetime, taken: Taken) -> None:
    """One pass over a hundred new articles."""
    arrive(house, int(now.timestamp()), now)
    this = Pass(now, PassRecord(uuid.uuid4(), now))
    clock, processor = time.perf_counter(), time.process_time()
    compare_and_decide(house, this)
    taken.clock.append(1000 * (time.perf_counter() - clock) / ARRIVALS)
    taken.processor.append(1000 * (time.process_time() - processor) / ARRIVALS)
    with house.store.transaction() as con:
        passes.finish(con, replace(this.record, finished_at=now, outcome="complete"))


def main(folder: Path, times: int) -> None:
    """Print what an article costs in both archives, pass by pass in turn, and the ratio."""
    houses = {size: house_of(folder, size) for size in (SMALL, LARGE)}
    taken = {size: Taken() for size in houses}
    with houses[LARGE].store.transaction() as con:  # archives that are used again have had passes
        begun: datetime = con.execute("SELECT max(dated_at) FROM articles").fetchall()[0][0]
    for number in range(1, WARM + times + 1):
        for size, house in houses.items():
            timed_pass(house, begun + number * PACE, taken[size])
    for what in ("clock", "processor"):
        small, large = (getattr(taken[size], what)[WARM:] for size in (SMALL, LARGE))
        for size, spent in ((SMALL, small), (LARGE, large)):
            spread = f"{min(spent):.2f} to {max(spent):.2f}"
            click.echo(f"{what:>9}: {median(spent):6.2f} ms an article among {size:>9,} ({spread})")
        click.echo(f"{what:>9}: ratio of the medians {median(large) / median(small):.2f}")


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    main(where, int(sys.argv[2]) if len(sys.argv) > 2 else PASSES)
