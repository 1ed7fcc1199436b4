"""What origins said of who may read them, for a day."""

from __future__ import annotations

from collections.abc import Collection

from warehouse.connect import Connection
from warehouse.records import RobotsFile
from warehouse.rows import columns_of, insert, row_of


def known(con: Connection, origins: Collection[str]) -> dict[str, RobotsFile]:
    """What is known of these origins' robots.txt, however old."""
    query = f"SELECT {columns_of(RobotsFile, 'r')} FROM robots AS r WHERE origin IN (SELECT unnest(?::VARCHAR[]))"  # noqa: S608  field names
    return {row[0]: RobotsFile(*row) for row in con.execute(query, [list(origins)]).fetchall()}


def save(con: Connection, files: Collection[RobotsFile]) -> None:
    insert(con, "robots", [row_of(file) for file in files], "replace")
