"""Browsers that are told by web push, and this installation's secrets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_devices()
    op.create_table(
        "push_waiting",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
        sa.Column(
            "device_id",
            _NUMBER,
            sa.ForeignKey("push_devices.id", ondelete="CASCADE"),
            nullable=False,
            comment="The browser that does not have it yet.",
        ),
        sa.Column("channel", sa.String(64), nullable=False, comment="Name of the channel in the configuration."),
        sa.Column("message_id", sa.String(64), nullable=False, comment="The same for every channel and every try."),
        sa.Column("message", sa.Text, nullable=False, comment="JSON: the fields of a message."),
        sa.Column(
            "due_90k",
            sa.BigInteger,
            nullable=False,
            comment="UTC. Not to be sent earlier; later after each failed try.",
        ),
        sa.Column(
            "give_up_90k", sa.BigInteger, nullable=False, comment="UTC. A try that fails after this is the last."
        ),
        sa.Column("tries", sa.Integer, nullable=False, comment="How often sending has failed."),
        sa.UniqueConstraint("device_id", "channel", "message_id", name="push_waiting_once"),
        comment="Messages that some browsers have, and others do not.",
    )
    op.create_table(
        "own_secrets",
        sa.Column("name", sa.String(32), primary_key=True, comment="What it is for."),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="Encrypted."),
        comment="Secrets that this installation made for itself.",
    )


def _add_devices() -> None:
    op.create_table(
        "push_devices",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
        sa.Column(
            "user_id",
            _NUMBER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            comment="The user it belongs to.",
        ),
        sa.Column(
            "session",
            sa.String(64),
            nullable=False,
            comment="Key of the session that it was last used in: whoever signs out there is no longer told. It stays "
            "when the session expires.",
        ),
        sa.Column(
            "key", sa.String(64), nullable=False, unique=True, comment="SHA-256 of its address at the push service."
        ),
        sa.Column("name", sa.String(60), nullable=False, comment="Name given by the page, such as Firefox on Android."),
        sa.Column(
            "sealed",
            sa.LargeBinary,
            nullable=False,
            comment="Encrypted JSON: its address at the push service, its keys.",
        ),
        sa.Column("created_90k", sa.BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
        sa.Column("told_90k", sa.BigInteger, nullable=True, comment="UTC when the push service last took a message."),
        sa.Column(
            "error", sa.String(300), nullable=False, comment="Why the latest message failed. Contains no secrets."
        ),
        comment="Browsers whose users want to be told by web push.",
    )
