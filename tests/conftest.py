"""What every test may rely on."""

from __future__ import annotations

import os
import signal
import tomllib
from pathlib import Path

import pytest

# A shell makes its background jobs deaf to Ctrl-C, and their children too; tests interrupt children, and themselves.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """The themes that come with Amur take ten seconds to learn: once, not once for every test."""
    cache = getattr(config, "cache", None)  # `-p no:cacheprovider` leaves it out
    if cache:
        os.environ["AMUR_CACHE"] = str(cache.mkdir("models"))


@pytest.fixture(scope="session")
def model() -> Path:
    """What was learnt of the themes that come with Amur."""
    from extractors import exemplars
    from extractors.taxonomy import parse_themes

    themes = Path(__file__).parents[1] / "flows/defaults/themes.toml"
    learnt = exemplars.prepare(
        parse_themes(tomllib.loads(themes.read_text(encoding="utf-8"))), Path(os.environ["AMUR_CACHE"])
    )
    assert learnt
    return learnt
