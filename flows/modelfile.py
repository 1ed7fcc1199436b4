"""Where what was learnt of the themes is kept, and learning it before it is needed."""

from __future__ import annotations

import os
from pathlib import Path

from extractors import exemplars
from extractors.workers import Failed
from flows.house import House, Pass

LEARNING = 600.0  # seconds; a thousand statements take about three, on a busy machine many times that


def models_folder(data: Path | None = None) -> Path:
    """The folder of what was learnt: `$AMUR_CACHE`, else in the data folder, else the user's own cache."""
    if named := os.environ.get("AMUR_CACHE"):
        return Path(named)
    if data:
        return data / "models"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "amur"


def model_of(house: House) -> Path | None:
    """Where the model of the configured themes is, or will be; None where they are known by their phrases alone."""
    return exemplars.model_file(house.settings.taxonomy, house.models or models_folder(house.settings.data))


def learn_themes(house: House, this: Pass) -> bool:
    """Learn the configured themes, unless that was done before; False, with a note, where that failed.

    In a worker: it takes some hundred megabytes for some seconds.
    """
    path = model_of(house)
    if path is None or path.exists():
        return True
    taxonomy = house.settings.taxonomy
    house.watch.begin("learn", 1)
    (result,) = house.workers.map(exemplars.prepare, [(taxonomy, path.parent)], LEARNING)
    house.watch.advance("learn", failed=isinstance(result, Failed))
    if isinstance(result, Failed):
        this.notes.append(
            f"The themes could not be learnt from their statements ({result.reason}: {result.detail}), so nothing was "
            f"judged; the next pass tries again. Is there room, and may Amur write, in {path.parent}?"
        )
        return False
    return True
