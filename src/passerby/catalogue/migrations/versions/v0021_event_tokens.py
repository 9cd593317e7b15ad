"""Fencing tokens of events, and marks of what was written, so that nothing is counted twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column(
        "events",
        sa.Column(
            "token",
            sa.BigInteger,
            nullable=False,
            server_default="0",
            comment="Fencing token of the camera under which it was noticed. 0: by the only machine.",
        ),
    )
    op.create_table(
        "event_marks",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in objects.camera."),
        sa.Column("writer", sa.String(16), nullable=False, comment="Random name of the process that wrote last."),
        sa.Column("number", sa.BigInteger, nullable=False, comment="What it wrote last. It numbers what it writes."),
        comment="How far events and counts are written: what was written, and whose answer was lost, is not written "
        "again.",
    )
