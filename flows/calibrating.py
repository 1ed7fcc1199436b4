"""Calibrate: what people said of single articles moves the thresholds of the themes in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from extractors.calibration import FEWEST, learnt_threshold
from warehouse import calibrations, judgements, theme_verdicts
from warehouse.calibrations import DEFAULT, Threshold
from warehouse.connect import Connection

__all__ = ["FEWEST", "Calibration", "calibrate"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The thresholds in force, those before them, and in how many articles a theme became present or absent."""

    id: str
    thresholds: tuple[Threshold, ...]
    before: dict[str, float]
    changed: int
    waiting: bool = False  # articles with verdicts are still to be judged: nothing was learnt yet

    @property
    def moved(self) -> tuple[Threshold, ...]:
        return tuple(one for one in self.thresholds if one.threshold != self.before.get(one.theme_id, DEFAULT))


def calibrate(con: Connection, taxonomy_id: str, now: datetime) -> Calibration:
    """Learn the thresholds of the themes in use anew, and put them in force where they are others than before.

    A theme whose threshold moved counts as used since `now`: what becomes present thereby raises no alert.
    """
    used_since = judgements.themes_used_since(con, taxonomy_id)
    held = calibrations.calibration(con, taxonomy_id)
    before = {theme: held[theme].threshold if theme in held else DEFAULT for theme in used_since}
    judged = theme_verdicts.judged(con, taxonomy_id)
    if judged is None:
        return Calibration(calibrations.calibration_id(taxonomy_id, before), tuple(held.values()), before, 0, True)
    learnt = []
    for theme, since in sorted(used_since.items()):
        said = judged.get(theme, [])
        threshold = learnt_threshold(said)
        learnt.append(Threshold(theme, threshold, since if threshold == before[theme] else now, len(said)))
    moved = {one.theme_id for one in learnt if one.threshold != before[one.theme_id]}
    id_ = calibrations.calibration_id(taxonomy_id, {one.theme_id: one.threshold for one in learnt})
    changed = 0
    # Every pass asks: what is the same is not written again.
    if moved or {one.theme_id: one.verdicts for one in learnt if one.verdicts} != _counts(held):
        changed = calibrations.save_calibration(con, taxonomy_id, learnt, moved)
    theme_verdicts.learnt(con, taxonomy_id, now)
    return Calibration(id_, tuple(learnt), before, changed)


def _counts(held: dict[str, Threshold]) -> dict[str, int]:
    return {theme: one.verdicts for theme, one in held.items() if one.verdicts}
