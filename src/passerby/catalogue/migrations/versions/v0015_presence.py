"""How many were in zones and queues, by minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in objects.camera."),
        sa.Column("rule", sa.String(60), primary_key=True, comment="Name of the rule, as it was."),
        sa.Column("hour", sa.BigInteger, primary_key=True, comment="UTC, hours since 1970."),
        sa.Column("minutes", sa.LargeBinary, nullable=False, comment="60 minutes, compressed: see events/presence.py."),
        comment="How many were in zones and queues, by minute. An hour of which nothing is known has no row.",
    )
