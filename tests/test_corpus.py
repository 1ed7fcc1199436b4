from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractors.corpus import Dated, read_corpus
from extractors.labels import LabelError

LINE = {"date": "2026-03-02T10:00:00+08:00", "publisher": "Alpha", "text": "Китай и Россия подписали договор о реке."}


def read(*rows: dict[str, object]) -> list[Dated]:
    return read_corpus(json.dumps(row, ensure_ascii=False) for row in rows)


def test_what_is_missing_is_made_up_for() -> None:
    """A zone is turned to UTC, the language told from the text, a publisher without a bloc is of an unknown one."""
    (one,) = read(LINE)
    assert one.at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert (one.bloc, one.language, one.title, one.themes) == ("unknown", "ru", "", None)


def test_articles_come_by_date() -> None:
    """However the file is sorted; a date alone is that day's beginning in UTC; an empty line is none."""
    early = {**LINE, "date": "2026-01-01", "themes": ["water"]}
    lines = [json.dumps(LINE), "", json.dumps(early)]
    assert [one.at.day for one in read_corpus(lines)] == [1, 2]
    assert read_corpus(lines)[0].themes == frozenset({"water"})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date": "yesterday"}, 'line 1: "date" is "yesterday": give a date such as'),
        ({"date": None}, '"date" is null'),
        ({"publisher": " "}, '"publisher" is empty'),
        ({"text": 3}, '"text" is 3: give a text in quotes'),
        ({"themes": "water"}, '"themes" is "water": give a list of theme ids'),
        ({"themes": [1]}, '"themes" is [1]'),
    ],
)
def test_a_bad_line_is_named(change: dict[str, object], said: str) -> None:
    """Which line, what stands there, and what should."""
    with pytest.raises(LabelError) as caught:
        read({**LINE, **change})
    assert said in str(caught.value)
