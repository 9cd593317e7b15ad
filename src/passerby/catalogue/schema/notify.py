"""Messages to be sent, alarms that were told, alerts switched off, channels and routes set up on the page."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip

from passerby.catalogue.schema import Number, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column("message_id", String(64), nullable=False, comment="The same for every channel and every try."),
    Column("channel", String(64), nullable=False, comment="Name of the channel in the configuration."),
    Column(
        "escalates", Boolean, nullable=False, comment="Sent only if nobody says before due_90k that they have seen it."
    ),
    Column("message", Text, nullable=False, comment="JSON: the fields of a message."),
    Column("same", String(200), nullable=False, comment="Equal for messages that say the same: for the cool-down."),
    Column(
        "state",
        String(10),
        nullable=False,
        comment="due: to be sent. joins: to be sent, in a digest if there are others. delivered, failed: it is over.",
    ),
    Column("made_90k", BigInteger, nullable=False, comment="UTC of writing, 1/90000 s since 1970."),
    Column("due_90k", BigInteger, nullable=False, comment="UTC. Not to be sent earlier; later after each failed try."),
    Column("give_up_90k", BigInteger, nullable=False, comment="UTC. A try that fails after this is the last."),
    Column(
        "cool_90k",
        BigInteger,
        nullable=False,
        comment="Dropped if the same was delivered within this time, in 1/90000 s. 0: never.",
    ),
    Column("leased_until_90k", BigInteger, nullable=False, comment="UTC until which one process is sending it."),
    Column("tries", Integer, nullable=False, comment="How often sending was begun."),
    Column("failed_90k", BigInteger, nullable=True, comment="UTC of the first try that failed. NULL: none has."),
    Column("error", String(300), nullable=False, comment="Why the latest try failed. Contains no secrets."),
    Column("ended_90k", BigInteger, nullable=True, comment="UTC when it was delivered or given up. NULL: not yet."),
    UniqueConstraint("message_id", "channel", "escalates", name="outbox_once"),
    Index("outbox_by_due", "channel", "state", "due_90k"),  # what to send next
    Index("outbox_by_end", "channel", "state", "ended_90k"),  # the latest delivery, and what to delete
    Index("outbox_by_time", "channel", "made_90k"),  # how many in the last minute
    Index("outbox_by_sameness", "channel", "same", "ended_90k"),  # for the cool-down
    comment="Messages to people and programs: one row for each message and channel.",
)

alarms_told = Table(
    "alarms_told",
    metadata,
    Column("kind", String(16), primary_key=True, comment="The kind of alarm."),
    Column("camera", String(64), primary_key=True, comment="The camera. Empty: not about a single one."),
    Column("since_90k", BigInteger, nullable=False, comment="UTC since when the alarm was active when it was told."),
    Column("count", Integer, nullable=False, comment="How many there were, of what is reported once."),
    Column("seen_90k", BigInteger, nullable=False, comment="UTC when it was last active."),
    comment="Alarms that people were told of, so that a restart does not tell them again, and their end is told.",
)

alerts_off = Table(
    "alerts_off",
    metadata,
    # Not a foreign key to cameras.name: cameras in the configuration file are inserted anew at each start.
    Column("camera", String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
    comment="Cameras of whose events nobody is told; the events are kept all the same.",
)

page_channels = Table(
    "page_channels",
    metadata,
    Column("name", String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
    Column("settings", Text, nullable=False, comment="JSON: its keys as in passerby.toml, without secrets."),
    Column("sealed", LargeBinary, nullable=False, comment="Encrypted JSON: its address and its secret."),
    Column("address_shown", String(300), nullable=False, comment="Kind and server of the address, and no more."),
    Column("who", String(64), nullable=False, comment="Name of the user who changed it last."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC when, 1/90000 s since 1970."),
    comment="Channels set up on the page. One of the same name in passerby.toml is used instead.",
)

page_routes = Table(
    "page_routes",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column("settings", Text, nullable=False, comment="JSON: its keys as in passerby.toml."),
    Column("who", String(64), nullable=False, comment="Name of the user who changed it last."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC when, 1/90000 s since 1970."),
    sqlite_autoincrement=True,  # ids are never reused: an outdated page must not change another route
    comment="Routes set up on the page, beside those in passerby.toml.",
)
