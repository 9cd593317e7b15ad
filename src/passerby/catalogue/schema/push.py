"""Browsers told by web push, and this installation's secrets."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from passerby.catalogue.schema import Number, metadata

push_devices = Table(
    "push_devices",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column(
        "user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="The user it belongs to."
    ),
    Column(
        "session",
        String(64),
        nullable=False,
        comment="Key of the session that it was last used in: whoever signs out there is no longer told. It stays when "
        "the session expires.",
    ),
    Column("key", String(64), nullable=False, unique=True, comment="SHA-256 of its address at the push service."),
    Column("name", String(60), nullable=False, comment="Name given by the page, such as Firefox on Android."),
    Column("sealed", LargeBinary, nullable=False, comment="Encrypted JSON: its address at the push service, its keys."),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    Column("told_90k", BigInteger, nullable=True, comment="UTC when the push service last took a message."),
    Column("error", String(300), nullable=False, comment="Why the latest message failed. Contains no secrets."),
    comment="Browsers whose users want to be told by web push.",
)

push_waiting = Table(
    "push_waiting",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column(
        "device_id",
        Number,
        ForeignKey("push_devices.id", ondelete="CASCADE"),
        nullable=False,
        comment="The browser that does not have it yet.",
    ),
    Column("channel", String(64), nullable=False, comment="Name of the channel in the configuration."),
    Column("message_id", String(64), nullable=False, comment="The same for every channel and every try."),
    Column("message", Text, nullable=False, comment="JSON: the fields of a message."),
    Column("due_90k", BigInteger, nullable=False, comment="UTC. Not to be sent earlier; later after each failed try."),
    Column("give_up_90k", BigInteger, nullable=False, comment="UTC. A try that fails after this is the last."),
    Column("tries", Integer, nullable=False, comment="How often sending has failed."),
    UniqueConstraint("device_id", "channel", "message_id", name="push_waiting_once"),
    comment="Messages that some browsers have, and others do not.",
)

own_secrets = Table(
    "own_secrets",
    metadata,
    Column("name", String(32), primary_key=True, comment="What it is for."),
    Column("sealed", LargeBinary, nullable=False, comment="Encrypted."),
    comment="Secrets that this installation made for itself.",
)
