"""What a pass shows while it runs, where standard error is no terminal."""

from __future__ import annotations

import re

import pytest

from flows.commands.progress import watching


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines so far, without their rates."""
    return re.sub(r" \([\d,.]+/s\)", "", capsys.readouterr().err).splitlines()


def test_one_line_per_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """A verb has one line, however many batches it came in, and has it before the next verb works."""
    with watching() as watch:
        for size in (100, 100, 50):
            watch.begin("read", size)
            for item in range(size):
                watch.advance("read", failed=item == 7)
        assert shown(capsys) == []
        watch.begin("judge", 2)
        assert shown(capsys) == ["articles read: 250 of 250, 3 by what their feed says of them"]
        watch.advance("judge")
        watch.advance("judge", failed=True)
    assert shown(capsys) == ["articles judged: 2 of 2, 1 failed"]


def test_a_pass_that_breaks_off(capsys: pytest.CaptureFixture[str]) -> None:
    """What was done until an error is told; a verb that had nothing to do is not mentioned."""

    def break_off() -> None:
        with watching() as watch:
            watch.begin("poll", 0)
            watch.begin("collect", 3)
            watch.advance("collect")
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011  our own, two lines up
        break_off()
    assert shown(capsys) == ["pages fetched: 1 of 3"]
