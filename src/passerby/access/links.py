"""One-time links, stored as hashes. Only one exists at a time; it works once, until it expires."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, select, update

from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.access import set_up_links
from passerby.media.segments import ticks


class Links:
    """Runs within the caller's transactions. key: the hash of the link's secret."""

    def __init__(self, rows: Rows, works_for_s: float) -> None:
        self._clock, self._works_for_90k = rows.clock, ticks(works_for_s)

    def replace(self, connection: Connection, key: str) -> None:
        """Earlier links stop working."""
        connection.execute(delete(set_up_links))
        ends = self._clock.now_90k() + self._works_for_90k
        connection.execute(set_up_links.insert().values(key=key, ends_90k=ends))

    def works(self, connection: Connection, key: str) -> bool:
        """Whether it could be used now."""
        found = select(set_up_links.c.key).where(*_usable(key, self._clock.now_90k()))
        return connection.execute(found).one_or_none() is not None

    def take(self, connection: Connection, key: str) -> bool:
        """Uses the link; returns whether it worked. Call it first in the transaction: it locks the row, so that of two
        requests at once the second finds the link used."""
        now_90k = self._clock.now_90k()
        marked = update(set_up_links).where(*_usable(key, now_90k)).values(used_90k=now_90k)
        return bool(connection.execute(marked).rowcount)


def _usable(key: str, now_90k: int) -> tuple[ColumnElement[bool], ...]:
    return set_up_links.c.key == key, set_up_links.c.used_90k.is_(None), set_up_links.c.ends_90k > now_90k
