"""Settings that are changed on the page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "settings",
        sa.Column("key", sa.String(64), primary_key=True, comment="As in the configuration file: section.key."),
        sa.Column("value", sa.Text, nullable=False, comment="JSON. Does not count where the file sets the key."),
        comment="Settings that were changed on the page.",
    )
