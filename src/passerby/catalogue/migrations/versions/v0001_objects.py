"""The first version: objects and their init segments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_inits()
    _add_objects()
    op.create_index("objects_by_time", "objects", ["camera", "start_90k"])
    op.create_index("objects_by_state", "objects", ["state", "start_90k", "size"])


def _add_inits() -> None:
    op.create_table(
        "inits",
        sa.Column(
            "id", sa.String(16), primary_key=True, comment="From the SHA-256 of data: the same on every machine."
        ),
        sa.Column("width", sa.SmallInteger, nullable=False, comment="Pixels, as coded."),
        sa.Column("height", sa.SmallInteger, nullable=False, comment="Pixels, as coded."),
        sa.Column("codec", sa.String(32), nullable=False, comment="For a playlist's CODECS (RFC 6381)."),
        sa.Column(
            "data",
            sa.LargeBinary,
            nullable=False,
            comment="ftyp and moov, under 1 kB. Each object begins with them too.",
        ),
        comment="How to decode: one row for each picture size and setting of the encoder, shared by objects.",
    )


def _add_objects() -> None:
    op.create_table(
        "objects",
        sa.Column(
            "id", _NUMBER, primary_key=True, autoincrement=True, comment="Never told to anybody: key is the name."
        ),
        sa.Column("camera", sa.String(64), nullable=False, comment="Name of the camera."),
        sa.Column(
            "key", sa.String(160), nullable=False, unique=True, comment="Name in the store; says camera and start too."
        ),
        sa.Column("start_90k", sa.BigInteger, nullable=False, comment="UTC of the first frame, 1/90000 s since 1970."),
        sa.Column(
            "end_90k", sa.BigInteger, nullable=False, comment="Where the last whole GOP ends. Never before start_90k."
        ),
        sa.Column("size", sa.BigInteger, nullable=False, comment="Bytes up to the end of the last whole GOP."),
        sa.Column(
            "state",
            sa.String(8),
            nullable=False,
            comment="open: bytes are in the spool. closed: in the store. deleting: perhaps gone; nobody reads them.",
        ),
        sa.Column("init_id", sa.String(16), sa.ForeignKey("inits.id"), nullable=False, comment="How to decode it."),
        sa.Column(
            "spool",
            sa.String(32),
            nullable=False,
            comment="Which folder of open objects: another machine's is not ours to finish.",
        ),
        sa.Column(
            "media_offset", sa.Integer, nullable=False, comment="Where the first GOP begins, behind init and index."
        ),
        sa.Column(
            "gops", sa.LargeBinary, nullable=False, comment="9 bytes a GOP: duration, bytes, activity. See pack_gops."
        ),
        sa.CheckConstraint("state IN ('open', 'closed', 'deleting')", name="state_is_known"),
        sa.CheckConstraint("end_90k >= start_90k", name="time_goes_on"),
        comment="One row per object: up to 15 minutes of one camera, one MP4 file.",
    )
