"""Settings: what files say becomes values, and every mistake is named with its place and what would be right."""

from __future__ import annotations

import tomllib
from datetime import time, timedelta
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import QuietHours, Timetable
from alerts.routing import Route, TellRules
from alerts.rules import AlertRules
from desk import DEFAULTS, ONE_FEED, complaints, shipped_settings, write_settings
from extractors.fetch import FetchRules
from extractors.novelty import NoveltyRules
from extractors.polling import PollRules
from extractors.workers import WorkerRules
from flows.amurfile import find, find_data
from flows.complaints import Complaint, SettingsError
from flows.sections import AmurFile
from flows.settings import Settings, load, parse_duration

WEBHOOK = "https://hooks.slack.com/services/T000/B000/abcDEF123"
EMAIL = """
[email]
host = "smtp.example.org"
sender = "Amur <amur@example.org>"
recipients = ["a@example.org", "b@example.org"]
"""


def only(file: Path, environment: dict[str, str] | None = None) -> Complaint:
    found = complaints(file, environment)
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return shipped_settings(tmp_path_factory.mktemp("shipped"))


def test_shipped_files_are_right_as_they_are(shipped: Settings) -> None:
    """What `amur init` writes works before anything is filled in, with both channels off."""
    assert shipped.warnings == ()
    assert (shipped.email, shipped.slack, shipped.recipients, shipped.secrets) == (None, None, (), ())
    assert shipped.data == shipped.folder / "data"
    assert shipped.data.is_absolute()
    assert len(shipped.taxonomy.themes) >= 19


def test_shipped_values_are_the_defaults(shipped: Settings) -> None:
    """A line taken out of amur.toml changes nothing: the file, its shape and the rooms agree on every default."""
    table = tomllib.loads((DEFAULTS / "amur.toml").read_text(encoding="utf-8"))
    stated, silent = AmurFile.model_validate(table).model_dump(), AmurFile.model_validate({}).model_dump()
    assert {k: v for k, v in stated.items() if k not in ("email", "slack")} == {
        k: v for k, v in silent.items() if k not in ("email", "slack")
    }
    assert set(table["email"]) == set(stated["email"])
    assert set(table["slack"]) == set(stated["slack"])
    for section, keys in table.items():
        assert set(keys) == set(stated[section]), section
    assert shipped.fetch == FetchRules(user_agent=shipped.fetch.user_agent)
    assert (shipped.novelty, shipped.alerts, shipped.workers) == (NoveltyRules(), AlertRules(), WorkerRules())


def test_nothing_but_feeds_is_needed(tmp_path: Path) -> None:
    """An empty amur.toml means the defaults."""
    settings = load(write_settings(tmp_path, feeds_toml=ONE_FEED), {})
    assert settings.every == timedelta(minutes=10)
    assert settings.poll == PollRules(timedelta(minutes=10), timedelta(days=1))
    assert settings.fetch.user_agent.startswith("Amur/")
    assert [feed.name for feed in settings.feeds] == ["One"]
    assert settings.feeds[0].fetch_url == settings.feeds[0].url == "https://one.example/feed"


def test_the_bounds_of_a_feeds_own_interval(tmp_path: Path) -> None:
    """How often passes run and how often a feed is asked are settled apart; the two bounds may be the same."""
    amur = '[schedule]\nevery = "2h"\nshortest = "12h"\nlongest = "12h"'
    settings = load(write_settings(tmp_path, amur), {})
    assert (settings.every, settings.poll) == (timedelta(hours=2), PollRules(timedelta(hours=12), timedelta(hours=12)))


def test_contact_is_told_to_sites(tmp_path: Path) -> None:
    """The contact address is part of the User-Agent, whoever the reader says it is."""
    amur = '[fetch]\ncontact = "me@example.org"\nuser_agent = "Desk/2"'
    assert load(write_settings(tmp_path, amur), {}).fetch.user_agent == "Desk/2 (+me@example.org)"


