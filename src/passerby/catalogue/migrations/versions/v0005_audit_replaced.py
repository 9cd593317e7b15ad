"""Audit records cannot be replaced either, and their text may have any length."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """SQLite's INSERT OR REPLACE deletes a row without running a trigger; PostgreSQL's ON CONFLICT runs the trigger for
    updates. SQLite does not enforce the length of a text, so its table is left as it is."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("audit", "about", type_=sa.Text(), existing_nullable=False)
        return
    # In a BEFORE trigger SQLite gives a missing id as -1. So no row may have the id -1, or nothing could be added.
    for name, when, wrong in (
        ("audit_no_replace", "BEFORE", "EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"),
        ("audit_ids_count", "AFTER", "NEW.id < 1"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} {when} INSERT ON audit WHEN {wrong} "
            "BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END"
        )
