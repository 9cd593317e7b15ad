"""Records of the audit cannot be replaced either, and say as much as there is to say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """SQLite's INSERT OR REPLACE deletes a row and runs no trigger for that; PostgreSQL's ON CONFLICT runs that of a
    change. SQLite keeps to no length of a text, so that there the table is left as it is."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("audit", "about", type_=sa.Text(), existing_nullable=False)
        return
    # Where no id is told, SQLite calls it -1 till it has one: so none may ever be -1, or nothing could be added.
    for name, when, wrong in (
        ("audit_no_replace", "BEFORE", "EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"),
        ("audit_ids_count", "AFTER", "NEW.id < 1"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} {when} INSERT ON audit WHEN {wrong} "
            "BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END"
        )
