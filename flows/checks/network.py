"""The network: names of the feeds' hosts, a few connections, and the channels up to the point of sending."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from alerts import mail
from alerts.deadline import Overdue, within
from extractors.addresses import look_up
from extractors.reach import Reached, places, reach
from flows.advice import advice
from flows.checks import Case, Finding, left_out, ok, trouble, warning
from flows.settings import fetch_rules

DIALLED = 3  # feeds' hosts
OURS = 0.8  # so many failing alike are our own network's fault
NAMED = 5  # failing hosts
PATIENCE = 20.0  # seconds for a mail server
LOOK_UP = 10.0  # seconds

OFFLINE = "left out with --offline"


def feeds(case: Case) -> Iterator[Finding]:
    """Names of all feeds' hosts are looked up, and a few of the hosts dialled; no page is asked for."""
    draft = case.draft
    wanted = places([feed.fetch_url for feed in draft.feeds if feed.enabled]) if draft else ()
    if case.offline or not draft or not draft.amur or not wanted:
        yield left_out(OFFLINE if case.offline else "no feeds are known")
        return
    reached = reach(wanted, DIALLED, fetch_rules(draft.amur.fetch))
    yield from _names([one for one in reached if not one.dialled], len(reached))
    yield from _lines([one for one in reached if one.dialled])


def _names(others: Sequence[Reached], number: int) -> Iterator[Finding]:
    failed = [one for one in others if one.reason]
    unknown = [one for one in failed if one.reason.startswith("dns")]
    if len(unknown) >= OURS * number:
        have = "host of feeds has" if number == 1 else "hosts of feeds have"
        said = f"{len(unknown)} of {number} {have} no address: this machine's own network, most likely"
        yield trouble(said, "Check its connection and its name server (/etc/resolv.conf).")
        return
    for one in failed[:NAMED]:
        yield warning(one.detail if one.host in one.detail else f"{one.host}: {one.detail}", _advice(one))
    if (more := len(failed) - NAMED) > 0:
        alike = "1 more host" if more == 1 else f"{more} more hosts"
        yield warning(f"and {alike} like these", "`amur feeds verify` names them all.")
    if not failed:
        yield ok(
            "1 host of a feed has a public address" if number == 1 else f"{number} hosts of feeds have public addresses"
        )


def _lines(dialled: Sequence[Reached]) -> Iterator[Finding]:
    failed = [one for one in dialled if one.reason]
    if dialled and len(failed) == len(dialled):
        names = ", ".join(one.host for one in failed)
        yield trouble(f"none of {names} can be reached", "Check firewall and router: Amur needs ports 80 and 443 out.")
        return
    for one in failed:
        yield warning(one.detail, _advice(one))
    if dialled and not failed:
        yield ok(f"{', '.join(one.host for one in dialled)} can be reached")


def _advice(one: Reached) -> str:
    what = advice(one.reason)
    return f"{what[:1].upper()}{what[1:]}."


def email(case: Case) -> Iterator[Finding]:
    """The mail server: dialled, encrypted, logged in to; nothing is sent."""
    account = case.draft.email if case.draft else None
    if unready := _unready(case, "email", on=account is not None):
        yield left_out(unready)
    elif account:
        result = mail.knock(replace(account, deadline=min(account.deadline, PATIENCE)))
        if result.result == "sent":
            how = {"none": "unencrypted", "starttls": "STARTTLS", "tls": "TLS"}[account.security]
            login = ", logged in" if account.user else ", no login"
            yield ok(f"{account.host}:{account.port} takes mail from us ({how}{login}); `amur alerts test` sends one")
        else:
            yield trouble(result.detail, "Mend [email] in amur.toml, or wait for the server; alerts wait meanwhile.")


def slack(case: Case) -> Iterator[Finding]:
    """The webhook: well formed, and its host has an address; nothing is posted."""
    hook = case.draft.slack if case.draft else None
    if unready := _unready(case, "slack", on=hook is not None):
        yield left_out(unready)
    elif hook:
        parts = urlsplit(hook.url)
        host, port = parts.hostname or "", parts.port or 443
        yield from _of_host(host, port)
        if host == "hooks.slack.com" and len(parts.path.strip("/").split("/")) != 4:  # noqa: PLR2004  services/T…/B…/…
            mended = "Copy it again: https://hooks.slack.com/services/T…/B…/…"
            yield warning("the webhook is not as long as Slack's are", mended)


def _of_host(host: str, port: int) -> Iterator[Finding]:
    try:
        within(LOOK_UP, lambda: look_up(host, port), lambda: None)
    except (OSError, UnicodeError, Overdue):
        yield trouble(f"the webhook's host {host} has no address", "Check the network, and the webhook in .env.")
    else:
        yield ok(f"{host} has an address; nothing was posted, `amur alerts test` posts a message")


def _unready(case: Case, section: str, *, on: bool) -> str:
    """Why the channel cannot be tried; "" when it can."""
    if not case.draft or not case.draft.amur:
        return "the settings cannot be read"
    if any(complaint.path.partition(".")[0] == section for complaint in case.draft.complaints):
        return f"[{section}] has mistakes in it, see above"
    if not on:
        return "off"
    return OFFLINE if case.offline else ""
