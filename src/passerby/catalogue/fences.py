"""Fencing: which token may write recordings and events of a camera, decided in the transaction that writes.

Tokens only grow. A machine that was paused or cut off while another took its camera has the lower one: it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.schema.archive import fences, objects
from passerby.errors import Superseded
from passerby.media.segments import TICKS_PER_S, ObjectState

LONGEST_OBJECT_90K = 3600 * TICKS_PER_S
"""Longer than any object, so that a search by time has two bounds."""
ROWS_LAG_90K = 60 * TICKS_PER_S
"""A row lags behind what is recorded: by a GOP, or by as long as a catalogue is away for a moment."""


def admit(connection: Connection, camera: str, token: int) -> None:
    """Until the transaction ends nobody can raise the fence above this token. Raises Superseded if it is higher."""
    fence = _fence(connection, camera)
    if fence < token:
        raise_fences(connection, [camera], token)
        fence = _fence(connection, camera)  # perhaps raised meanwhile
    if fence > token:
        raise Superseded(camera)


def fence_now(connection: Connection, camera: str) -> int | None:
    """For somebody who only asks: nothing is locked or written. None: there is no fence yet."""
    found: int | None = connection.execute(select(fences.c.token).where(fences.c.camera == camera)).scalar_one_or_none()
    return found


def is_admitted(connection: Connection, camera: str, token: int) -> bool:
    """The same as an answer. A single machine has no token, and is always admitted."""
    try:
        if token:
            admit(connection, camera, token)
    except Superseded:
        return False
    return True


def is_recorded_above(connection: Connection, camera: str, token: int, at_90k: int) -> bool:
    """Whether what was recorded under a higher token is the record of that time."""
    c = objects.c
    goes_on = (c.state == ObjectState.OPEN) & (c.end_90k > at_90k - ROWS_LAG_90K)
    above = select(c.id).where(
        c.camera == camera, c.recorded_token > token, c.state != ObjectState.DELETING,
        c.start_90k <= at_90k, c.start_90k > at_90k - LONGEST_OBJECT_90K, (c.end_90k > at_90k) | goes_on,
    )  # fmt: skip
    return connection.execute(above.limit(1)).first() is not None


def recorded_above_from(connection: Connection, camera: str, token: int, after_90k: int) -> int | None:
    """When the first recording under a higher token after a time begins. None: there is none."""
    c = objects.c
    above = (c.camera == camera, c.recorded_token > token, c.start_90k > after_90k, c.state != ObjectState.DELETING)
    first: int | None = connection.execute(select(func.min(c.start_90k)).where(*above)).scalar_one()
    return first


def raise_fences(connection: Connection, cameras: Iterable[str], token: int) -> None:
    """From now on lower tokens are refused. Fences that are higher stay."""
    row = insert_into(fences, connection.dialect)
    higher = row.on_conflict_do_update(
        index_elements=["camera"], set_={"token": row.excluded.token}, where=fences.c.token < row.excluded.token
    )
    rows = [{"camera": camera, "token": token} for camera in sorted(cameras)]  # sorted: two that do it cannot deadlock
    if rows:
        connection.execute(higher, rows)


def highest_token(connection: Connection) -> int:
    """Of all cameras; 0 if there are none."""
    return int(connection.execute(select(func.coalesce(func.max(fences.c.token), 0))).scalar_one())


def fenced_above(connection: Connection, tokens: Mapping[str, int]) -> set[str]:
    """The cameras whose fence is above these tokens."""
    query = select(fences.c.camera, fences.c.token).where(fences.c.camera.in_(tokens))
    return {row.camera for row in connection.execute(query) if row.token > tokens[row.camera]}


def _fence(connection: Connection, camera: str) -> int:
    """Shared lock: others may read it and write under it, and nobody may raise it meanwhile."""
    query = select(fences.c.token).where(fences.c.camera == camera).with_for_update(read=True)
    return connection.execute(query).scalar_one_or_none() or 0
