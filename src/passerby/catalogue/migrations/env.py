"""Runs the steps on the connection from `catalogue/database.py`. Alembic loads this file by its name."""

from __future__ import annotations

from alembic import context

from passerby.catalogue.schema import metadata
from passerby.catalogue.schema.access import cameras
from passerby.catalogue.schema.events import events
from passerby.catalogue.schema.map import places
from passerby.catalogue.schema.notify import outbox
from passerby.catalogue.schema.push import push_devices

connection = context.config.attributes["connection"]
# These modules add their tables to it.
tables = (cameras, events, outbox, push_devices, places)
assert all(table.metadata is metadata for table in tables)
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
