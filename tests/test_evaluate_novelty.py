"""How alerts on a labelled stream are judged, and what `amur eval novelty` makes of a stream."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from extractors import evaluate_novelty, novelty_baselines, novelty_runs
from extractors.first_stories import average_precision
from extractors.labels import LabelError
from extractors.novelty_stream import (
    MEASURED,
    TUNED,
    Alert,
    StreamItem,
    figures,
    judge,
    known_stories,
    new_stories,
    read_stream,
)
from flows.commands import amur

DAY = timedelta(days=1)
FIRST = MEASURED.first


def item(n: int, day: date, story: str, text: str = "A dam bursts.") -> StreamItem:
    return StreamItem(f"i{n:03}", day, text, story, f"outlet-{n % 4}")


def line(**changes: object) -> str:
    return json.dumps({"date": "2022-02-01", "text": "A dam.", "headings": ["Dam", "Flood"], "outlet": "a"} | changes)


def flood() -> list[StreamItem]:
    return [item(n, FIRST + n * DAY, "Flood") for n in range(6)]


def test_a_line_is_an_item() -> None:
    """The story is the first heading; an item without one has none."""
    first, second = read_stream([line(date="2022-02-02"), "", line(headings=[])])
    assert (first.day, first.story, second.story) == (FIRST, "", "Dam")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "yesterday"}, '"date" is "yesterday"'),
        ({"headings": "Dam"}, '"headings" is "Dam"'),
        ({"outlet": 7}, '"outlet" is 7'),
        ({"text": None}, '"text" is null'),
    ],
)
def test_a_wrong_line_is_named(changes: dict[str, object], said: str) -> None:
    """What a line lacks is said with its number."""
    with pytest.raises(LabelError, match="line 2") as error:
        read_stream([line(), line(**changes)])
    assert said in str(error.value)


def test_a_new_story_gathers() -> None:
    """It is first seen in the span, and has five items within fourteen days at some time."""
    slow = [item(10 + n, FIRST + 5 * n * DAY, "Trial") for n in range(5)]
    old = [item(20, FIRST - DAY, "War"), *(item(21 + n, FIRST, "War") for n in range(5))]
    assert new_stories([*flood(), *slow, *old], MEASURED) == {"Flood": FIRST}
    assert known_stories([item(n, FIRST, "War") for n in range(8)], FIRST - DAY) == []
    assert known_stories([item(n, FIRST, "War") for n in range(8)], FIRST) == [list(range(8))]


def test_alerts_are_true_once() -> None:
    """True is the first alert on a new story; a repeat, an old story and a mixed cluster are false."""
    items = [*flood(), *(item(10 + n, FIRST, "") for n in range(3)), item(20, FIRST, "Small"), item(21, FIRST, "Other")]
    alerts = [
        Alert(3, (0, 1, 2, 3)),
        Alert(5, (4, 5)),  # a repeat
        Alert(8, (6, 7, 8)),  # no story
        Alert(9, (9,)),  # never gathers
        Alert(10, (0, 9, 10)),  # mixed
    ]
    judged = judge(alerts, items, MEASURED)
    assert [one.true for one in judged] == [True, False, None, False, False]
    found = figures(judged, new_stories(items, MEASURED))
    assert found == {
        "strict_precision": 0.25,
        "recall": 1.0,
        "median_delay_items": 4,
        "alerts": 4,
        "apart": 1,
    }


def test_average_precision() -> None:
    """Of two firsts, ranked first and third."""
    ranked = average_precision(np.array([0.9, 0.8, 0.7, 0.1]), np.array([True, False, True, False]))
    assert ranked == pytest.approx((1 + 2 / 3) / 2)


def test_names_are_terms() -> None:
    """What begins with capitals is a name, but for the first word of a sentence."""
    terms = novelty_runs.named_terms("Floods hit the city of Derna. Libyan Red Crescent says that thousands died.")
    assert {"@derna", "@libyan red crescent", "floods", "thousands"} <= set(terms)
    assert not {"the", "that", "@floods"} & set(terms)


def test_the_nearest_neighbour() -> None:
    """An item like one of the past fourteen days is not new; what is older is forgotten."""
    items = [item(n, FIRST + days * DAY, "", text) for n, (days, text) in enumerate(STREAM)]
    novelty = novelty_baselines.nearest_before(items)
    assert novelty[0] == 1
    assert novelty[1] < 0.9
    assert novelty[2] == 1


STREAM = ((0, "A dam bursts in Derna"), (1, "The dam of Derna"), (40, "A dam bursts"))


def encode(texts: Sequence[str]) -> np.ndarray:
    """Each word stands in a direction of its own."""
    vectors = np.full((len(texts), 64), 0.01, np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            vectors[row, sum(map(ord, word)) % 64] += 1
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def small_stream() -> list[StreamItem]:
    """Chatter all the time, and in each span one new story in words of its own."""
    chatter = ("Markets fall again", "Talks on trade resume", "Cases of the virus rise", "A match ends in a draw")
    days = [date(2020, 6, 1) + n * DAY for n in range(40)] + [FIRST - 20 * DAY + n * DAY for n in range(60)]
    items = [item(n, day, "", f"{chatter[n % 4]} {n % 7}") for n, day in enumerate(days)]
    for first, story in ((TUNED.first + 5 * DAY, "Zorp quake"), (FIRST + 20 * DAY, "Wexford flood")):
        items += [
            item(len(items) + n, first + n * DAY, story, f"{story} kills dozens in Karst, {story} rescue")
            for n in range(6)
        ]
    return sorted(items, key=lambda one: (one.day, one.id))


def test_a_small_stream() -> None:
    """Everything is measured in one run, with the same keys for all, and Amur finds the new story."""
    report = evaluate_novelty.evaluate(small_stream(), encode)
    keys = {"strict_precision", "recall", "median_delay_items", "alerts", "first_story_ap"}
    assert all(keys <= set(found) for found in (report, report["baseline"], report["registry_baseline"]))
    assert report["new_stories"] == 1
    assert report["recall"] == 1
    assert set(report["intervals"]["at_baseline_recall"]) >= {"precision_ratio", "recall_ratio"}
    gain = report["intervals"]["first_story_ap"]["difference"]
    assert gain["value"] == report["first_story_ap"] - report["baseline"]["first_story_ap"]
    assert gain["interval"][0] <= gain["value"] <= gain["interval"][1]
    assert report == evaluate_novelty.evaluate(small_stream(), encode)


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(amur, ["eval", "novelty", *arguments])


def test_misuse(tmp_path: Path) -> None:
    """One file is wanted, and one that can be read."""
    assert "--stream FILE or --inject FILE" in ask().stderr
    file = tmp_path / "stream.jsonl"
    file.write_text('{"date": "2022-02-01"}\n', encoding="utf-8")
    found = ask("--stream", str(file))
    assert (found.exit_code, "line 1" in found.stderr) == (2, True)
    assert "--theme goes with --inject" in ask("--stream", str(file), "--theme", "x").stderr
