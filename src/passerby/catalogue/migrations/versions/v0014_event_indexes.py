"""Indexes of events, for users who see some cameras, for one kind, and for those that nobody was told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    is_told = sa.Column(
        "is_told",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="Whether a message of it is in the outbox.",
    )
    op.add_column("events", is_told)
    op.create_index("events_by_camera_state", "events", ["camera", "state", "start_90k", "id"])
    op.create_index("events_by_kind", "events", ["kind", "start_90k", "id"])
    not_told = sa.text("NOT is_told")
    op.create_index("events_not_told", "events", ["id"], sqlite_where=not_told, postgresql_where=not_told)
