"""More of the catalogue's tables, column by column: cameras, users and how they sign in, and the audit."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from passerby.catalogue.schema import Number, metadata

cameras = Table(
    "cameras",
    metadata,
    Column("name", String(64), primary_key=True, comment="As in objects.camera; letters, digits, hyphen, underscore."),
    Column("title", String(120), nullable=False, comment="What people call it."),
    Column("address", LargeBinary, nullable=False, comment="Whole address, encrypted with the data folder's key."),
    Column("address_shown", String(500), nullable=False, comment="For people: without log-in and query."),
    Column("transport", String(3), nullable=False, comment="Of RTSP: tcp or udp."),
    Column("trust_any_certificate", Boolean, nullable=False, comment="Take a self-signed one."),
    Column("mode", String(6), nullable=False, comment="reveal or cover."),
    Column("privacy_delay_s", Float, nullable=False, comment="Pictures come later by so much, seconds."),
    Column(
        "keep_hours", Float, nullable=True, comment="How long recordings are kept; NULL: as the configuration says."
    ),
    Column("more_than_30_days", Boolean, nullable=False, comment="keep_hours may be over 720."),
    Column("is_enabled", Boolean, nullable=False, comment="Record and show it."),
    Column("is_in_file", Boolean, nullable=False, comment="Kept in passerby.toml: changed there and not on the page."),
    Column(
        "since_90k",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="UTC: recordings from before are of another camera that had the name; 0: there was none.",
    ),
    comment="One row per configured source.",
)

camera_groups = Table(
    "camera_groups",
    metadata,
    Column("name", String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
    Column("title", String(120), nullable=False, comment="What people call it."),
    comment="Cameras that the same people may see.",
)

cameras_in_groups = Table(
    "cameras_in_groups",
    metadata,
    Column("camera", String(64), ForeignKey("cameras.name", ondelete="CASCADE"), primary_key=True, comment="Which."),
    Column(
        "in_group",
        String(64),
        ForeignKey("camera_groups.name", ondelete="CASCADE"),
        primary_key=True,
        comment="In which.",
    ),
    comment="Which cameras are in a group.",
)

limits_of_removed = Table(
    "limits_of_removed",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column("keep_hours", Float, nullable=False, comment="How long its recordings were kept when it was removed."),
    comment="Cameras that were removed: what they recorded goes when it would have gone.",
)

not_people = Table(
    "not_people",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="To remove it by."),
    # Not a foreign key to cameras.name: cameras in the configuration file are inserted anew at each start.
    Column("camera", String(64), nullable=False, comment="As in cameras.name; they go with the camera."),
    Column("left_share", Float, nullable=False, comment="Left edge, 0..1 of the picture's width."),
    Column("top_share", Float, nullable=False, comment="Upper edge, 0..1 of the picture's height."),
    Column("right_share", Float, nullable=False, comment="Right edge, 0..1 of the picture's width."),
    Column("bottom_share", Float, nullable=False, comment="Lower edge, 0..1 of the picture's height."),
    Column("who", String(64), nullable=False, comment="The user who said so, kept when the user goes."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC when they said so, 1/90000 s since 1970."),
    Index("not_people_by_camera", "camera"),
    sqlite_autoincrement=True,  # ids are never reused: an outdated page must not remove another box
    comment="Boxes of a camera's picture in which somebody said that there is a poster or the like, and no person.",
)

users = Table(
    "users",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Never told to anybody: name is the name."),
    Column("name", String(64), nullable=False, unique=True, comment="What they sign in with, lower case."),
    Column("password", String(200), nullable=True, comment="Argon2id; NULL: signs in otherwise."),
    Column("roles", String(100), nullable=False, comment="Sorted, with spaces between. Empty: may do nothing."),
    Column("sees_all_cameras", Boolean, nullable=False, comment="Or only those in users_in_groups."),
    Column("is_enabled", Boolean, nullable=False, comment="A user who left is switched off: the log keeps the name."),
    Column("oidc_subject", String(255), nullable=True, unique=True, comment="Their name at the OIDC service, 'sub'."),
    Column("handle", LargeBinary, nullable=False, unique=True, comment="64 random bytes that passkeys know them by."),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    comment="Who may sign in. Operators of the installation, never anybody who is filmed.",
)

users_in_groups = Table(
    "users_in_groups",
    metadata,
    Column("user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, comment="Who."),
    Column(
        "in_group",
        String(64),
        ForeignKey("camera_groups.name", ondelete="CASCADE"),
        primary_key=True,
        comment="Sees which.",
    ),
    comment="Which camera groups a user sees.",
)

sessions = Table(
    "sessions",
    metadata,
    Column("key", String(64), primary_key=True, comment="SHA-256 of the cookie: a stolen table opens nothing."),
    Column("user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="Whose."),
    Column("how", String(10), nullable=False, comment="Signed in by: password, passkey, oidc, set-up."),
    Column("seen_90k", BigInteger, nullable=False, comment="UTC of the last request, to the minute."),
    Column("ends_90k", BigInteger, nullable=False, comment="UTC when it ends, whatever is done."),
    Index("sessions_by_user", "user_id"),
    comment="Who is signed in.",
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="To take it back by."),
    Column("key", String(64), nullable=False, unique=True, comment="SHA-256 of the token, which is shown once."),
    Column("name", String(64), nullable=False, comment="What its user calls it."),
    Column(
        "user_id",
        Number,
        ForeignKey("users.id", ondelete="CASCADE"),
        nullable=False,
        comment="Whose: it may never do more than they.",
    ),
    Column("scopes", String(500), nullable=False, comment="Actions, sorted, with spaces between."),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    Column("ends_90k", BigInteger, nullable=False, comment="UTC when it ends. Every token ends."),
    comment="For programs.",
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(400), primary_key=True, comment="Credential id, base64url."),
    Column("user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="Whose."),
    Column("name", String(64), nullable=False, comment="What its user calls it."),
    Column("public_key", LargeBinary, nullable=False, comment="COSE."),
    Column("sign_count", BigInteger, nullable=False, comment="It must grow, where the key counts: else it was copied."),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    comment="WebAuthn credentials.",
)

set_up_links = Table(
    "set_up_links",
    metadata,
    Column("key", String(64), primary_key=True, comment="SHA-256 of the link's token, which is printed once."),
    Column("ends_90k", BigInteger, nullable=False, comment="UTC when it stops working."),
    Column("used_90k", BigInteger, nullable=True, comment="UTC when the first user was made with it; NULL: not yet."),
    comment="The way in before there is a user.",
)

rights = Table(
    "rights",
    metadata,
    Column("id", Integer, primary_key=True, comment="1: there is one row."),
    Column("revision", BigInteger, nullable=False, comment="Grows with every change that may take a right."),
    comment="Whether those who watch have to be asked again whether they may.",
)

audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="In the order of writing."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC when it began, 1/90000 s since 1970."),
    Column("who", String(64), nullable=False, comment="The user's name, kept when the user goes; empty: nobody yet."),
    Column("through", String(80), nullable=False, comment="session, token NAME, set-up link or command."),
    Column("what", String(32), nullable=False, comment="A look, such as live:watch, or a change, such as camera:add."),
    Column("camera", String(64), nullable=True, comment="Which was looked at or changed, NULL where none."),
    Column("from_90k", BigInteger, nullable=True, comment="Start of the time that was looked at, NULL where now."),
    Column("to_90k", BigInteger, nullable=True, comment="End of it."),
    # SQLite does not enforce lengths: its table was left as it was when this grew.
    Column(
        "about",
        Text().with_variant(String(200), "sqlite"),
        nullable=False,
        comment="Whom or what it changed. No secrets.",
    ),
    Index("audit_by_time", "at_90k"),
    Index("audit_by_camera", "camera", "at_90k"),
    comment="Every look and every change of access. Rows are added, never changed, and go when they are old: triggers.",
)
