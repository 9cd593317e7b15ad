"""Channels and routes of messages that are set up on the page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "page_channels",
        sa.Column("name", sa.String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
        sa.Column("settings", sa.Text, nullable=False, comment="JSON: its keys as in passerby.toml, without secrets."),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="Encrypted JSON: its address and its secret."),
        sa.Column(
            "address_shown", sa.String(300), nullable=False, comment="Kind and server of the address, and no more."
        ),
        sa.Column("who", sa.String(64), nullable=False, comment="Name of the user who changed it last."),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC when, 1/90000 s since 1970."),
        comment="Channels set up on the page. One of the same name in passerby.toml is used instead.",
    )
    op.create_table(
        "page_routes",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
        sa.Column("settings", sa.Text, nullable=False, comment="JSON: its keys as in passerby.toml."),
        sa.Column("who", sa.String(64), nullable=False, comment="Name of the user who changed it last."),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC when, 1/90000 s since 1970."),
        comment="Routes set up on the page, beside those in passerby.toml.",
        sqlite_autoincrement=True,
    )
