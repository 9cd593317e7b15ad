"""Messages to be sent, and the alarms that people were told of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_outbox()
    op.create_table(
        "alarms_told",
        sa.Column("kind", sa.String(16), primary_key=True, comment="The kind of alarm."),
        sa.Column("camera", sa.String(64), primary_key=True, comment="The camera. Empty: not about a single one."),
        sa.Column(
            "since_90k",
            sa.BigInteger,
            nullable=False,
            comment="UTC since when the alarm was active when it was told.",
        ),
        sa.Column("count", sa.Integer, nullable=False, comment="How many there were, of what is reported once."),
        sa.Column("seen_90k", sa.BigInteger, nullable=False, comment="UTC when it was last active."),
        comment="Alarms that people were told of, so that a restart does not tell them again, and their end is told.",
    )


def _add_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
        sa.Column("message_id", sa.String(64), nullable=False, comment="The same for every channel and every try."),
        sa.Column("channel", sa.String(64), nullable=False, comment="Name of the channel in the configuration."),
        sa.Column(
            "escalates",
            sa.Boolean,
            nullable=False,
            comment="Sent only if nobody says before due_90k that they have seen it.",
        ),
        sa.Column("message", sa.Text, nullable=False, comment="JSON: the fields of a message."),
        sa.Column(
            "same", sa.String(200), nullable=False, comment="Equal for messages that say the same: for the cool-down."
        ),
        sa.Column(
            "state",
            sa.String(10),
            nullable=False,
            comment="due: to be sent. joins: to be sent, in a digest if there are others. "
            "delivered, failed: it is over.",
        ),
        *_of_sending(),
        sa.UniqueConstraint("message_id", "channel", "escalates", name="outbox_once"),
        comment="Messages to people and programs: one row for each message and channel.",
    )
    op.create_index("outbox_by_due", "outbox", ["channel", "state", "due_90k"])
    op.create_index("outbox_by_end", "outbox", ["channel", "state", "ended_90k"])
    op.create_index("outbox_by_time", "outbox", ["channel", "made_90k"])
    op.create_index("outbox_by_sameness", "outbox", ["channel", "same", "ended_90k"])


def _of_sending() -> list[sa.Column[Any]]:
    return [
        sa.Column("made_90k", sa.BigInteger, nullable=False, comment="UTC of writing, 1/90000 s since 1970."),
        sa.Column(
            "due_90k",
            sa.BigInteger,
            nullable=False,
            comment="UTC. Not to be sent earlier; later after each failed try.",
        ),
        sa.Column(
            "give_up_90k", sa.BigInteger, nullable=False, comment="UTC. A try that fails after this is the last."
        ),
        sa.Column(
            "cool_90k",
            sa.BigInteger,
            nullable=False,
            comment="Dropped if the same was delivered within this time, in 1/90000 s. 0: never.",
        ),
        sa.Column(
            "leased_until_90k", sa.BigInteger, nullable=False, comment="UTC until which one process is sending it."
        ),
        sa.Column("tries", sa.Integer, nullable=False, comment="How often sending was begun."),
        sa.Column(
            "failed_90k", sa.BigInteger, nullable=True, comment="UTC of the first try that failed. NULL: none has."
        ),
        sa.Column("error", sa.String(300), nullable=False, comment="Why the latest try failed. Contains no secrets."),
        sa.Column(
            "ended_90k", sa.BigInteger, nullable=True, comment="UTC when it was delivered or given up. NULL: not yet."
        ),
    ]
