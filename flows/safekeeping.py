"""Safekeeping: what lets a pass outlive its disk. Room to work in, a warehouse that has all it had, a backup a day."""

from __future__ import annotations

from dataclasses import replace

from flows.house import House, Pass
from flows.telling import addressees
from warehouse import backup, passes, recall
from warehouse.connect import Connection
from warehouse.store import WarehouseError


def require_room(house: House) -> None:
    """Raises WarehouseError when the disk is too full for a pass to start."""
    backup.require_room(house.store.folder, house.settings.backups.free, "a pass")


def recall_lost(house: House, con: Connection) -> str:
    """Mend what the journal says the warehouse has lost; what that was, for the pass's note."""
    hold = house.settings.alerts.on_ambiguous == "hold"
    return recall.catch_up(con, house.store.journal.read(), addressees(house.settings), hold=hold)


def back_up(house: House, this: Pass) -> None:
    """Make the backup of the day unless it is there, and remove what is past keeping; a failure is noted, no more."""
    rules = house.settings.backups
    if not rules.daily or not backup.is_due(house.store, this.now):
        return
    try:
        backup.back_up(house.store, this.now, free=rules.free)
    except WarehouseError as error:
        note = f"{this.record.note} There is no backup of today: {error}".lstrip()
        this.record = replace(this.record, note=note)
        with house.store.transaction() as con:
            passes.finish(con, this.record)
    else:
        backup.rotate(house.store, rules)
