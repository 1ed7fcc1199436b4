"""Labelled articles, one JSON object a line: values, or a sentence on what is wrong with the line. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ALL = "all"  # the languages together


class LabelError(Exception):
    """A line of a file of labelled articles cannot be used: which one (from 1), and why."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


def row(number: int, line: str, expected: str) -> dict[str, Any]:
    """The object on a line; `expected` says in words what it should hold."""
    try:
        found = json.loads(line)
    except ValueError as error:
        raise LabelError(number, f"is not JSON: {error}") from error
    except RecursionError as error:
        raise LabelError(number, "is nested too deeply") from error
    if not isinstance(found, dict):
        raise LabelError(number, f"is no JSON object: write {{…}} with {expected}")
    return found


def text(number: int, row: Mapping[str, object], key: str, *, needed: bool = True) -> str:
    """A text of the object; "" where it may be missing and is."""
    value = row.get(key)
    if value is None and not needed:
        return ""
    if isinstance(value, str):
        return value
    raise LabelError(number, f'"{key}" {instead(row, key)}: give a text in quotes')


def instead(row: Mapping[str, object], key: str) -> str:
    """What stands where something else should."""
    if key not in row:
        return "is missing"
    shown = json.dumps(row[key], ensure_ascii=False)
    return f"is {shown if len(shown) <= 40 else shown[:39] + '…'}"  # noqa: PLR2004  enough to recognise it
