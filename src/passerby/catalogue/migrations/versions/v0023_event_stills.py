"""Small pictures of events at sites whose recordings stay there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "event_stills",
        sa.Column(
            "event_id", number, sa.ForeignKey("events.id", ondelete="CASCADE"), primary_key=True,
            autoincrement=False, comment="What it is of.",
        ),
        sa.Column("camera", sa.String(64), nullable=False, comment="As in objects.camera."),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC of the picture, 1/90000 s since 1970."),
        sa.Column("jpeg", sa.LargeBinary, nullable=False, comment="Redacted, as the recording that it was made from."),
        sa.Index("event_stills_by_time", "camera", "at_90k"),
        comment="Pictures of events whose recordings stay at a site. They go when these do. In no backup.",
    )  # fmt: skip
