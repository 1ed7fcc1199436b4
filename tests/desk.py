"""A folder of settings with a filled warehouse beside it, and the command as a user types it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from builders import (
    TEXT,
    key,
    make_article,
    make_delivery,
    make_entry,
    make_fetch,
    make_finding,
    make_judgement,
    make_message,
    make_score,
    make_state,
)
from flows.commands import amur
from flows.complaints import Complaint, SettingsError
from flows.settings import Settings, load
from warehouse import articles, feeds, findings, judgements, outbox, passes
from warehouse.connect import Connection
from warehouse.publish import publish
from warehouse.records import Article, Copy, MessageState, Taxonomy
from warehouse.store import Store

DEFAULTS = Path(__file__).parent.parent / "flows" / "defaults"
THEME = "energy-leverage"
ONE_FEED = """
[[feed]]
name = "One"
url = "https://one.example/feed"
publisher = "one"
bloc = "independent"
"""
FEEDS = """
[[feed]]
name = "Steppe Review"
url = "https://steppe-review.example/feed.xml"
publisher = "steppe-review"
bloc = "central-asia"

[[feed]]
name = "Harbin Observer"
url = "https://harbin-observer.example/feed.xml"
publisher = "harbin-observer"
bloc = "independent"

[[feed]]
name = "Quiet Quarterly"
url = "https://quiet-quarterly.example/feed.xml"
publisher = "quiet-quarterly"
bloc = "independent"
enabled = false
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """Settings, their file, and what was put into the warehouse."""

    file: Path
    settings: Settings
    told: tuple[Article, Article]
    alert: UUID
    rejected: Article

    def ask(self, *words: str, **options: object) -> Result:
        """`amur --config … words`; standard error is in `.stderr`."""
        return CliRunner().invoke(amur, ["--config", str(self.file), *words], **options)  # type: ignore[arg-type]  # as click takes them


def write_settings(folder: Path, amur_toml: str = "", feeds_toml: str = FEEDS, env: str = "") -> Path:
    """Settings with the shipped themes; the path of amur.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    if env:
        (folder / ".env").write_text(env, encoding="utf-8")
        (folder / ".env").chmod(0o600)
    (folder / "amur.toml").write_text(amur_toml, encoding="utf-8")
    (folder / "feeds.toml").write_text(feeds_toml, encoding="utf-8")
    shutil.copy(DEFAULTS / "themes.toml", folder / "themes.toml")
    return folder / "amur.toml"


def complaints(file: Path, environment: dict[str, str] | None = None) -> tuple[Complaint, ...]:
    """What is wrong with the settings."""
    with pytest.raises(SettingsError) as caught:
        load(file, environment or {})
    return caught.value.complaints


def shipped_settings(folder: Path) -> Settings:
    """The files that ship with Amur, loaded from `folder` as they are."""
    for name in ("amur.toml", "feeds.toml", "themes.toml"):
        shutil.copy(DEFAULTS / name, folder / name)
    shutil.copy(DEFAULTS / "env.example", folder / ".env")
    (folder / ".env").chmod(0o600)
    return load(folder, {})


def furnish(folder: Path) -> Desk:
    """A desk after one pass: a theme told by two publishers, one article kept out, one feed and one message failing."""
    file = write_settings(folder, '[schedule]\nevery = "1h"\n')
    settings = load(file, {})
    steppe, harbin, _ = settings.feeds
    now = datetime.now(UTC) - timedelta(hours=1)
    told = (
        make_article("gas-contract", steppe, title="Gas contract signed", first_seen_at=now, dated_at=now),
        make_article("gas-price", harbin, title="=SUM(A1) or 天然气 price", first_seen_at=now, dated_at=now),
    )
    rejected = make_article("football", harbin, title="Gas station wins", text="They won. " + TEXT, dated_at=now)
    finding = make_finding(told, settings.taxonomy, theme_id=THEME, found_at=now)
    store = Store(settings.data).open()
    with store.transaction() as con:
        record = passes.begin(con, key("pass"), now)
        _save_polls(con, now, settings)
        articles.save_articles(con, [*told, rejected])
        _judge(con, now, settings.taxonomy, told, rejected)
        findings.save_findings(con, [(finding, "alert")])
        _save_messages(con, now, findings.alert_id(finding))
        passes.finish(
            con, replace(record, finished_at=now + timedelta(seconds=90), outcome="complete", feeds_due=2, alerts=1)
        )
    publish(store, now)
    return Desk(file, settings, told, findings.alert_id(finding), rejected)


def _save_polls(con: Connection, now: datetime, settings: Settings) -> None:
    steppe, harbin, _ = settings.feeds
    well = make_state(steppe, checked_at=now, succeeded_at=now)
    failing = make_state(
        harbin,
        outcome="failed",
        reason="connect_refused",
        detail="Port 443 is closed",
        failures=2.0,
        checked_at=now,
        succeeded_at=now - timedelta(days=3),
        next_attempt_at=now + timedelta(hours=5),
    )
    feeds.sync_feeds(con, settings.feeds)
    polls = [
        (steppe, make_fetch(), well, [make_entry("gas-contract", steppe)]),
        (harbin, make_fetch(), failing, [make_entry("not-yet-read", harbin)]),
    ]
    feeds.save_polls(con, key("pass"), polls)


def _judge(
    con: Connection, now: datetime, taxonomy: Taxonomy, told: tuple[Article, Article], rejected: Article
) -> None:
    judgements.use_taxonomy(con, taxonomy, now)
    stories = ((told[0], told[0], 0), (told[1], told[0], 3), (rejected, rejected, 0))
    judgements.save_stories(con, [Copy(a.id, of.id, a.fingerprint, now, apart) for a, of, apart in stories])
    judged = [
        make_judgement(article, taxonomy, [], scores=(make_score(article, THEME),), judged_at=now) for article in told
    ]
    kept_out = make_judgement(rejected, taxonomy, [], relevant=False, relevance=0.1, reason="names only China")
    judgements.save_judgements(con, [*judged, kept_out])


def _save_messages(con: Connection, now: datetime, alert: UUID) -> None:
    sent = replace(make_message(recipient="a@example.org", created_at=now), alert_ids=(alert,))
    stuck = replace(make_message(recipient="b@example.org", created_at=now), alert_ids=(alert,))
    for message in (sent, stuck):
        outbox.save_message(con, message)
    outbox.mark(con, make_delivery(sent, at=now), MessageState.SENT)
    refused = make_delivery(stuck, "retry", at=now, reason="smtp_busy", detail="Try again later.")
    outbox.mark(con, refused, MessageState.PENDING, now + timedelta(hours=4))
