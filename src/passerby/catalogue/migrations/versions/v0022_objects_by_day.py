"""Prepares the rows of objects for partitions by day, in PostgreSQL; makes them at once where there are no rows yet.

With rows, machines of the version before may be writing: they need the key to be unique by itself, which it cannot be
in a partitioned table. `passerby cluster split-days` makes the partitions once all are of this version.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

from passerby.catalogue.days import split
from passerby.media.segments import ticks

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        return
    op.create_index("objects_key_start", "objects", ["key", "start_90k"], unique=True)
    if connection.execute(sa.text("SELECT id FROM objects LIMIT 1")).first() is None:
        split(connection, ticks(time.time()))
