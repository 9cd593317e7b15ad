"""Cameras whose alerts are off: nobody is notified of their events, which are kept all the same."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import cameras
from passerby.catalogue.schema.notify import alerts_off


class CameraAlerts:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def off(self) -> frozenset[str]:
        """The cameras whose alerts are off."""
        with self._rows.transaction("read which alerts are off") as connection:
            return frozenset(connection.execute(select(alerts_off.c.camera)).scalars())

    def switch(self, camera: str, *, is_on: bool) -> bool:
        """Returns whether that changed anything: not if they were so already, or if there is no such camera."""
        with self._rows.transaction("switch alerts") as connection:
            if is_on:
                gone = connection.execute(delete(alerts_off).where(alerts_off.c.camera == camera))
                return gone.rowcount > 0
            is_there = select(cameras.c.name).where(cameras.c.name == camera)
            its_row = select(alerts_off.c.camera).where(alerts_off.c.camera == camera)
            if connection.execute(is_there).first() is None or connection.execute(its_row).first() is not None:
                return False
            new = insert_into(alerts_off, connection.dialect).values(camera=camera)
            connection.execute(new.on_conflict_do_nothing())
            return True


def forget_alerts(connection: Connection, of: Collection[str]) -> None:
    """For cameras that are removed: another of the name begins with its alerts on."""
    connection.execute(delete(alerts_off).where(alerts_off.c.camera.in_(of)))
