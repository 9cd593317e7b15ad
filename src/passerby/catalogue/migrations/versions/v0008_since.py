"""Since when recordings under a camera's name are its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "cameras",
        sa.Column(
            "since_90k",
            sa.BigInteger,
            nullable=False,
            server_default="0",
            comment="UTC: recordings from before are of another camera that had the name; 0: there was none.",
        ),
    )
