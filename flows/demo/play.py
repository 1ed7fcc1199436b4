"""The play: three weeks of the demo's world, one pass a day, and a check of what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from flows.demo.servers import DemoServers
from flows.demo.world import World
from flows.house import House, Watch, open_house
from flows.settings import Settings, load
from warehouse import outbox
from warehouse.passes import PassRecord
from warehouse.records import Alert

RECIPIENT = "analyst@think-tank.example"

# A pass of the play: what the stage holds, and the moment of the pass.
Conduct = Callable[[House, datetime], PassRecord]


@dataclass(slots=True)
class Clock:
    """The play's clock: what it is told."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Stage:
    """The world, its servers, and Amur set up to watch them."""

    world: World
    servers: DemoServers
    house: House
    clock: Clock

    @property
    def settings(self) -> Settings:
        return self.house.settings

    def play(self, conduct: Conduct) -> Iterator[tuple[int, PassRecord]]:
        """Run the daily passes; yields the day and what its pass did."""
        script = self.world.script
        for day in range(script.days + 1):
            now = (script.start + timedelta(days=day)).replace(hour=script.hour).astimezone(UTC)
            self.clock.now = now
            self.servers.set_time(now)
            yield day, conduct(self.house, now)

    def alerts(self) -> list[Alert]:
        """All alerts so far, oldest first."""
        with self.house.store.transaction() as con:
            ids = [alert_id for (alert_id,) in con.execute("SELECT alert_id FROM alerts").fetchall()]
            return outbox.read_alerts(con, ids, self.settings.alerts.quotes)


@contextmanager
def stage(folder: Path, watch: Watch | None = None) -> Iterator[Stage]:
    """Set the stage in `folder`: settings like any user's, and the world on loopback."""
    world = World.load()
    with DemoServers(world, folder) as servers:
        _write_settings(folder, world, servers)
        clock = Clock(world.script.start)
        environment = {"AMUR_SLACK_WEBHOOK": servers.webhook_url}
        with open_house(load(folder / "amur.toml", environment), watch, clock) as house:
            yield Stage(world, servers, house, clock)


def _write_settings(folder: Path, world: World, servers: DemoServers) -> None:
    allow = ", ".join(f'"{host}"' for host in servers.allow)
    (folder / "amur.toml").write_text(
        f"""# The demo's settings: the default ones, but for what lets it play three weeks on this machine alone.
[fetch]
contact = "demo@think-tank.example"
allow = [{allow}]
host_distance = 0.0

[schedule]
every = "1d"

[novelty]
burn_in_days = {world.script.burn_in_days}

[email]
host = "{servers.smtp_host}"
port = {servers.smtp_port}
security = "none"
sender = "Amur <amur@think-tank.example>"
recipients = ["{RECIPIENT}"]

[slack]
name = "desk"
""",
        encoding="utf-8",
    )
    (folder / ".env").write_text(f"AMUR_SLACK_WEBHOOK={servers.webhook_url}\n", encoding="utf-8")
    (folder / ".env").chmod(0o600)
    (folder / "feeds.toml").write_text(servers.feeds_toml(), encoding="utf-8")
    defaults = resources.files("flows") / "defaults" / "themes.toml"
    (folder / "themes.toml").write_bytes(defaults.read_bytes())


def complaints(on: Stage) -> list[str]:
    """Where the play ended otherwise than its script says; empty when all is as it should be."""
    alerts, script = on.alerts(), on.world.script
    expected = {(a.theme, script.start + timedelta(days=a.day), tuple(sorted(a.publishers))) for a in script.alerts}
    came = {(a.theme_id, a.created_at, a.publishers) for a in alerts}
    wrong = [f"missing: {theme} on {at:%d %b} by {', '.join(who)}" for theme, at, who in sorted(expected - came)]
    wrong += [f"unexpected: {theme} on {at:%d %b} by {', '.join(who)}" for theme, at, who in sorted(came - expected)]
    wrong += _miscounted("mail", len(on.servers.mails), len(script.alerts))
    wrong += _miscounted("Slack message", len(on.servers.slack_messages), len(script.alerts))
    quoted = [quote.sentence for alert in alerts for quote in alert.quotes]
    wrong += [f"a quote that is in no article: {sentence}" for sentence in quoted if not _stands(on, sentence)]
    return wrong + _uncopied(on)


def _miscounted(what: str, came: int, expected: int) -> list[str]:
    return [] if came == expected else [f"{came} {what}s came instead of {expected}"]


def _stands(on: Stage, sentence: str) -> bool:
    """Whether a sentence stands word for word in an article of the world."""
    return any(sentence in text for piece in on.world.pieces for text in (piece.text, piece.title))


def _uncopied(on: Stage) -> list[str]:
    """The copied report must be one story."""
    with on.house.store.transaction() as con:
        stories = con.execute(
            "SELECT count(DISTINCT s.story_id), count(*) FROM scores JOIN stories AS s USING (article_id) "
            "WHERE theme_id = ? AND present",
            [on.world.script.copied],
        ).fetchall()[0]
    return [] if stories == (1, 10) else [f"ten copies became {stories[0]} stories of {stories[1]} articles"]
