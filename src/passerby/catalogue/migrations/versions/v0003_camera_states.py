"""The states of cameras, change by change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "camera_states",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="In the order of writing."),
        sa.Column("camera", sa.String(64), nullable=False, comment="As in objects.camera."),
        sa.Column(
            "from_90k", sa.BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970, from when on it was so."
        ),
        sa.Column(
            "to_90k",
            sa.BigInteger,
            nullable=False,
            comment="Until when; of an open one: until when that is known.",
        ),
        sa.Column("is_open", sa.Boolean, nullable=False, comment="It goes on; after a crash the next start ends it."),
        sa.Column("what", sa.String(16), nullable=False, comment="One word, such as recording or frozen."),
        sa.Column(
            "reason", sa.String(300), nullable=False, comment="A sentence for people, as it was first told. No secrets."
        ),
        comment="What each camera was said to do, change by change: so that an outage can be seen afterwards.",
    )
    op.create_index("camera_states_by_time", "camera_states", ["camera", "from_90k"])