def test_every_mistake_of_every_file_at_once(tmp_path: Path) -> None:
    """Mistakes in amur.toml, feeds.toml, themes.toml and the environment are reported together."""
    amur = '[fetch]\ndeadline = "fast"\ncontakt = "me"\n[slack]\n[schedule]\nevery = "30 min"\n'
    feeds = ONE_FEED + '[[feed]]\nname = "Two"\nurl = "https://two.example/?id=${TWO_ID}"\nbloc = "independent"\n'
    file = write_settings(tmp_path, amur, feeds)
    (tmp_path / "themes.toml").write_text('[[theme]]\nid = "Not A Slug"\n')
    found = complaints(file)
    assert {c.file for c in found} == {"amur.toml", "feeds.toml", "themes.toml"}
    in_amur = {c.path for c in found if c.file == "amur.toml"}
    assert in_amur == {"fetch.deadline", "fetch.contakt", "schedule.every", "slack"}  # a webhook is missing
    assert {c.path for c in found if c.file == "feeds.toml"} == {'feed[2].publisher ("Two")', 'feed[2].url ("Two")'}


@pytest.mark.parametrize(
    ("amur", "path", "says"),
    [
        ("[fetch]\ndeadline = 0", "fetch.deadline", "0 will not do: give seconds for one whole answer, 1 to 600"),
        ('[fetch]\nper_host = "2"', "fetch.per_host", "'2' will not do: give requests to one host at a time"),
        ("[fetch]\nper_host = true", "fetch.per_host", "true will not do"),
        ("[fetch]\nredirect = 3", "fetch.redirect", "did you mean 'redirects'?"),
        ('[fetch]\nallow = ["example.org"]', "fetch.allow[1]", 'such as ["intranet.example:8080"]'),
        ('[fetch]\nallow = ["http://a.example:80"]', "fetch.allow[1]", 'such as ["intranet.example:8080"]'),
        ('[fetch]\nallow = ["me@a.example:80"]', "fetch.allow[1]", 'such as ["intranet.example:8080"]'),
        ('[fetch]\nallow = ["a.example:0"]', "fetch.allow[1]", 'such as ["intranet.example:8080"]'),
        ('[fetch]\ncontact = "a b\\r\\nX: y"', "fetch.contact", "where a site can reach you"),
        ("[novelity]\nwindow_days = 3", "novelity", "did you mean 'novelty'?"),
        ("novelty = 3", "novelty", "3 will not do: give a table"),
        ("[schedule]\nevery = 30", "schedule.every", '30 will not do: give a number with a unit, such as "30m"'),
        ('[schedule]\nevery = "0m"', "schedule.every", "'0m' will not do"),
        ('[schedule]\nshortest = "2d"', "schedule", "longest is shorter than shortest"),
        ('[schedule]\nlongest = "5m"', "schedule", "longest is shorter than shortest"),
        ('[alerts]\non_ambiguous = "drop"', "alerts.on_ambiguous", 'give "resend" or "hold"'),
        ("[novelty]\nstory_distance = 17", "novelty.story_distance", "0 to 16"),
        ('[email]\nhost = "h"\nrecipients = ["a@b.org"]', "email.sender", "is missing: give the address"),
        (EMAIL.replace('"a@example.org"', '"nobody"'), "email.recipients[1]", "give one such as name@example.org"),
        (EMAIL.replace('"Amur <amur', '"A\\r\\nBcc: x@y.org <amur'), "email.sender", "give one such as"),
        (EMAIL + 'security = "none"', "email.security", "sends mail unencrypted to smtp.example.org"),
        (EMAIL + 'ca_file = "nowhere.pem"', "email.ca_file", "names no file"),
        (EMAIL + 'username = "me"', "email.username", "put AMUR_SMTP_PASSWORD=… into .env"),
        (EMAIL + 'username = "me"\nsecurity = "none"', "email", "would send the password unencrypted"),
        (EMAIL + 'password = "s3cret"', "email.password", "put AMUR_SMTP_PASSWORD=… into .env"),
        (f'[slack]\nwebhook = "{WEBHOOK}"', "slack.webhook", "put AMUR_SLACK_WEBHOOK=… into .env"),
        (f'[slack]\nwebhook_env = "{WEBHOOK}"', "slack.webhook_env", "never the webhook itself"),
        ('[alerts]\nquiet = "22-7"', "alerts.quiet", 'such as "22:00-07:00"'),
        ('[alerts]\nquiet = "07:00-07:00"', "alerts.quiet", "would be quiet for ever"),
        ('[alerts]\ntime_zone = "Europe/Berln"', "alerts.time_zone", "did you mean 'Europe/Berlin'?"),
        ('[alerts]\ntime_zone = "../passwd"', "alerts.time_zone", 'such as "Europe/Berlin"'),
        ("[alerts]\nescalation = 0.5", "alerts", "give 1 to 100, or 0 for never"),
        ("[alerts]\ncooldown = 3", "alerts.cooldown", "a table [alerts.cooldown] with days by kind"),
        ("[alerts.cooldown]\nsurg = 3", "alerts.cooldown.surg", "did you mean 'surge'?"),
        ("[alerts.cooldown]\nsurge = -1", "alerts.cooldown.surge", "0 to 365"),
        ('[[route]]\nto = "a@example.org"', "route[1].to", "no channel is there: fill in [email] or [slack]"),
        (EMAIL + '[[route]]\n[[route]]\nto = "c@example.org"', "route[2].to", "did you mean 'b@example.org'?"),
        (EMAIL + '[[route]]\nto = "slack"', "route[1].to", "nobody who is told of alerts"),
        (EMAIL + '[[route]]\nthemes = ["energy-leverag"]', "route[1].themes[1]", "did you mean 'energy-leverage'?"),
        (EMAIL + '[[route]]\nkinds = ["surges"]', "route[1].kinds[1]", "a list of kinds of alerts"),
        (EMAIL + '[[route]]\nwhen = "monthly"', "route[1].when", '"daily 08:00" or "weekly mon 08:00"'),
        (EMAIL + '[[route]]\nwhen = "daily 24:00"', "route[1].when", '"daily 08:00" or "weekly mon 08:00"'),
        ("[slack]\nenabled = true", "slack", "put AMUR_SLACK_WEBHOOK=https://hooks.slack.com/… into .env"),
    ],
)
def test_mistakes_in_amur_toml(tmp_path: Path, amur: str, path: str, says: str) -> None:
    """A wrong value, type, key, table or secret is named by its path, with what would be right."""
    found = only(write_settings(tmp_path, amur))
    assert (found.file, found.path) == ("amur.toml", path)
    assert says in found.message
    assert "s3cret" not in found.message


