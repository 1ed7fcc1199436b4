"""The doctor's checks all together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from casework import case_of
from flows.checks import Case, Check, Finding, Level, look_at, ok


def test_a_check_that_crashes_is_a_finding(tmp_path: Path) -> None:
    """Whatever one check raises, the others have their say."""

    def broken(_: Case) -> Iterable[Finding]:
        raise ZeroDivisionError("by nothing")

    results = list(look_at(case_of(tmp_path), [Check("g", "one", broken), Check("g", "two", lambda _: [ok("fine")])]))
    assert [(r.check, r.level) for r in results] == [("one", Level.TROUBLE), ("two", Level.OK)]
    assert "ZeroDivisionError: by nothing" in results[0].said
