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
from alerts.routing import TellRules
from alerts.rules import AlertRules
from alerts.slack import SlackHook
from extractors.fetch import FetchRules
from extractors.novelty import NoveltyRules
from extractors.polling import PollRules
from extractors.taxonomy import ThemeError, parse_themes
from extractors.workers import WorkerRules
from flows import amurfile, policy
from flows.amurfile import find
from flows.checking import parse_duration
from flows.complaints import Complaint, SettingsError, read_toml
from flows.feedlist import read_feeds
from flows.logs import LogRules
from flows.secrets import Environment, names_in, read_environment
from flows.sections import AlertsSection, AmurFile, EmailSection, FetchSection, SlackSection
from warehouse.backup import BackupRules
from warehouse.records import Feed, Taxonomy
from warehouse.retention import KeepRules

__all__ = ["Deadlines", "Settings", "SettingsError", "find", "load", "parse_duration"]

PASSWORD = "AMUR_SMTP_PASSWORD"  # noqa: S105  the name of a variable
PORTS = {"starttls": 587, "tls": 465, "none": 25}

Mistake = tuple[str, str]  # path and message

_BESIDES_RULES = {"contact", "user_agent", "pages_per_pass", "pages_per_host", "robots"}
_DEADLINES = {"feed_deadline", "page_deadline", "judge_deadline"}
_BESIDES_ALERTING = {"heartbeat", "ping_env", "cooldown", "quiet", "time_zone"}
_BESIDES_KEEPING = {"flow_runs_days", "backups", "free_mb"}


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
    robots: bool  # pages that a site's robots.txt forbids are not fetched
    poll: PollRules
    workers: WorkerRules
    deadlines: Deadlines
    novelty: NoveltyRules
    alerts: AlertRules
    telling: TellRules
    heartbeat: timedelta | None  # after so long without any message, one that says so; None: never
    ping: str = field(repr=False)  # the address to ask after each complete pass, or ""
    email: SmtpAccount | None  # None: the channel is off
    recipients: tuple[str, ...]  # of e-mail
    slack: SlackHook | None  # None: the channel is off
    revisit: tuple[timedelta, ...]  # after an article was first read; ascending, empty: never
    keep: KeepRules
    backups: BackupRules
    keep_flow_runs: timedelta
    log: LogRules
    feeds: tuple[Feed, ...]
    taxonomy: Taxonomy
    secrets: tuple[str, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The files as far as they can be used, and every mistake in them."""

    folder: Path
    held: Environment
    amur: AmurFile | None  # a table with a mistake in it has its defaults; None: the file cannot be read
    feeds: tuple[Feed, ...]  # those without a mistake
    taxonomy: Taxonomy | None
    complaints: tuple[Complaint, ...]
    warnings: tuple[str, ...]

    @property
    def email(self) -> SmtpAccount | None:
        """The mail server, if e-mail is on."""
        return _email(self.amur.email, self.folder, self.held) if self.amur else None

    @property
    def slack(self) -> SlackHook | None:
        """The webhook, if Slack is on."""
        return _slack(self.amur.slack, self.held) if self.amur else None

    @property
    def ping(self) -> str:
        """The address to ask after each complete pass, or ""."""
        return self.held.get(self.amur.alerts.ping_env) if self.amur else ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show."""
        named = {name for feed in self.feeds if feed.enabled for name in names_in(feed.url)}
        email, slack = self.email, self.slack
        known = [email.password if email else "", slack.url if slack else "", self.ping]
        return tuple(secret for secret in (*map(self.held.get, sorted(named)), *known) if secret)


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read amur.toml at `path` (or in that folder) and the files beside it.

    Without `path`, AMUR_CONFIG names it, else it is ./amur.toml. Raises `SettingsError` with every mistake of
    every file.
    """
    found = draft(path, environment)
    folder, feeds, amur, taxonomy = found.folder, found.feeds, found.amur, found.taxonomy
    if found.complaints or not amur or not taxonomy:
        raise SettingsError(found.complaints)
    email, slack, ping = found.email, found.slack, found.ping
    return Settings(
        folder=folder,
        data=amurfile.data_folder(amur, folder),
        every=amur.schedule.every,
        fetch=fetch_rules(amur.fetch),
        contact=amur.fetch.contact,
        pages_per_pass=amur.fetch.pages_per_pass,
        pages_per_host=amur.fetch.pages_per_host,
        robots=amur.fetch.robots,
        poll=PollRules(amur.schedule.shortest, amur.schedule.longest),
        workers=WorkerRules(**amur.workers.model_dump(exclude=_DEADLINES)),
        deadlines=Deadlines(amur.workers.feed_deadline, amur.workers.page_deadline, amur.workers.judge_deadline),
        novelty=NoveltyRules(**amur.novelty.model_dump()),
        alerts=_alert_rules(amur.alerts),
        telling=policy.tell_rules(amur),
        heartbeat=amur.alerts.heartbeat,
        ping=ping,
        email=email,
        recipients=amur.email.recipients if amur.email and email else (),
        slack=slack,
        revisit=tuple(timedelta(days=days) for days in sorted(set(amur.revisit.days))),
        keep=KeepRules(**amur.keep.model_dump(exclude=_BESIDES_KEEPING)),
        backups=BackupRules(daily=amur.keep.backups, free=amur.keep.free_mb * 1_000_000),
        keep_flow_runs=timedelta(days=amur.keep.flow_runs_days),
        log=_log(amur, folder),
        feeds=feeds,
        taxonomy=taxonomy,
        secrets=found.secrets,
        warnings=found.warnings,
    )


def draft(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Draft:
    """Read the files that `load` reads, and keep what can be used. Raises `SettingsError` where there is none."""
    file = find(path, environment)
    folder = file.parent
    held = read_environment(folder, environment)
    amur, mistakes = amurfile.read_sound(file)
    feeds, of_feeds, warnings = _read_feeds(folder / "feeds.toml", held)
    taxonomy, of_themes = _read_themes(folder / "themes.toml")
    complaints = [*held.complaints, *mistakes, *of_feeds, *of_themes]
    if amur:
        wrong = [*_email_mistakes(amur.email, folder, held), *_slack_mistakes(amur.slack, held)]
        wrong += _ping_mistakes(amur.alerts, held)
        themes = [theme.id for theme in taxonomy.themes] if taxonomy else []
        wrong += policy.mistakes(amur, themes, folder)
        warnings += policy.warnings(amur, themes)
        complaints += [Complaint(file.name, at, message) for at, message in wrong]
    told = tuple(sorted(complaints, key=lambda complaint: complaint.file))
    return Draft(folder, held, amur, feeds, taxonomy, told, (*held.warnings, *warnings))


def read_taxonomy(path: Path | None = None) -> Taxonomy:
    """The themes alone, for questions that need no working feeds or channels. Raises `SettingsError`."""
    taxonomy, complaints = _read_themes(find(path).parent / "themes.toml")
    if taxonomy is None:
        raise SettingsError(complaints)
    return taxonomy


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


def _alert_rules(section: AlertsSection) -> AlertRules:
    cooldown = {kind: days for kind, days in section.cooldown.model_dump().items() if days is not None}
    return AlertRules(**section.model_dump(exclude=_BESIDES_ALERTING), cooldown=cooldown)


def fetch_rules(section: FetchSection) -> FetchRules:
    """How the web is asked, by amur.toml."""
    name = section.user_agent or f"Amur/{version('amur')}"
    agent = f"{name} (+{section.contact})" if section.contact else name
    return FetchRules(user_agent=agent, **section.model_dump(exclude=_BESIDES_RULES))


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


def _ping_mistakes(section: AlertsSection, held: Environment) -> Iterator[Mistake]:
    ping = held.get(section.ping_env)
    if ping and not _is_webhook(ping):
        yield "alerts.ping_env", f"{section.ping_env} holds no address to ping: give one that begins with https://"


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


def _log(amur: AmurFile, folder: Path) -> LogRules:
    section = amur.log
    file = _beside(folder, section.file) if section.file else amurfile.data_folder(amur, folder) / "amur.log"
    return LogRules(file if section.enabled else None, section.megabytes * 1_000_000, section.files)


def _beside(folder: Path, name: str) -> Path:
    return folder / Path(name).expanduser()