def test_channels_that_are_on(tmp_path: Path) -> None:
    """Channels take their secrets from .env, and show them to nobody."""
    env = f"AMUR_SMTP_PASSWORD=pa$$word\nDESK_HOOK={WEBHOOK}\n"
    amur = EMAIL + 'username = "me"\n[slack]\nname = "desk"\nwebhook_env = "DESK_HOOK"\n'
    settings = load(write_settings(tmp_path, amur, env=env), {})
    assert settings.email
    assert settings.slack
    assert (settings.email.port, settings.email.user, settings.email.password) == (587, "me", "pa$$word")
    assert settings.recipients == ("a@example.org", "b@example.org")
    assert (settings.slack.name, settings.slack.url) == ("desk", WEBHOOK)
    assert set(settings.secrets) == {"pa$$word", WEBHOOK}
    assert "pa$$word" not in repr(settings)
    assert "abcDEF123" not in repr(settings)


def test_who_is_told_what_and_when(tmp_path: Path) -> None:
    """Cooldowns by kind, quiet hours in a time zone, and routes: a recipient is the same however it is spelt."""
    amur = """
    [alerts]
    quiet = "22:00-07:00"
    time_zone = "Europe/Berlin"
    [alerts.cooldown]
    surge = 3
    [[route]]
    to = "Ann <A@Example.org>"
    themes = ["energy-leverage"]
    kinds = ["surge", "turn"]
    when = "weekly mon 8:00"
    [[route]]
    when = "at once"
    """
    settings = load(write_settings(tmp_path, EMAIL + amur), {})
    assert settings.alerts == AlertRules(cooldown={"surge": 3})
    weekly = Route("a@example.org", ("energy-leverage",), ("surge", "turn"), Timetable(time(8), 0))
    night = QuietHours(time(22), time(7))
    assert settings.telling == TellRules((weekly, Route()), night, ZoneInfo("Europe/Berlin"))
    assert settings.warnings == ()


def test_the_example_of_the_page_on_operation(tmp_path: Path) -> None:
    """What docs/operate.md says of routes can be written so."""
    page = (DEFAULTS.parent.parent / "docs" / "operate.md").read_text(encoding="utf-8")
    example = page[page.index("    [alerts]\n") : page.index("A route takes what it names")].replace("ann@", "a@")
    file = write_settings(tmp_path, f"{EMAIL}[slack]\n{dedent(example)}")
    telling = load(file, {"AMUR_SLACK_WEBHOOK": WEBHOOK}).telling
    assert [(route.to, str(route.when)) for route in telling.routes] == [
        ("a@example.org", "None"),
        ("slack", "weekly mon 08:00"),
    ]


