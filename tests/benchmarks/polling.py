"""A month of polling two hundred feeds of different habits, beside an oracle that knows each feed's true mean rate.

    python tests/benchmarks/polling.py [--seed 1] [--feeds 200] [--days 30]

No network and no clock: the rules of `extractors.polling` are asked as in a pass every ten minutes, and get entries
with their dates. The oracle polls each feed at a constant interval of c ÷ its true mean rate, between ten minutes and a
day; c is such that the median delay over all entries, from publication to poll, is the same. Then requests are
compared. Entries are missed where more of them come between two polls than the feed shows; the oracle is taken to miss
none.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the simulation is the tests'

from month_of_feeds import Tally, match, month, oracle, world


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--days", type=int, default=30)
    asked = parser.parse_args()
    feeds = world(asked.seed, asked.feeds, asked.days)
    ours = month(feeds, asked.days)
    c = match(feeds, asked.days, ours.median)
    theirs = oracle(feeds, asked.days, c)
    say = sys.stdout.write
    missed = len(theirs.delays) - len(ours.delays)
    say(f"seed {asked.seed}, {len(feeds)} feeds, {asked.days} days, {len(theirs.delays)} entries, {missed} missed; ")
    say(f"the oracle's c: {c:.2f}\n\n")
    say(f"{'':<24}{'':>6}{'':>9}{'requests':>17}{'':>8}{'median delay, min':>19}\n")
    say(f"{'habit':<24}{'feeds':>6}{'entries':>9}{'Amur':>9}{'oracle':>8}{'ratio':>8}{'Amur':>10}{'oracle':>9}\n")
    for habit in dict.fromkeys(feed.habit for feed in feeds):
        count = sum(feed.habit == habit for feed in feeds)
        say(_row(habit, count, ours.of(habit), theirs.of(habit)))
    say(_row("all", len(feeds), ours, theirs))


def _row(name: str, count: int, ours: Tally, theirs: Tally) -> str:
    delays = [f"{tally.median:.0f}" if tally.delays else "-" for tally in (ours, theirs)]
    return (
        f"{name:<24}{count:>6}{len(theirs.delays):>9}{ours.requests:>9}{theirs.requests:>8}"
        f"{ours.requests / theirs.requests:>8.2f}{delays[0]:>10}{delays[1]:>9}\n"
    )


if __name__ == "__main__":
    main()
