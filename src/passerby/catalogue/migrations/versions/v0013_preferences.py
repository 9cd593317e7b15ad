"""What users have chosen for themselves, and whether removed cameras had limits of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column(
            "user_id",
            _NUMBER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            primary_key=True,
            comment="The user whose it is.",
        ),
        sa.Column("name", sa.String(32), primary_key=True, comment="language or layouts."),
        sa.Column("value", sa.Text, nullable=False, comment="JSON."),
        comment="What users have chosen for themselves on the page.",
    )
    op.add_column(
        "limits_of_removed",
        sa.Column(
            "is_own",
            sa.Boolean,
            nullable=False,
            server_default=sa.true(),
            comment="Whether the camera had a limit of its own. If not, a default that gets shorter applies.",
        ),
    )
