"""Which versions of passerby may use the tables after each step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
usable_from = "0027"


def upgrade() -> None:
    op.create_table(
        "schema_steps",
        sa.Column(
            "revision", sa.String(32), primary_key=True, comment="Of a step that was run, as in alembic_version."
        ),
        sa.Column(
            "usable_from",
            sa.String(32),
            nullable=False,
            comment="The oldest revision whose code may use the tables after it.",
        ),
        comment="Steps from 0027 on. Versions that do not know the newest one find here whether they may go on.",
    )
