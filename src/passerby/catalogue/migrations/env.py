"""Runs the steps on the connection from `catalogue/database.py`. Alembic loads this file by its name."""

from __future__ import annotations

from alembic import context

from passerby.catalogue.schema_access import cameras

connection = context.config.attributes["connection"]
metadata = cameras.metadata  # of all tables: this module adds its own to those of the recordings
context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
with context.begin_transaction():
    context.run_migrations()
