"""The settings: every complaint about them, who can read the secrets, and what was left to be filled in."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from extractors.reach import spelling
from flows.checks import Case, Finding, ok, trouble, warning

OTHERS = stat.S_IRWXG | stat.S_IRWXO
MEND = "Correct it there; `amur doctor` looks at all files again."
MAKE = "`amur init FOLDER` writes settings; --config FOLDER names those that there are."


def files(case: Case) -> Iterator[Finding]:
    """Every mistake in every file."""
    draft = case.draft
    complaints = draft.complaints if draft else case.lacking
    for complaint in complaints:
        yield trouble(str(complaint), MEND if draft else MAKE)
    for said in draft.warnings if draft else ():
        if "chmod" not in said:  # who can read .env is asked elsewhere
            yield warning(said, "Correct it there, if it is a mistake.")
    if draft and not complaints:
        themes = len(draft.taxonomy.themes) if draft.taxonomy else 0
        on = sum(feed.enabled for feed in draft.feeds)
        yield ok(f"{draft.folder}: {on} feeds of {len(draft.feeds)} on, {themes} themes")


def secrets(case: Case) -> Iterator[Finding]:
    """What only its owner should read."""
    open_to_others = [file for file in _private(case) if _mode(file) & OTHERS]
    for file in open_to_others:
        rights = "700" if file.is_dir() else "600"
        yield warning(f"{file} is open to other users of this machine", f"Run `chmod {rights} {file}`.")
    if not open_to_others:
        yield ok("what is private is its owner's alone")


def _private(case: Case) -> Iterator[Path]:
    if case.draft:
        yield case.draft.folder / ".env"
    if case.data:
        yield case.data / "pages"
        yield from sorted(case.data.glob("live.*"))


def _mode(file: Path) -> int:
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return 0


def contact(case: Case) -> Iterator[Finding]:
    """Where sites can reach whoever runs this."""
    amur = case.draft.amur if case.draft else None
    if amur and not amur.fetch.contact:
        yield warning("sites cannot reach you", "Fill in contact under [fetch] in amur.toml.")
    elif amur:
        yield ok(amur.fetch.contact)


def allow(case: Case) -> Iterator[Finding]:
    """Exceptions from "public addresses only" that can never come into play."""
    entries = case.draft.amur.fetch.allow if case.draft and case.draft.amur else ()
    for entry in entries:
        wanted = spelling(entry)
        if wanted is None:
            said = f"fetch.allow: {entry!r} names no host and port"
            yield warning(said, 'Give a bare host with its port, such as "intranet.example:8080".')
        elif wanted != entry.lower():
            yield warning(f"fetch.allow: {entry!r} never matches", f'Write it "{wanted}".')
    if entries and all(spelling(entry) == entry.lower() for entry in entries):
        yield ok(f"exceptions: {', '.join(entries)}")


def channels(case: Case) -> Iterator[Finding]:
    """Whether anybody is told."""
    if case.draft and case.draft.amur and not case.draft.email and not case.draft.slack:
        yield warning("alerts are kept but sent to nobody", "Switch on [email] or [slack] in amur.toml.")
