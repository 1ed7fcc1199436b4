"""Files of labelled articles, which `amur eval` reads: their articles, or one clear sentence on what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import click

from flows.commands import Trouble

T = TypeVar("T")

labelled_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))

IN_BRACKETS = "In brackets: where 95 % of 1,000 resamples of the articles lie."


def read_articles(file: Path, reader: Callable[[Iterable[str]], list[T]]) -> list[T]:
    """What `reader` makes of the lines of `file`. Raises Trouble where it cannot be read or holds nothing."""
    from extractors.labels import LabelError

    try:
        with file.open(encoding="utf-8-sig") as lines:
            labelled = reader(lines)
    except LabelError as error:
        raise Trouble(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise Trouble(f"{file}: is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    except OSError as error:
        raise Trouble(f"{file}: cannot be read: {error.strerror}") from error
    if not labelled:
        raise Trouble(f"{file}: holds no labelled article: write one JSON object per line")
    return labelled
