"""The shape of the settings files: which keys there are, which values they take, and what each means.

Every field's description completes the sentence "… will not do: give …".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from alerts.hours import QuietHours, Timetable
from alerts.letter import RenderError, address
from flows import policy
from flows.checking import DURATION, Duration, Section, Table, parse_duration

EVIDENCE = ("tested", "listed", "found", "conflict")
AT_LEAST_A_DAY = '"" for never, or days, such as "7d"'


def _address(text: str) -> str:
    try:
        address(text)
    except RenderError as error:
        raise ValueError(f"{error}: give one such as name@example.org") from error
    return text


Address = Annotated[str, AfterValidator(_address)]


def _days(text: object) -> timedelta | None:
    span = None if text == "" else parse_duration(text)
    if span is not None and span < timedelta(days=1):
        raise ValueError(f"{text!r} will not do: give {AT_LEAST_A_DAY}")
    return span


Days = Annotated[timedelta | None, BeforeValidator(_days)]


class AmurSection(Table):
    data: str = Field("data", min_length=1, description="a folder for the warehouse, relative to this file")


class FetchSection(Table):
    contact: str = Field(
        "",
        pattern=r"^[!-~]*$",
        max_length=200,
        description='an e-mail address or web page where a site can reach you, such as "name@example.org"',
    )
    user_agent: str = Field(
        "", pattern=r"^[ -~]*$", max_length=200, description="a name for this reader in plain ASCII letters"
    )
    deadline: float = Field(30.0, ge=1, le=600, description="seconds for one whole answer, 1 to 600")
    connect: float = Field(10.0, ge=1, le=120, description="seconds to connect, 1 to 120")
    feed_bytes: int = Field(10_000_000, ge=10_000, le=100_000_000, description="bytes, 10_000 to 100_000_000")
    page_bytes: int = Field(5_000_000, ge=10_000, le=100_000_000, description="bytes, 10_000 to 100_000_000")
    per_host: int = Field(2, ge=1, le=8, description="requests to one host at a time, 1 to 8")
    host_distance: float = Field(2.0, ge=0, le=600, description="seconds between requests to one host, 0 to 600")
    concurrency: int = Field(20, ge=1, le=200, description="requests at a time over all hosts, 1 to 200")
    robots: bool = Field(default=True, description="true or false")
    redirects: int = Field(5, ge=0, le=20, description="redirects to follow, 0 to 20")
    pages_per_pass: int = Field(2000, ge=1, le=100_000, description="pages asked for in one pass, 1 to 100000")
    pages_per_host: int = Field(200, ge=1, le=100_000, description="of them at one host, 1 to 100000")
    allow: tuple[Annotated[str, Field(pattern=r"^[^\s/@]+:[1-9]\d{0,4}$")], ...] = Field(
        (), strict=False, description='hosts on private addresses with their port, such as ["intranet.example:8080"]'
    )


class ScheduleSection(Table):
    every: Duration = Field(timedelta(minutes=10), description=DURATION)
    shortest: Duration = Field(timedelta(minutes=10), description=DURATION)
    longest: Duration = Field(timedelta(days=1), description=DURATION)

    @model_validator(mode="after")
    def _ordered(self) -> ScheduleSection:
        if self.longest < self.shortest:
            raise ValueError("longest is shorter than shortest: every feed is asked between the two, so make it longer")
        return self


class WorkersSection(Table):
    count: int = Field(2, ge=1, le=64, description="worker processes, 1 to 64")
    memory_mib: int = Field(4096, ge=1024, le=65_536, description="MiB for each worker, 1024 to 65536")
    tasks: int = Field(2000, ge=1, le=100_000, description="items after which a worker is replaced, 1 to 100000")
    feed_deadline: float = Field(15.0, ge=1, le=600, description="seconds to parse one feed, 1 to 600")
    page_deadline: float = Field(15.0, ge=1, le=600, description="seconds to read one page, 1 to 600")
    judge_deadline: float = Field(30.0, ge=1, le=600, description="seconds to judge one article, 1 to 600")


class NoveltySection(Table):
    window_days: int = Field(7, ge=1, le=90, description="days, 1 to 90")
    silence_days: int = Field(60, ge=1, le=3650, description="days, 1 to 3650")
    publishers: int = Field(2, ge=1, le=100, description="independent publishers, 1 to 100")
    stories: int = Field(2, ge=1, le=100, description="stories, 1 to 100")
    burn_in_days: int = Field(14, ge=0, le=365, description="days, 0 to 365")
    burn_in_articles: int = Field(200, ge=0, le=100_000, description="relevant articles, 0 to 100000")
    story_days: int = Field(14, ge=1, le=90, description="days, 1 to 90")
    story_distance: int = Field(12, ge=0, le=16, description="bits in which copies may differ, 0 to 16")
    surge_window_days: int = Field(1, ge=1, le=7, description="days, 1 to 7")
    surge_baseline_days: int = Field(28, ge=14, le=90, description="days, 14 to 90")
    surge_false_rate: float = Field(0.002, ge=0, le=0.01, description="a share of days, 0 to 0.01; 0 finds no surges")
    candidate_stories: int = Field(4, ge=0, le=100, description="stories, 1 to 100, or 0 for no candidates")
    candidate_publishers: int = Field(3, ge=1, le=100, description="independent publishers, 1 to 100")
    candidate_days: int = Field(14, ge=2, le=28, description="days, 2 to 28")


Kind = Literal["first_seen", "surge", "candidate", "new_voice", "turn"]
KINDS = 'a list of kinds of alerts: "first_seen", "surge", "candidate", "new_voice", "turn"'

_QuietHours = Annotated[QuietHours | None, BeforeValidator(policy.parse_quiet)]
_When = Annotated[Timetable | None, BeforeValidator(policy.parse_when)]
_Zone = Annotated[ZoneInfo, BeforeValidator(policy.parse_zone)]


class CooldownSection(Table):
    """Days for the kinds that have their own."""

    first_seen: int | None = Field(None, ge=0, le=365, description="days, 0 to 365")
    surge: int | None = Field(None, ge=0, le=365, description="days, 0 to 365")
    candidate: int | None = Field(None, ge=0, le=365, description="days, 0 to 365")
    new_voice: int | None = Field(None, ge=0, le=365, description="days, 0 to 365")
    turn: int | None = Field(None, ge=0, le=365, description="days, 0 to 365")


class AlertsSection(Table):
    cooldown_days: int = Field(7, ge=0, le=365, description="days, 0 to 365")
    cooldown: CooldownSection = Field(
        default_factory=lambda: CooldownSection.model_validate({}),
        description="a table [alerts.cooldown] with days by kind, such as surge = 3",
    )
    escalation: float = Field(3.0, ge=0, le=100, description="how many times the publishers, 1 to 100, or 0 for never")
    quiet: _QuietHours = Field(None, description=policy.QUIET)
    time_zone: _Zone = Field(ZoneInfo("UTC"), description=policy.ZONE)
    per_message: int = Field(10, ge=1, le=40, description="alerts told at length in one message, 1 to 40")
    quotes: int = Field(3, ge=1, le=10, description="quoted sentences for each alert, 1 to 10")
    quote_chars: int = Field(400, ge=80, le=2000, description="characters of a quote, 80 to 2000")
    on_ambiguous: Literal["resend", "hold"] = Field("resend", description='"resend" or "hold"')
    heartbeat: Days = Field(None, description=AT_LEAST_A_DAY)
    ping_env: str = Field(
        "AMUR_PING",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="the name of the variable that holds the address to ping, never the address itself",
    )

    @model_validator(mode="after")
    def _more(self) -> AlertsSection:
        if 0 < self.escalation < 1:
            raise ValueError("escalation is less than once the publishers: give 1 to 100, or 0 for never")
        return self


class RouteSection(Table):
    """One [[route]]: whom some alerts are for, and when."""

    to: str = Field("", max_length=200, description='a recipient, or "email" or "slack"; left out it is everybody')
    themes: tuple[str, ...] = Field(
        (), strict=False, description='a list of ids of themes, such as ["energy-leverage"]'
    )
    kinds: tuple[Kind, ...] = Field((), strict=False, description=KINDS)
    when: _When = Field(None, description=policy.WHEN)


class EmailSection(Table):
    enabled: bool = Field(default=True, description="true or false")
    host: str = Field(pattern=r"^\S+$", description='the name of your mail server, such as "smtp.example.org"')
    port: int | None = Field(None, ge=1, le=65_535, description="a port, 1 to 65535")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description='"starttls", "tls" or "none"')
    sender: Address = Field(description="the address that mails come from")
    recipients: tuple[Address, ...] = Field(
        min_length=1, max_length=100, strict=False, description='a list of addresses, such as ["name@example.org"]'
    )
    username: str = Field("", description="the user name at the mail server")
    ca_file: str = Field("", description="a file of certificate authorities in PEM form")
    allow_plain: bool = Field(default=False, description="true or false")

    @model_validator(mode="after")
    def _encrypted(self) -> EmailSection:
        if self.security == "none" and self.username:
            raise ValueError('would send the password unencrypted: give security = "starttls" or "tls"')
        return self


class SlackSection(Table):
    enabled: bool = Field(default=True, description="true or false")
    name: str = Field("slack", pattern=r"^[\w#.-]{1,80}$", description='a name for the channel, such as "desk"')
    webhook_env: str = Field(
        "AMUR_SLACK_WEBHOOK",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="the name of the variable that holds the webhook, never the webhook itself",
    )


class RevisitSection(Table):
    days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        (1, 3, 14), strict=False, max_length=10, description="a list of up to 10 days from 1 to 365, such as [1, 3, 14]"
    )


class KeepSection(Table):
    pages_days: int = Field(90, ge=1, le=3650, description="days, 1 to 3650")
    text_days: int = Field(0, ge=0, le=3650, description="days, 1 to 3650, or 0 for ever")
    quote_chars: int = Field(400, ge=80, le=2000, description="characters of a sentence, 80 to 2000")
    attempts_days: int = Field(400, ge=90, le=3650, description="days, 90 to 3650")
    flow_runs_days: int = Field(7, ge=1, le=365, description="days, 1 to 365")
    backups: int = Field(7, ge=0, le=365, description="how many days, 1 to 365, or 0 for none")
    free_mb: int = Field(500, ge=0, le=1_000_000, description="megabytes, 0 to 1000000")


class LogSection(Table):
    enabled: bool = Field(default=True, description="true or false")
    file: str = Field("", description="a file for the log, relative to this one, or leave it empty")
    megabytes: int = Field(5, ge=1, le=1000, description="megabytes, 1 to 1000")
    files: int = Field(5, ge=1, le=100, description="how many files of old lines to keep, 1 to 100")


def _table(kind: type[Section]) -> Any:
    """A table that may be left out: then all its keys have their defaults."""
    whole = "a table, such as [fetch], with its keys below it"
    return Field(default_factory=lambda: kind.model_validate({}), description=whole)


class AmurFile(Table):
    """All of amur.toml."""

    amur: AmurSection = _table(AmurSection)
    fetch: FetchSection = _table(FetchSection)
    schedule: ScheduleSection = _table(ScheduleSection)
    workers: WorkersSection = _table(WorkersSection)
    novelty: NoveltySection = _table(NoveltySection)
    alerts: AlertsSection = _table(AlertsSection)
    route: tuple[RouteSection, ...] = Field(
        (), strict=False, max_length=200, description="tables, each [[route]] with its keys below it"
    )
    email: EmailSection | None = Field(None, description="a table, such as [fetch], with its keys below it")
    slack: SlackSection | None = Field(None, description="a table, such as [fetch], with its keys below it")
    revisit: RevisitSection = _table(RevisitSection)
    keep: KeepSection = _table(KeepSection)
    log: LogSection = _table(LogSection)


class FeedRow(Table):
    """One [[feed]] of feeds.toml; its address is checked elsewhere."""

    name: str = Field(pattern=r"^\S(.{0,78}\S)?$", description="a name on one line, at most 80 characters")
    url: str = Field(description='the address of the feed, such as "https://example.org/feed.xml"')
    publisher: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=60,
        description='a short name for the house in small letters, digits and hyphens, such as "the-diplomat"',
    )
    bloc: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=60,
        description='whose voice it is in small letters, digits and hyphens, such as "independent"',
    )
    stance: str = Field("", max_length=200, description="a few words on where the feed stands")
    language: str = Field("", pattern=r"^([a-z]{2})?$", description='two letters, such as "en", "ru" or "zh"')
    evidence: Literal["", "tested", "listed", "found", "conflict"] = Field(
        "", description=f"one of {', '.join(EVIDENCE)}, or leave it out"
    )
    enabled: bool = Field(default=True, description="true or false")
