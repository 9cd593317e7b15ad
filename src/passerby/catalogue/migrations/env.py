"""Runs the steps on the connection from `catalogue/database.py`. Alembic loads this file by its name."""

from __future__ import annotations

from alembic import context
from alembic.runtime.migration import MigrationInfo
from alembic.script import Script
from sqlalchemy import inspect

from passerby.catalogue.schema import metadata
from passerby.catalogue.schema.access import cameras
from passerby.catalogue.schema.archive import schema_steps
from passerby.catalogue.schema.events import events
from passerby.catalogue.schema.map import places
from passerby.catalogue.schema.notify import outbox
from passerby.catalogue.schema.push import push_devices

connection = context.config.attributes["connection"]
# These modules add their tables to it.
tables = (cameras, events, outbox, push_devices, places)
assert all(table.metadata is metadata for table in tables)


def note_step(ctx: object, step: MigrationInfo, heads: object, run_args: object) -> None:
    """For versions that do not have it: see `catalogue.compatibility`."""
    script = step.up_revision
    if isinstance(script, Script) and inspect(connection).has_table(schema_steps.name):
        usable_from = getattr(script.module, "usable_from", script.revision)
        connection.execute(schema_steps.insert(), {"revision": script.revision, "usable_from": usable_from})


context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    on_version_apply=note_step,
)
with context.begin_transaction():
    context.run_migrations()
