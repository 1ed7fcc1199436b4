"""What is deployed, and what is written about it, name only things that exist."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import click
import pytest

from flows.amurfile import read
from flows.commands import Amur, Exit, amur
from flows.sections import AlertsSection, KeepSection

ROOT = Path(__file__).parent.parent
DEPLOY, DOCS = ROOT / "deploy", ROOT / "docs"
SERVICES = ("amur.service", "amur-run.service")
PAGES = sorted(DOCS.glob("*.md"))


def unit(name: str) -> configparser.ConfigParser:
    """A systemd unit, without the lines that a key may have several of."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, comment_prefixes="#", delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as configparser tells to keep capitals
    parser.read(DEPLOY / name, encoding="utf-8")
    return parser


def require_command(words: list[str]) -> None:
    """What follows `amur` names a command, with options it has."""
    group = amur
    assert isinstance(group, Amur)
    command = group.get_command(click.Context(group), words[0])
    assert command, words
    if isinstance(command, click.Group):
        command = command.commands[words[1]]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options, words


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_what_there_is(name: str) -> None:
    """A unit runs a command of ours in the folder it may write, as nobody in particular."""
    service = unit(name)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert program == "/opt/amur/.venv/bin/amur"
    require_command(words)
    folder = f"/var/lib/{service['StateDirectory']}"
    assert service["WorkingDirectory"] == folder
    assert f"Environment=AMUR_CONFIG={folder}/amur.toml\n" in (DEPLOY / name).read_text()
    assert service["User"] == "amur"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert (service["CapabilityBoundingSet"], service["KillSignal"]) == ("", "SIGINT")
    assert "AF_INET6" in service["RestrictAddressFamilies"]
    assert Path(unit(name)["Unit"]["Documentation"].removeprefix("file:///opt/amur/")).exists()


def test_both_services_are_held_alike() -> None:
    """The two ways to run Amur have the same rights and limits, and are started again where that may help."""
    serving, once = (dict(unit(name)["Service"]) for name in SERVICES)
    own = {"Type", "ExecStart", "Restart", "RestartSec", "RestartPreventExitStatus", "TimeoutStartSec"}
    assert {k: v for k, v in serving.items() if k not in own} == {k: v for k, v in once.items() if k not in own}
    assert serving["RestartPreventExitStatus"] == str(Exit.WRONG.value)


def test_the_timer_starts_the_service() -> None:
    """The timer starts the unit of one pass, as often as the settings have it, and catches up once."""
    timer = unit("amur.timer")["Timer"]
    assert timer["Unit"] in SERVICES
    assert unit(timer["Unit"])["Service"]["Type"] == "oneshot"
    made, _ = read(ROOT / "flows" / "defaults" / "amur.toml")
    assert made is not None
    assert timer["OnCalendar"] == f"*:00/{made.schedule.every.total_seconds() / 60:.0f}"
    assert timer["Persistent"] == "yes"


def test_the_container_is_made_of_what_there_is() -> None:
    """The container file copies what exists, all our packages among it, installs by hash, and runs as nobody."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    steps = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    sources = {s for step, rest in steps if step == "COPY" and "--from" not in rest for s in rest.split()[:-1]}
    assert all((ROOT / source).exists() for source in sources)
    assert {"flows", "extractors", "warehouse", "alerts", "requirements.lock", "pyproject.toml"} <= sources
    installs = [rest for step, rest in steps if step == "RUN" and "pip install" in rest]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert "://" not in text
    said = dict(steps)  # the last word counts
    assert said["USER"] == "amur"
    assert said["ENTRYPOINT"] == '["amur"]'
    require_command(["serve"] if said["CMD"] == '["serve"]' else [])
    assert said["HEALTHCHECK"].endswith('CMD ["amur", "status"]')
    assert said["VOLUME"] == said["WORKDIR"] == re.search(r"--home-dir (\S+)", text)[1]  # type: ignore[index]  # it is there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_name_what_there_is(page: Path) -> None:
    """Links lead to files, and commands and options are as the pages write them; the README leads here."""
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link
    typed = re.findall(r"`amur ([a-z][^`]*)`", text) + re.findall(
        r"^ {4}(?:sudo .*/)?amur ([a-z].*)$", text, re.MULTILINE
    )
    assert len(typed) > 3
    for line in typed:
        require_command(shlex.split(line))
    assert f"(docs/{page.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_pages_tell_the_truth() -> None:
    """Exit codes, settings and files are called as they are."""
    operate = (DOCS / "operate.md").read_text(encoding="utf-8")
    for code in (Exit.FINE, Exit.WRONG, Exit.WAREHOUSE, Exit.OVERDUE):
        assert f"\n| {code.value} | " in operate
    keys = set(re.findall(r"\| `(\w+)`[^|]*\| `data/|\| `(\w+)`.*\| the same", operate))
    assert {a or b for a, b in keys} <= set(KeepSection.model_fields)
    assert {"heartbeat", "ping_env"} <= set(AlertsSection.model_fields)
