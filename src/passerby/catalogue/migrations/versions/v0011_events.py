"""Rules, events and counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _make_rules()
    _make_events()
    _make_comments()
    _make_counts()


def _make_rules() -> None:
    op.create_table(
        "rules",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
        sa.Column("name", sa.String(60), primary_key=True, comment="Name shown to users."),
        sa.Column("value", sa.Text, nullable=False, comment="JSON: the keys of a rule, as in the configuration file."),
        sa.Column("is_enabled", sa.Boolean, nullable=False, comment="Whether it raises events."),
        sa.Column(
            "is_in_file",
            sa.Boolean,
            nullable=False,
            comment="Defined in passerby.toml: it is changed there, not on the page.",
        ),
        sa.Column(
            "who", sa.String(64), nullable=False, comment="Name of the user who changed it last. Empty: the file."
        ),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC of the last change, 1/90000 s since 1970."),
        comment="What is worth noticing in each camera's view.",
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
        sa.Column("camera", sa.String(64), nullable=False, comment="As in objects.camera."),
        sa.Column("rule", sa.String(60), nullable=False, comment="Name of the rule, as it was."),
        sa.Column("kind", sa.String(20), nullable=False, comment="What happened: one word, such as crowd."),
        sa.Column("objects", sa.String(10), nullable=False, comment="people or vehicles. Empty: neither."),
        sa.Column("way", sa.String(5), nullable=False, comment="Across a line: right or left. Otherwise empty."),
        sa.Column("start_90k", sa.BigInteger, nullable=False, comment="UTC of the start, 1/90000 s since 1970."),
        sa.Column(
            "end_90k",
            sa.BigInteger,
            nullable=False,
            comment="UTC of the end. While open: the latest time at which it went on.",
        ),
        sa.Column("is_open", sa.Boolean, nullable=False, comment="It goes on. After a crash the next start closes it."),
        sa.Column("count", sa.Integer, nullable=False, comment="The most at once."),
        sa.Column(
            "state",
            sa.String(8),
            nullable=False,
            comment="new, seen, taken (somebody is dealing with it), done or false.",
        ),
        sa.Column(
            "state_who", sa.String(64), nullable=False, comment="Name of the user who set the state. Empty: nobody."
        ),
        sa.Column("state_90k", sa.BigInteger, nullable=False, comment="UTC when the state was set. 0: never."),
        sqlite_autoincrement=True,
        comment="What happened, where, when and how many; never who.",
    )
    op.create_index("events_by_time", "events", ["start_90k", "id"])
    op.create_index("events_by_camera", "events", ["camera", "start_90k", "id"])
    op.create_index("events_by_state", "events", ["state", "start_90k", "id"])


def _make_comments() -> None:
    op.create_table(
        "event_comments",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
        sa.Column(
            "event_id",
            _NUMBER,
            sa.ForeignKey("events.id", ondelete="CASCADE"),
            nullable=False,
            comment="What it is about.",
        ),
        sa.Column("who", sa.String(64), nullable=False, comment="Name of the user who wrote it."),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
        sa.Column("text", sa.String(1000), nullable=False, comment="As written."),
        comment="Comments of users on events.",
    )
    op.create_index("event_comments_by_event", "event_comments", ["event_id", "id"])


def _make_counts() -> None:
    op.create_table(
        "counts",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in objects.camera."),
        sa.Column("rule", sa.String(60), primary_key=True, comment="Name of the rule, as it was."),
        sa.Column("way", sa.String(5), primary_key=True, comment="right or left."),
        sa.Column("minute", sa.BigInteger, primary_key=True, comment="UTC, minutes since 1970."),
        sa.Column("count", sa.Integer, nullable=False, comment="How many crossed in that minute."),
        comment="Crossings of lines, by minute. A minute without any has no row.",
    )
