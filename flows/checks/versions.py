"""What Amur runs on: Python, its libraries within the ranges that are known to work, and the model of English."""

from __future__ import annotations

import platform
import pyexpat
import re
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, compat32
from importlib import metadata

from flows.checks import Case, Finding, ok, trouble, warning

OLDEST, NEWEST = (3, 11), (3, 13)
EXPAT = (2, 4, 1)  # from here on, entities cannot be made to expand without end
TRAP = "999.9.9"
SHOWN = ("duckdb", "lxml", "spacy", "prefect", "fastapi", "sqlalchemy")
INSTALL = "Install Amur anew from requirements.lock: `make` does it, in .venv."

Version = tuple[int, ...]


def python(case: Case) -> Iterator[Finding]:
    """Whether this Python is one that Amur was tried on."""
    del case
    here, known = sys.version_info[:2], f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    if here < OLDEST:
        yield trouble(f"Python {platform.python_version()} is too old", f"Install {known}.")
    elif here > NEWEST:
        yield warning(f"Amur was not tried on Python {platform.python_version()}", f"Prefer {known}.")
    else:
        yield ok(f"Python {platform.python_version()}")


def mail_headers(case: Case) -> Iterator[Finding]:
    """Whether a subject can smuggle a header into a mail: tried, because no version number tells (CVE-2024-6923)."""
    del case
    if injects():
        said = "this Python writes line breaks from a subject into the header of a mail (CVE-2024-6923)"
        yield warning(said, "Amur's own mails are safe from it: each is compared before it goes. Update Python anyway.")
    else:
        yield ok("a subject stays a subject")


def injects() -> bool:
    """Whether a header that was never given turns up in what the email package writes."""
    message = EmailMessage(policy=SMTP)
    try:
        message["Subject"] = "=?utf-8?q?one=0D=0AX-Smuggled=3A_two?="
        raw = message.as_bytes()
    except ValueError:  # so newer Pythons answer
        return False
    return "X-Smuggled" in BytesParser(policy=compat32).parsebytes(raw)


def expat(case: Case) -> Iterator[Finding]:
    """Whether XML can be read without harm."""
    del case
    here = pyexpat.version_info
    if here < EXPAT:
        advice = "Update the system's expat, or use a Python that brings a newer one."
        yield trouble(f"expat {_dotted(here)} lets a small feed grow without end: {_dotted(EXPAT)} does not", advice)
    else:
        yield ok(f"expat {_dotted(here)}")


def libraries(case: Case) -> Iterator[Finding]:
    """Whether every library is there, in a version that Amur is known to work with."""
    del case
    wrong = 0
    wanted = [line for line in metadata.requires("amur") or () if "extra ==" not in line]
    for line in wanted:
        if said := out_of_range(line, _installed(_name(line))):
            wrong += 1
            yield trouble(said, INSTALL)
    if not wrong:
        some = ", ".join(f"{name} {_installed(name)}" for name in SHOWN)
        yield ok(f"{len(wanted)} libraries within range: {some}")


def traps(case: Case) -> Iterator[Finding]:
    """Packages that squat on a wanted name: they all have one version."""
    del case
    found = sorted({each.name for each in metadata.distributions() if each.version == TRAP})
    for name in found:
        said = f"{name} {TRAP} is installed: nobody knows what such packages do"
        yield trouble(said, f"`pip uninstall {name}`, then find out what asked for it, and whether it ran.")
    if not found:
        yield ok(f"no package of version {TRAP}")


def model(case: Case) -> Iterator[Finding]:
    """Whether the model of English loads."""
    del case
    from extractors import english

    try:
        english.load_model()
    except Exception as error:  # noqa: BLE001  spaCy raises what its parts raise
        yield trouble(f"the model of English does not load: {type(error).__name__}: {error}", INSTALL)
    else:
        yield ok(f"the model of English loads ({english.MODEL})")


def out_of_range(requirement: str, installed: str | None) -> str:
    """What is wrong with an installed version under "name>=1.2,<3"; "" when it is in range, None when not there."""
    name = _name(requirement)
    if installed is None:
        return f"{name} is not installed"
    for comparison, bound in re.findall(r"(>=|<=|==|!=|<|>)\s*([0-9][0-9.]*)", requirement.partition(";")[0]):
        if not _holds(_numbers(installed), comparison, _numbers(bound)):
            return f"{name} {installed} is installed, and Amur needs {comparison}{bound}"
    return ""


def _holds(here: Version, comparison: str, bound: Version) -> bool:
    size = max(len(here), len(bound))
    left, right = (version + (0,) * (size - len(version)) for version in (here, bound))
    return {
        ">=": left >= right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        ">": left > right,
    }[comparison]


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> Version:
    """The release of a version, as numbers; what comes after it ("rc1", "+local") is left out."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
