"""Which versions of passerby may use the tables while several run side by side: migrations expand, then contract.

A step that only adds what others can leave alone says so in `usable_from`: the oldest revision whose code may go on
using the tables after it. A step that takes something away names the first revision whose code no longer used that. A
step that says nothing is for the code that has it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, select, text

from passerby.catalogue.schema.archive import schema_steps

STEPS = Path(__file__).parent / "migrations"
SCHEMA_KNOWN = max(file.name for file in (STEPS / "versions").glob("v*.py"))[1:].partition("_")[0]
"""The newest revision that this version knows. Found without Alembic, which would load every step: a quarter of a
second at each start of each process."""


def revision_of(connection: Connection) -> str | None:
    """None: there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found[0] if len(found) == 1 else None


def is_usable(connection: Connection, known: str = SCHEMA_KNOWN) -> bool:
    """Whether code that knows this revision may use the tables as they are: they are at it, or later steps say so."""
    revision = revision_of(connection)
    if revision is None or revision <= known:
        return revision == known
    if not inspect(connection).has_table(schema_steps.name):
        return False
    steps = connection.execute(select(schema_steps.c.revision, schema_steps.c.usable_from))
    usable_from = {str(its): str(oldest) for its, oldest in steps}
    return revision in usable_from and max(usable_from.values()) <= known
