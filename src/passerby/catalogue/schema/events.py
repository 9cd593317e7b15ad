"""Rules, events and counts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
)

from passerby.catalogue.schema import Number, metadata

rules = Table(
    "rules",
    metadata,
    # Not a foreign key to cameras.name: cameras in the configuration file are inserted anew at each start.
    Column("camera", String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
    Column("name", String(60), primary_key=True, comment="Name shown to users."),
    Column("value", Text, nullable=False, comment="JSON: the keys of a rule, as in the configuration file."),
    Column("is_enabled", Boolean, nullable=False, comment="Whether it raises events."),
    Column(
        "is_in_file", Boolean, nullable=False, comment="Defined in passerby.toml: it is changed there, not on the page."
    ),
    Column("who", String(64), nullable=False, comment="Name of the user who changed it last. Empty: the file."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC of the last change, 1/90000 s since 1970."),
    comment="What is worth noticing in each camera's view.",
)

events = Table(
    "events",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column("camera", String(64), nullable=False, comment="As in objects.camera."),
    Column("rule", String(60), nullable=False, comment="Name of the rule, as it was."),
    Column("kind", String(20), nullable=False, comment="What happened: one word, such as crowd."),
    Column("objects", String(10), nullable=False, comment="people or vehicles. Empty: neither."),
    Column("way", String(5), nullable=False, comment="Across a line: right or left. Otherwise empty."),
    Column("start_90k", BigInteger, nullable=False, comment="UTC of the start, 1/90000 s since 1970."),
    Column(
        "end_90k",
        BigInteger,
        nullable=False,
        comment="UTC of the end. While open: the latest time at which it went on.",
    ),
    Column("is_open", Boolean, nullable=False, comment="It goes on. After a crash the next start closes it."),
    Column("count", Integer, nullable=False, comment="The most at once."),
    Column(
        "state", String(8), nullable=False, comment="new, seen, taken (somebody is dealing with it), done or false."
    ),
    Column("state_who", String(64), nullable=False, comment="Name of the user who set the state. Empty: nobody."),
    Column("state_90k", BigInteger, nullable=False, comment="UTC when the state was set. 0: never."),
    Column(
        "is_told", Boolean, nullable=False, server_default=false(), comment="Whether a message of it is in the outbox."
    ),
    Column(
        "token",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="Fencing token of the camera under which it was noticed. 0: by the only machine.",
    ),
    Index("events_not_told", "id", sqlite_where=text("NOT is_told"), postgresql_where=text("NOT is_told")),
    Index("events_by_time", "start_90k", "id"),
    Index("events_by_kind", "kind", "start_90k", "id"),
    Index("events_by_camera", "camera", "start_90k", "id"),
    Index("events_by_state", "state", "start_90k", "id"),
    Index("events_by_camera_state", "camera", "state", "start_90k", "id"),
    sqlite_autoincrement=True,  # ids are never reused: an outdated page must not change another event
    comment="What happened, where, when and how many; never who.",
)

event_comments = Table(
    "event_comments",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column(
        "event_id", Number, ForeignKey("events.id", ondelete="CASCADE"), nullable=False, comment="What it is about."
    ),
    Column("who", String(64), nullable=False, comment="Name of the user who wrote it."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    Column("text", String(1000), nullable=False, comment="As written."),
    Index("event_comments_by_event", "event_id", "id"),
    comment="Comments of users on events.",
)

event_stills = Table(
    "event_stills",
    metadata,
    Column(
        "event_id",
        Number,
        ForeignKey("events.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        comment="What it is of.",
    ),
    Column("camera", String(64), nullable=False, comment="As in objects.camera."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC of the picture, 1/90000 s since 1970."),
    Column("jpeg", LargeBinary, nullable=False, comment="Redacted, as the recording that it was made from."),
    Index("event_stills_by_time", "camera", "at_90k"),
    comment="Pictures of events whose recordings stay at a site. They go when these do. In no backup.",
)

counts = Table(
    "counts",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column("rule", String(60), primary_key=True, comment="Name of the rule, as it was."),
    Column("way", String(5), primary_key=True, comment="right or left."),
    Column("minute", BigInteger, primary_key=True, comment="UTC, minutes since 1970."),
    Column("count", Integer, nullable=False, comment="How many crossed in that minute."),
    comment="Crossings of lines, by minute. A minute without any has no row.",
)

lines_watched = Table(
    "lines_watched",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column("rule", String(60), primary_key=True, comment="Name of the rule, as it was."),
    Column("hour", BigInteger, primary_key=True, comment="UTC, hours since 1970."),
    Column(
        "minutes",
        BigInteger,
        nullable=False,
        comment="Bit n: whether it is known how many crossed in minute n of the hour.",
    ),
    comment="Of which minutes crossings of lines were counted, so that nobody is not the same as not recorded.",
)

event_marks = Table(
    "event_marks",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column("writer", String(16), nullable=False, comment="Random name of the process that wrote last."),
    Column("number", BigInteger, nullable=False, comment="What it wrote last. It numbers what it writes."),
    comment="How far events and counts are written: what was written, and whose answer was lost, is not written again.",
)

presence = Table(
    "presence",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column("rule", String(60), primary_key=True, comment="Name of the rule, as it was."),
    Column("hour", BigInteger, primary_key=True, comment="UTC, hours since 1970."),
    Column("minutes", LargeBinary, nullable=False, comment="60 minutes, compressed: see events/presence.py."),
    comment="How many were in zones and queues, by minute. An hour of which nothing is known has no row.",
)

kept_boxes = Table(
    "kept_boxes",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in cameras.name. Removed with the camera."),
    Column("start_90k", BigInteger, primary_key=True, comment="UTC of the first sample, 1/90000 s since 1970."),
    Column("end_90k", BigInteger, nullable=False, comment="UTC of the last sample, at most a minute later."),
    Column(
        "boxes",
        LargeBinary,
        nullable=False,
        comment="Compressed: times, and kinds and places of boxes. No ids: nothing says which are of the same person.",
    ),
    Index("kept_boxes_by_time", "start_90k"),
    comment="A day of boxes of each camera, to try rules on. In no backup.",
)
