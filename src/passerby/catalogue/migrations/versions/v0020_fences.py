"""Fencing tokens of recordings, for several machines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    token = sa.Column(
        "token",
        sa.BigInteger,
        nullable=False,
        server_default="0",
        comment="Fencing token that it was written under. 0: by the only machine.",
    )
    recorded_token = sa.Column(
        "recorded_token",
        sa.BigInteger,
        nullable=False,
        server_default="0",
        comment="Fencing token that it was recorded under. Lower than token if another machine took the camera before "
        "it was handed in. Where recordings of a camera overlap, the highest is the record.",
    )
    op.add_column("objects", token)
    op.add_column("objects", recorded_token)
    op.create_table(
        "fences",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in objects.camera."),
        sa.Column(
            "token", sa.BigInteger, nullable=False, comment="The highest seen. Nothing is written under a lower one."
        ),
        comment="Which machine may write recordings of a camera: the one with this token. Empty on a single machine.",
    )
