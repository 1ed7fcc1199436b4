"""Prefect's server: whoever reaches it can run code, so it stays on this machine, or asks for a login.

Nothing here imports Prefect: its settings are looked at as the environment has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.hosts import is_this_machine
from flows.checks import Case, Finding, ok, trouble, warning

BOUND = "Set PREFECT_SERVER_API_HOST=127.0.0.1, or a login: PREFECT_SERVER_API_AUTH_STRING for the server"


def server(case: Case) -> Iterator[Finding]:
    """Where the server is, and whether it asks for a login."""
    given = case.environment
    findings = [*_bound(given.get("PREFECT_SERVER_API_HOST", ""), case), *_named(case)]
    if given.get("PREFECT_RESULTS_PERSIST_BY_DEFAULT", "").lower() in ("1", "true", "yes"):
        said = "results are persisted as pickles, which run code when they are read"
        findings.append(warning(said, "Unset PREFECT_RESULTS_PERSIST_BY_DEFAULT: Amur needs no stored results."))
    well = "on this machine, or with a login" if given.get("PREFECT_API_URL") else "Amur's own, on this machine"
    yield from findings or [ok(well)]


def _bound(host: str, case: Case) -> Iterator[Finding]:
    if host and not is_this_machine(host) and not case.environment.get("PREFECT_SERVER_API_AUTH_STRING"):
        said = f"PREFECT_SERVER_API_HOST={host} lets other machines in, without a login"
        yield trouble(said, f"{BOUND} and PREFECT_API_AUTH_STRING here.")


def _named(case: Case) -> Iterator[Finding]:
    parts = urlsplit(case.environment.get("PREFECT_API_URL", ""))
    host = parts.hostname or ""
    if not host or is_this_machine(host):
        return
    if not any(case.environment.get(name) for name in ("PREFECT_API_AUTH_STRING", "PREFECT_API_KEY")):
        said = f"PREFECT_API_URL leads to {host}, beyond this machine, and no login is set"
        yield trouble(said, f"{BOUND}, and the same as PREFECT_API_AUTH_STRING here.")
    elif parts.scheme != "https":
        yield warning(f"the login to {host} travels unencrypted", "Put an https:// address into PREFECT_API_URL.")
