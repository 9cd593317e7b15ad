"""Of which minutes it is known how many crossed a line: where nobody did, and where nobody looked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "lines_watched",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in objects.camera."),
        sa.Column("rule", sa.String(60), primary_key=True, comment="Name of the rule, as it was."),
        sa.Column("hour", sa.BigInteger, primary_key=True, comment="UTC, hours since 1970."),
        sa.Column(
            "minutes",
            sa.BigInteger,
            nullable=False,
            comment="Bit n: whether it is known how many crossed in minute n of the hour.",
        ),
        comment="Of which minutes crossings of lines were counted, so that nobody is not the same as not recorded.",
    )
