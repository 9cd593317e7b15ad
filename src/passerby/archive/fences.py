"""Fencing: which token may write recordings of a camera, decided in the transaction that writes.

Tokens only grow. A machine that was paused or cut off while another took its camera has the lower one: it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from passerby.catalogue.database import insert_into
from passerby.catalogue.schema import fences
from passerby.errors import Superseded


def admit(connection: Connection, camera: str, token: int) -> None:
    """Until the transaction ends nobody can raise the fence above this token. Raises Superseded if it is higher."""
    if _fence(connection, camera) < token:
        raise_fences(connection, [camera], token)
    if _fence(connection, camera) > token:  # perhaps raised meanwhile
        raise Superseded(camera)


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


def _fence(connection: Connection, camera: str) -> int:
    """Shared lock: others may read it and write under it, and nobody may raise it meanwhile."""
    query = select(fences.c.token).where(fences.c.camera == camera).with_for_update(read=True)
    return connection.execute(query).scalar_one_or_none() or 0
