"""Recordings: their objects, how to decode them, who may write them, and states of cameras."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)

from passerby.catalogue.schema import Number, metadata

schema_steps = Table(
    "schema_steps",
    metadata,
    Column("revision", String(32), primary_key=True, comment="Of a step that was run, as in alembic_version."),
    Column(
        "usable_from",
        String(32),
        nullable=False,
        comment="The oldest revision whose code may use the tables after it.",
    ),
    comment="Steps from 0027 on. Versions that do not know the newest one find here whether they may go on.",
)

inits = Table(
    "inits",
    metadata,
    Column(
        "id", String(16), primary_key=True, comment="Start of the SHA-256 of data, so it is the same on every machine."
    ),
    Column("width", SmallInteger, nullable=False, comment="Pixels, as coded."),
    Column("height", SmallInteger, nullable=False, comment="Pixels, as coded."),
    Column("codec", String(32), nullable=False, comment="For a playlist's CODECS (RFC 6381)."),
    Column(
        "data", LargeBinary, nullable=False, comment="ftyp and moov boxes, under 1 kB. Every object starts with a copy."
    ),
    comment="How to decode objects: one row per picture size and encoder settings, shared by many objects.",
)

objects = Table(
    "objects",
    metadata,
    Column(
        "id",
        Number,
        primary_key=True,
        autoincrement=True,
        comment="Internal. Elsewhere objects are known by their key.",
    ),
    Column("camera", String(64), nullable=False, comment="Name of the camera."),
    Column(
        "key",
        String(160),
        nullable=False,
        unique=True,
        comment="Name in the store. Contains the camera and the start time.",
    ),
    Column("start_90k", BigInteger, nullable=False, comment="UTC of the first frame, 1/90000 s since 1970."),
    Column(
        "end_90k", BigInteger, nullable=False, comment="UTC of the end of the last whole GOP. Not before start_90k."
    ),
    Column("size", BigInteger, nullable=False, comment="Bytes up to the end of the last whole GOP."),
    Column(
        "state",
        String(8),
        nullable=False,
        comment="open: in the spool. closed: in the store. deleting: may be gone already and is not read.",
    ),
    Column("init_id", String(16), ForeignKey("inits.id"), nullable=False, comment="How to decode it."),
    Column(
        "spool",
        String(32),
        nullable=False,
        comment="The spool that an open object is in. Each machine only closes objects in its own.",
    ),
    Column(
        "media_offset",
        nullable=False,
        comment="Offset in bytes of the first GOP, after the init segment and the index.",
    ),
    Column(
        "token",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="Fencing token that it was written under. 0: by the only machine.",
    ),
    Column(
        "recorded_token",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="Fencing token that it was recorded under. Lower than token if another machine took the camera before "
        "it was handed in. Where recordings of a camera overlap, the highest is the record.",
    ),
    # Last, since a row is often read without it: SQLite then skips its pages.
    Column("gops", LargeBinary, nullable=False, comment="9 bytes per GOP: duration, size, activity. See pack_gops."),
    CheckConstraint("state IN ('open', 'closed', 'deleting')", name="state_is_known"),
    CheckConstraint("end_90k >= start_90k", name="time_goes_on"),
    Index("objects_by_time", "camera", "start_90k"),  # for playing
    Index("objects_by_state", "state", "start_90k", "size"),  # for retention: the oldest first, and the total size
    comment="One row per object: up to 15 minutes of one camera, one MP4 file.",
)

fences = Table(
    "fences",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column("token", BigInteger, nullable=False, comment="The highest seen. Nothing is written under a lower one."),
    comment="Which machine may write recordings of a camera: the one with this token. Empty on a single machine.",
)

camera_states = Table(
    "camera_states",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column("camera", String(64), nullable=False, comment="As in objects.camera."),
    Column("from_90k", BigInteger, nullable=False, comment="UTC of the start, 1/90000 s since 1970."),
    Column(
        "to_90k",
        BigInteger,
        nullable=False,
        comment="UTC of the end. While open: the latest time at which this state was seen.",
    ),
    Column(
        "is_open", Boolean, nullable=False, comment="Still the camera's state. After a crash the next start closes it."
    ),
    Column("what", String(16), nullable=False, comment="One word, such as recording or frozen."),
    Column(
        "reason", String(300), nullable=False, comment="A sentence for users, as first reported. Contains no secrets."
    ),
    Index("camera_states_by_time", "camera", "from_90k"),
    comment="History of each camera's state, one row per change, to look up outages.",
)
