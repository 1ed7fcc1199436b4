"""amur.toml, feeds.toml, themes.toml and the environment → frozen values; every mistake of all of them at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from alerts.hosts import is_this_machine
from alerts.mail import SmtpAccount
from alerts.rules import AlertRules
from alerts.slack import SlackHook
from extractors.fetch import FetchRules
from extractors.novelty import NoveltyRules
from extractors.polling import PollRules
from extractors.taxonomy import ThemeError, parse_themes
from extractors.workers import WorkerRules
from flows import amurfile
from flows.amurfile import find
from flows.checking import parse_duration
from flows.complaints import Complaint, SettingsError, read_toml
from flows.feedlist import read_feeds
from flows.secrets import Environment, names_in, read_environment
from flows.sections import EmailSection, FetchSection, SlackSection
from warehouse.records import Feed, Taxonomy

__all__ = ["Deadlines", "Settings", "SettingsError", "find", "load", "parse_duration"]

PASSWORD = "AMUR_SMTP_PASSWORD"  # noqa: S105  the name of a variable
PORTS = {"starttls": 587, "tls": 465, "none": 25}

Mistake = tuple[str, str]  # path and message

_BESIDES_RULES = {"contact", "user_agent", "pages_per_pass", "pages_per_host"}
_DEADLINES = {"feed_deadline", "page_deadline", "judge_deadline"}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that one item may take in a worker."""

    feed: float
    page: float
    judge: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user decides. `folder` holds the files, `data` the warehouse; both are absolute."""

    folder: Path
    data: Path
    every: timedelta
    fetch: FetchRules
    contact: str
    pages_per_pass: int
    pages_per_host: int
    poll: PollRules
    workers: WorkerRules
    deadlines: Deadlines
    novelty: NoveltyRules
    alerts: AlertRules
    email: SmtpAccount | None  # None: the channel is off
    recipients: tuple[str, ...]  # of e-mail
    slack: SlackHook | None  # None: the channel is off
    keep_pages: timedelta
    feeds: tuple[Feed, ...]
    taxonomy: Taxonomy
    secrets: tuple[str, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read amur.toml at `path` (or in that folder) and the files beside it.

    Without `path`, AMUR_CONFIG names it, else it is ./amur.toml. Raises `SettingsError` with every mistake of
    every file.
    """
    file = find(path, environment)
    folder = file.parent
    held, complaints = _environment(folder, environment)
    amur, mistakes = amurfile.read(file)
    complaints += mistakes
    feeds, mistakes, warnings = _read_feeds(folder / "feeds.toml", held)
    complaints += mistakes
    taxonomy, mistakes = _read_themes(folder / "themes.toml")
    complaints += mistakes
    if amur:
        wrong = [*_email_mistakes(amur.email, folder, held), *_slack_mistakes(amur.slack, held)]
        complaints += [Complaint(file.name, at, message) for at, message in wrong]
    if complaints or not amur or not taxonomy:
        raise SettingsError(sorted(complaints, key=lambda complaint: complaint.file))
    email, slack = _email(amur.email, folder, held), _slack(amur.slack, held)
    return Settings(
        folder=folder,
        data=amurfile.data_folder(amur, folder),
        every=amur.schedule.every,
        fetch=_fetch(amur.fetch),
        contact=amur.fetch.contact,
        pages_per_pass=amur.fetch.pages_per_pass,
        pages_per_host=amur.fetch.pages_per_host,
        poll=poll_rules(amur.schedule.every, amur.schedule.longest),
        workers=WorkerRules(**amur.workers.model_dump(exclude=_DEADLINES)),
        deadlines=Deadlines(amur.workers.feed_deadline, amur.workers.page_deadline, amur.workers.judge_deadline),
        novelty=NoveltyRules(**amur.novelty.model_dump()),
        alerts=AlertRules(**amur.alerts.model_dump()),
        email=email,
        recipients=amur.email.recipients if amur.email and email else (),
        slack=slack,
        keep_pages=timedelta(days=amur.keep.pages_days),
        feeds=feeds,
        taxonomy=taxonomy,
        secrets=_secrets(feeds, email, slack, held),
        warnings=(*held.warnings, *warnings),
    )