def test_a_route_that_leads_nowhere_for_now(tmp_path: Path) -> None:
    """A channel that is off, a theme that is retired and an hour at night are no mistakes; they are said."""
    amur = '[[route]]\nto = "b@example.org"\nthemes = ["gone"]\nwhen = "daily 05:00"\n[alerts]\nquiet = "22:00-07:00"'
    file = write_settings(tmp_path, f"{EMAIL}enabled = false\n{amur}")
    assert only(file).path == "route[1].themes[1]"
    (tmp_path / "retired-themes.toml").write_text('[[theme]]\nid = "gone"\n', encoding="utf-8")
    off, retired, late = load(file, {}).warnings
    assert "route[1] leads to b@example.org, whose channel is switched off" in off
    assert "route[1] is for gone, which is retired" in retired
    assert "daily 05:00 lies in the quiet hours (22:00-07:00)" in late


def test_channels_that_are_off(tmp_path: Path) -> None:
    """A channel with `enabled = false` is off, and what it still lacks is no mistake."""
    amur = EMAIL + 'enabled = false\nusername = "me"\n[slack]\nenabled = false\n'
    settings = load(write_settings(tmp_path, amur), {})
    assert (settings.email, settings.recipients, settings.slack) == (None, (), None)


@pytest.mark.parametrize(
    ("hook", "right"),
    [(WEBHOOK, True), ("http://127.0.0.1:8025/hook", True), ("http://hooks.slack.com/x", False), ("abc", False)],
)
def test_webhooks_are_encrypted(tmp_path: Path, hook: str, right: bool) -> None:
    """A webhook is an https address, or one on this machine; a wrong one is not repeated."""
    file = write_settings(tmp_path, "[slack]")
    if right:
        assert load(file, {"AMUR_SLACK_WEBHOOK": hook}).slack
    else:
        assert "begins with https://" in only(file, {"AMUR_SLACK_WEBHOOK": hook}).message


@pytest.mark.parametrize("name", ["amur.toml", "feeds.toml", "themes.toml"])
def test_files_that_are_not_toml(tmp_path: Path, name: str) -> None:
    """A file that is not TOML is named with the line."""
    file = write_settings(tmp_path)
    (tmp_path / name).write_text("# fine\nthis is = not fine\n")
    found = only(file)
    assert found.file == name
    assert "line 2" in found.message


def test_files_in_odd_letters(tmp_path: Path) -> None:
    """A byte order mark is nothing; a file that is not UTF-8 is told so."""
    file = write_settings(tmp_path)
    (tmp_path / "feeds.toml").write_text("\ufeff" + ONE_FEED, encoding="utf-8")
    assert load(file, {}).feeds
    (tmp_path / "feeds.toml").write_text(ONE_FEED.replace("One", "Один"), encoding="cp1251")
    assert "save it as UTF-8" in only(file).message


def test_files_that_are_missing(tmp_path: Path) -> None:
    """A missing file is named with the command that writes it."""
    with pytest.raises(SettingsError, match="run `amur init` first"):
        load(tmp_path / "amur.toml", {})
    file = write_settings(tmp_path)
    (tmp_path / "feeds.toml").unlink()
    assert f"`amur init {tmp_path}`" in only(file).message


def test_where_the_settings_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option wins over AMUR_CONFIG, that over the current folder; a folder stands for its amur.toml."""
    here, there, elsewhere = (write_settings(tmp_path / name) for name in ("here", "there", "elsewhere"))
    monkeypatch.chdir(here.parent)
    assert find(None, {}) == here
    assert find(None, {"AMUR_CONFIG": str(there)}) == there
    assert find(elsewhere.parent, {"AMUR_CONFIG": str(there)}) == elsewhere


def test_a_question_needs_amur_toml_alone(tmp_path: Path) -> None:
    """The data folder is found though the feeds are in disorder."""
    file = write_settings(tmp_path, '[amur]\ndata = "../store"', feeds_toml="nonsense")
    assert find_data(file, {}) == tmp_path / ".." / "store"
    file.write_text("[amur]\ndata = 3")
    with pytest.raises(SettingsError, match=r"amur\.data: 3 will not do"):
        find_data(file, {})


@given(st.integers(1, 99_999), st.sampled_from([("m", 60), ("h", 3600), ("d", 86_400)]))
def test_durations(count: int, unit: tuple[str, int]) -> None:
    """A number and a unit make a span of time."""
    assert parse_duration(f"{count}{unit[0]}") == timedelta(seconds=count * unit[1])
