"""The rows of kept boxes: written while a camera records, read when a rule is tried, gone within a day."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from sqlalchemy import BigInteger, Connection, LargeBinary, String, and_, delete, exists, func, literal, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.limits import is_among
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import cameras
from passerby.catalogue.schema.events import kept_boxes
from passerby.events.boxes import Stretch, unpack
from passerby.rules.retention import HOUR_90K, Keep, KeepAll, cameras_by_limit, limit_90k, over_for_all_90k

KEPT_HOURS = 24.0
"""Less for a camera whose recordings are kept for less."""
_LOOK_EVERY_S = 3600.0  # for cameras that are gone: it goes through all rows
_AT_ONCE = 60  # rows: an hour of one camera
_ROWS_OF = [kept_boxes.c.start_90k, kept_boxes.c.boxes]


class KeptBoxes:
    """Thread-safe. Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._look_again_s = -math.inf

    def stretches(self, camera: str, from_90k: int, to_90k: int) -> Iterator[Stretch]:
        """Those that began in a range of time, the oldest first, read an hour at a time. One that cannot be read, as of
        another version, is left out."""
        c = kept_boxes.c
        while True:
            where = (c.camera == camera, c.start_90k >= from_90k, c.start_90k < to_90k)
            with self._rows.transaction("read what was kept for trying rules") as connection:
                found = connection.execute(select(*_ROWS_OF).where(*where).order_by(c.start_90k).limit(_AT_ONCE)).all()
            for row in found:
                try:
                    yield unpack(row.start_90k, bytes(row.boxes))
                except ValueError:
                    continue
            if len(found) < _AT_ONCE:
                return
            from_90k = found[-1].start_90k + 1

    def retire(self, keep: KeepAll, now_90k: int) -> int:
        """Delete what is older than a day or than the camera's own limit; now and then all of cameras that are gone or
        keep none, of which there is only what was being written just then. Returns how many rows."""
        c = kept_boxes.c
        all_90k = max(limit_90k(Keep(KEPT_HOURS), now_90k), over_for_all_90k(keep, now_90k))
        # What has a time to come was kept while the clock was wrong: nobody knows when it is a day old.
        over = [c.start_90k > now_90k + HOUR_90K, c.start_90k <= all_90k]
        now_s = self._rows.clock.monotonic()
        if is_time := now_s >= self._look_again_s:
            over.append(~exists().where(cameras.c.name == c.camera, cameras.c.keeps_boxes))
        deleted = 0
        with self._rows.transaction("delete what was kept for trying rules") as connection:
            for limit, names in cameras_by_limit(keep, now_90k).items():
                if limit > all_90k:
                    over.append(and_(is_among(c.camera, names, connection.dialect), c.start_90k <= limit))
            for each in over:  # each finds its own index
                deleted += connection.execute(delete(kept_boxes).where(each)).rowcount
        if is_time:
            self._look_again_s = now_s + _LOOK_EVERY_S
        return deleted

    def size(self, camera: str) -> tuple[int, int]:
        """How many rows and bytes there are of a camera."""
        c = kept_boxes.c
        query = select(func.count(), func.coalesce(func.sum(func.length(c.boxes)), 0)).where(c.camera == camera)
        with self._rows.transaction("read what was kept for trying rules") as connection:
            count, size = connection.execute(query).one()
        return int(count), int(size)


def write_boxes(connection: Connection, camera: str, start_90k: int, end_90k: int, data: bytes) -> None:
    """Writes a stretch, unless the camera is gone or keeps none by now."""
    keeps = exists().where(cameras.c.name == camera, cameras.c.keeps_boxes, cameras.c.since_90k <= start_90k)
    row = select(
        literal(camera, String), literal(start_90k, BigInteger), literal(end_90k, BigInteger),
        literal(data, LargeBinary),
    ).where(keeps)  # fmt: skip
    add = insert_into(kept_boxes, connection.dialect).from_select(["camera", "start_90k", "end_90k", "boxes"], row)
    connection.execute(add.on_conflict_do_nothing())


def forget_boxes(connection: Connection, names: Collection[str]) -> None:
    """For cameras that are removed, moved elsewhere, or keep none any more."""
    connection.execute(delete(kept_boxes).where(kept_boxes.c.camera.in_(names)))