def _environment(folder: Path, environment: Mapping[str, str]) -> tuple[Environment, list[Complaint]]:
    try:
        return read_environment(folder, environment), []
    except (OSError, UnicodeDecodeError) as error:
        return Environment(environment), [Complaint(".env", "", f"cannot be read: {error}")]


def _read_feeds(file: Path, held: Environment) -> tuple[tuple[Feed, ...], list[Complaint], list[str]]:
    table, complaints = read_toml(file)
    return ((), complaints, []) if complaints else read_feeds(table, held, file.name)


def _read_themes(file: Path) -> tuple[Taxonomy | None, list[Complaint]]:
    table, complaints = read_toml(file)
    if complaints:
        return None, complaints
    try:
        return parse_themes(table), []
    except ThemeError as error:
        return None, [Complaint(file.name, path, message) for path, message in error.complaints]


def _fetch(section: FetchSection) -> FetchRules:
    name = section.user_agent or f"Amur/{version('amur')}"
    agent = f"{name} (+{section.contact})" if section.contact else name
    return FetchRules(user_agent=agent, **section.model_dump(exclude=_BESIDES_RULES))


def poll_rules(every: timedelta, longest: timedelta) -> PollRules:
    """How often feeds are asked when a pass runs `every` so often."""
    # A pass that starts a few seconds earlier than the last one did must still find every feed due.
    return PollRules(interval=every - min(every / 10, timedelta(minutes=1)), longest=max(longest, every))


def _email_mistakes(section: EmailSection | None, folder: Path, held: Environment) -> Iterator[Mistake]:
    if not section or not section.enabled:
        return
    if section.username and not held.get(PASSWORD):
        yield "email.username", f"needs a password: put {PASSWORD}=… into .env, or leave username empty"
    if section.security == "none" and not section.allow_plain and not is_this_machine(section.host):
        advice = f'"none" sends mail unencrypted to {section.host}: give "starttls" or "tls", or set allow_plain = true'
        yield "email.security", advice
    if section.ca_file and not _beside(folder, section.ca_file).is_file():
        yield "email.ca_file", f"names no file: {_beside(folder, section.ca_file)}"


def _slack_mistakes(section: SlackSection | None, held: Environment) -> Iterator[Mistake]:
    if not section or not section.enabled:
        return
    hook = held.get(section.webhook_env)
    if not hook:
        yield "slack", f"needs the webhook: put {section.webhook_env}=https://hooks.slack.com/… into .env"
    elif not _is_webhook(hook):
        yield "slack", f"{section.webhook_env} holds no address of a webhook: give one that begins with https://"


def _is_webhook(hook: str) -> bool:
    try:
        parts = urlsplit(hook)
    except ValueError:
        return False
    # Whoever knows the address can post: it does not travel in clear.
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or ""))
    return safe and bool(parts.hostname)


def _email(section: EmailSection | None, folder: Path, held: Environment) -> SmtpAccount | None:
    if not section or not section.enabled:
        return None
    return SmtpAccount(
        host=section.host,
        port=section.port or PORTS[section.security],
        security=section.security,
        sender=section.sender,
        user=section.username,
        password=held.get(PASSWORD) if section.username else "",
        ca_file=str(_beside(folder, section.ca_file)) if section.ca_file else None,
        allow_plain=section.allow_plain,
    )


def _slack(section: SlackSection | None, held: Environment) -> SlackHook | None:
    if not section or not section.enabled:
        return None
    return SlackHook(name=section.name, url=held.get(section.webhook_env))


def _secrets(
    feeds: tuple[Feed, ...], email: SmtpAccount | None, slack: SlackHook | None, held: Environment
) -> tuple[str, ...]:
    named = {name for feed in feeds if feed.enabled for name in names_in(feed.url)}
    known = [*map(held.get, sorted(named)), email.password if email else "", slack.url if slack else ""]
    return tuple(secret for secret in known if secret)


def _beside(folder: Path, name: str) -> Path:
    return folder / Path(name).expanduser()
