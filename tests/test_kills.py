from __future__ import annotations

from collections import Counter
from pathlib import Path

from kills import differences, run


def test_a_pass_killed_anywhere_is_finished_by_the_next(tmp_path: Path) -> None:
    """Whatever the moment of the kill, the next pass leaves what an undisturbed run leaves, and everybody is told."""
    said: list[str] = []
    assert run(10, 1969, tmp_path, said.append) == []
    assert len(said) == 11


def test_a_difference_is_seen() -> None:
    """A row that is missing, doubled or altered after a kill does not pass for the same."""
    row, other = ("energy-leverage", "alert"), ("energy-leverage", "cooldown")
    before = {"findings": Counter([row])}
    assert differences(before, {"findings": Counter([row])}) == []
    for after in (Counter[tuple[str, str]](), Counter([row, row]), Counter([other])):
        assert len(differences(before, {"findings": after})) == 1
    assert len(differences(before, {})) == 1
