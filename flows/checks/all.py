"""All checks, in the order in which what is wrong is best mended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from flows import amurfile
from flows.checks import Case, Check, clock, disk, locks, network, prefect, settings, versions, warehouse
from flows.complaints import SettingsError
from flows.settings import draft

CHECKS = (
    Check("settings", "files", settings.files),
    Check("settings", "secrets", settings.secrets),
    Check("settings", "contact", settings.contact),
    Check("settings", "allow", settings.allow),
    Check("settings", "channels", settings.channels),
    Check("versions", "python", versions.python),
    Check("versions", "mail headers", versions.mail_headers),
    Check("versions", "expat", versions.expat),
    Check("versions", "libraries", versions.libraries),
    Check("versions", "traps", versions.traps),
    Check("versions", "model", versions.model),
    Check("disk", "room", disk.room),
    Check("disk", "inodes", disk.inodes),
    Check("disk", "folder", disk.folder),
    Check("disk", "file system", disk.sharing),
    Check("clock", "now", clock.now),
    Check("clock", "history", clock.history),
    Check("locks", "pass", locks.one_pass),
    Check("locks", "database", locks.database),
    Check("warehouse", "live", warehouse.live),
    Check("warehouse", "published", warehouse.analysts),
    Check("warehouse", "leftovers", warehouse.leftovers),
    Check("network", "feeds", network.feeds),
    Check("channels", "email", network.email),
    Check("channels", "slack", network.slack),
    Check("prefect", "server", prefect.server),
)


def take_in(config: Path | None, now: datetime, *, offline: bool, environment: Mapping[str, str] = os.environ) -> Case:
    """What there is to look at, whatever is wrong with the settings."""
    try:
        found = draft(config, environment)
    except SettingsError as error:
        return Case(None, error.complaints, None, environment, now, offline)
    data = amurfile.data_folder(found.amur, found.folder) if found.amur else None
    return Case(found, found.complaints, data, environment, now, offline)
