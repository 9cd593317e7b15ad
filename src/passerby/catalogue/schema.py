"""The catalogue's tables, column by column. Their history is in `migrations/`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
)

metadata = MetaData()

Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite only auto-increments an INTEGER

inits = Table(
    "inits",
    metadata,
    Column("id", String(16), primary_key=True, comment="From the SHA-256 of data: the same on every machine."),
    Column("width", SmallInteger, nullable=False, comment="Pixels, as coded."),
    Column("height", SmallInteger, nullable=False, comment="Pixels, as coded."),
    Column("codec", String(32), nullable=False, comment="For a playlist's CODECS (RFC 6381)."),
    Column("data", LargeBinary, nullable=False, comment="ftyp and moov, under 1 kB. Each object begins with them too."),
    comment="How to decode: one row for each picture size and setting of the encoder, shared by objects.",
)

objects = Table(
    "objects",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Never told to anybody: key is the name."),
    Column("camera", String(64), nullable=False, comment="Name of the camera."),
    Column("key", String(160), nullable=False, unique=True, comment="Name in the store; says camera and start too."),
    Column("start_90k", BigInteger, nullable=False, comment="UTC of the first frame, 1/90000 s since 1970."),
    Column("end_90k", BigInteger, nullable=False, comment="Where the last whole GOP ends. Never before start_90k."),
    Column("size", BigInteger, nullable=False, comment="Bytes up to the end of the last whole GOP."),
    Column(
        "state",
        String(8),
        nullable=False,
        comment="open: bytes are in the spool. closed: in the store. deleting: perhaps gone; nobody reads them.",
    ),
    Column("init_id", String(16), ForeignKey("inits.id"), nullable=False, comment="How to decode it."),
    Column(
        "spool",
        String(32),
        nullable=False,
        comment="Which folder of open objects: another machine's is not ours to finish.",
    ),
    Column("media_offset", Integer, nullable=False, comment="Where the first GOP begins, behind init and index."),
    # Last, since a row is often read without it: SQLite then skips its pages.
    Column("gops", LargeBinary, nullable=False, comment="9 bytes a GOP: duration, bytes, activity. See pack_gops."),
    CheckConstraint("state IN ('open', 'closed', 'deleting')", name="state_is_known"),
    CheckConstraint("end_90k >= start_90k", name="time_goes_on"),
    Index("objects_by_time", "camera", "start_90k"),  # for playing
    Index("objects_by_state", "state", "start_90k", "size"),  # for retention: the oldest first, and the total size
    comment="One row per object: up to 15 minutes of one camera, one MP4 file.",
)

camera_states = Table(
    "camera_states",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="In the order of writing."),
    Column("camera", String(64), nullable=False, comment="As in objects.camera."),
    Column("from_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970, from when on it was so."),
    Column("to_90k", BigInteger, nullable=False, comment="Until when; of an open one: until when that is known."),
    Column("is_open", Boolean, nullable=False, comment="It goes on; after a crash the next start ends it."),
    Column("what", String(16), nullable=False, comment="One word, such as recording or frozen."),
    Column("reason", String(300), nullable=False, comment="A sentence for people, as it was first told. No secrets."),
    Index("camera_states_by_time", "camera", "from_90k"),
    comment="What each camera was said to do, change by change: so that an outage can be seen afterwards.",
)
