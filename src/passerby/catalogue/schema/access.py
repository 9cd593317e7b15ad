"""Cameras, users and how they sign in, and the audit."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    true,
)  # fmt: skip

from passerby.catalogue.schema import Number, metadata

cameras = Table(
    "cameras",
    metadata,
    Column("name", String(64), primary_key=True, comment="As in objects.camera; letters, digits, hyphen, underscore."),
    Column("title", String(120), nullable=False, comment="Name shown to users."),
    Column("address", LargeBinary, nullable=False, comment="Full address, encrypted with the key in the data folder."),
    Column(
        "address_shown", String(500), nullable=False, comment="Address shown to users, without credentials and query."
    ),
    Column("transport", String(3), nullable=False, comment="For RTSP: tcp or udp."),
    Column(
        "trust_any_certificate",
        Boolean,
        nullable=False,
        comment="Accept a certificate that cannot be verified, such as a self-signed one.",
    ),
    Column("mode", String(6), nullable=False, comment="reveal or cover."),
    Column("privacy_delay_s", Float, nullable=False, comment="Delay of the live picture, in seconds."),
    Column("keep_hours", Float, nullable=True, comment="How long recordings are kept. NULL: the configured default."),
    Column("more_than_30_days", Boolean, nullable=False, comment="Whether keep_hours may exceed 720."),
    Column("is_enabled", Boolean, nullable=False, comment="Whether it is recorded and shown."),
    Column(
        "is_in_file", Boolean, nullable=False, comment="Defined in passerby.toml: it is changed there, not on the page."
    ),
    Column(
        "since_90k",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="UTC. Earlier recordings belong to a previous camera of this name. 0: there was none.",
    ),
    Column(
        "keeps_boxes",
        Boolean,
        nullable=False,
        server_default=true(),
        comment="Whether a day of boxes is kept, to try rules on: see kept_boxes.",
    ),
    comment="One row per configured source.",
)

camera_groups = Table(
    "camera_groups",
    metadata,
    Column("name", String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
    Column("title", String(120), nullable=False, comment="Name shown to users."),
    comment="Groups of cameras, which users are given access to.",
)

cameras_in_groups = Table(
    "cameras_in_groups",
    metadata,
    Column(
        "camera", String(64), ForeignKey("cameras.name", ondelete="CASCADE"), primary_key=True, comment="The camera."
    ),
    Column(
        "in_group",
        String(64),
        ForeignKey("camera_groups.name", ondelete="CASCADE"),
        primary_key=True,
        comment="The group.",
    ),
    comment="Which cameras are in which group.",
)

limits_of_removed = Table(
    "limits_of_removed",
    metadata,
    Column("camera", String(64), primary_key=True, comment="As in objects.camera."),
    Column(
        "keep_hours",
        Float,
        nullable=False,
        comment="How long its recordings are kept: as configured when it was removed.",
    ),
    Column(
        "is_own",
        Boolean,
        nullable=False,
        server_default=true(),
        comment="Whether the camera had a limit of its own. If not, a default that gets shorter applies.",
    ),
    comment="Removed cameras, so that their recordings expire when they would have.",
)

not_people = Table(
    "not_people",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Identifies the box when it is removed."),
    # Not a foreign key to cameras.name: cameras in the configuration file are inserted anew at each start.
    Column("camera", String(64), nullable=False, comment="As in cameras.name. Removed with the camera."),
    Column("left_share", Float, nullable=False, comment="Left edge, as a share (0..1) of the picture's width."),
    Column("top_share", Float, nullable=False, comment="Top edge, as a share (0..1) of the picture's height."),
    Column("right_share", Float, nullable=False, comment="Right edge, as a share (0..1) of the picture's width."),
    Column("bottom_share", Float, nullable=False, comment="Bottom edge, as a share (0..1) of the picture's height."),
    Column("who", String(64), nullable=False, comment="Name of the user who added it. Kept when the user is removed."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC when it was added, 1/90000 s since 1970."),
    Index("not_people_by_camera", "camera"),
    sqlite_autoincrement=True,  # ids are never reused: an outdated page must not remove another box
    comment="Boxes of a camera's picture that a user marked as not a person, such as a poster.",
)

users = Table(
    "users",
    metadata,
    Column(
        "id", Number, primary_key=True, autoincrement=True, comment="Internal. Elsewhere users are known by their name."
    ),
    Column("name", String(64), nullable=False, unique=True, comment="Sign-in name, in lower case."),
    Column("password", String(200), nullable=True, comment="Argon2id hash. NULL: the user signs in another way."),
    Column("roles", String(100), nullable=False, comment="Sorted, separated by spaces. Empty: no permissions."),
    Column("sees_all_cameras", Boolean, nullable=False, comment="If not, only those in the groups in users_in_groups."),
    Column(
        "is_enabled",
        Boolean,
        nullable=False,
        comment="Users who leave are disabled, so that the audit log's names stay valid.",
    ),
    Column(
        "oidc_subject", String(255), nullable=True, unique=True, comment="The user's 'sub' claim at the OIDC provider."
    ),
    Column("handle", LargeBinary, nullable=False, unique=True, comment="WebAuthn user handle: 64 random bytes."),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    comment="Who may sign in: operators of the installation, never people who are filmed.",
)

users_in_groups = Table(
    "users_in_groups",
    metadata,
    Column("user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, comment="The user."),
    Column(
        "in_group",
        String(64),
        ForeignKey("camera_groups.name", ondelete="CASCADE"),
        primary_key=True,
        comment="A group that the user may see.",
    ),
    comment="Which camera groups each user may see.",
)

sessions = Table(
    "sessions",
    metadata,
    Column(
        "key", String(64), primary_key=True, comment="SHA-256 of the cookie, so that a stolen table gives no access."
    ),
    Column(
        "user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="The user it belongs to."
    ),
    Column("how", String(10), nullable=False, comment="How the user signed in: password, passkey, oidc or set-up."),
    Column("seen_90k", BigInteger, nullable=False, comment="UTC of the last request, to the minute."),
    Column("ends_90k", BigInteger, nullable=False, comment="UTC when it ends, even if in use."),
    Index("sessions_by_user", "user_id"),
    comment="Sessions of users who are signed in.",
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Identifies the token when it is revoked."),
    Column("key", String(64), nullable=False, unique=True, comment="SHA-256 of the token, which is shown once."),
    Column("name", String(64), nullable=False, comment="Name given by the user."),
    Column(
        "user_id",
        Number,
        ForeignKey("users.id", ondelete="CASCADE"),
        nullable=False,
        comment="The user it belongs to. It never has more permissions than the user.",
    ),
    Column("scopes", String(500), nullable=False, comment="Allowed actions, sorted, separated by spaces."),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    Column("ends_90k", BigInteger, nullable=False, comment="UTC when it expires. Every token does."),
    comment="API tokens, for programs.",
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(400), primary_key=True, comment="Credential ID, base64url."),
    Column(
        "user_id", Number, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="The user it belongs to."
    ),
    Column("name", String(64), nullable=False, comment="Name given by the user."),
    Column("public_key", LargeBinary, nullable=False, comment="Public key in COSE format."),
    Column(
        "sign_count",
        BigInteger,
        nullable=False,
        comment="Signature counter. If it does not grow, the passkey was copied. 0: not counted.",
    ),
    Column("created_90k", BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
    comment="WebAuthn credentials.",
)

preferences = Table(
    "preferences",
    metadata,
    Column(
        "user_id",
        Number,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        comment="The user whose it is.",
    ),
    Column("name", String(32), primary_key=True, comment="language or layouts."),
    Column("value", Text, nullable=False, comment="JSON."),
    comment="What users have chosen for themselves on the page.",
)

set_up_links = Table(
    "set_up_links",
    metadata,
    Column("key", String(64), primary_key=True, comment="SHA-256 of the link's token, which is shown once."),
    Column("ends_90k", BigInteger, nullable=False, comment="UTC when it stops working."),
    Column(
        "used_90k", BigInteger, nullable=True, comment="UTC when the first user was created with it. NULL: not yet."
    ),
    comment="Links to create the first user.",
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(64), primary_key=True, comment="As in the configuration file: section.key."),
    Column("value", Text, nullable=False, comment="JSON. Does not count where the file sets the key."),
    comment="Settings that were changed on the page.",
)

rights = Table(
    "rights",
    metadata,
    Column("id", Integer, primary_key=True, comment="Always 1: there is one row."),
    Column("revision", BigInteger, nullable=False, comment="Incremented by every change that may revoke a permission."),
    comment="Counts changes of permissions, so that open live views are checked again.",
)

audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True, comment="Ascending in order of writing."),
    Column("at_90k", BigInteger, nullable=False, comment="UTC of the start, 1/90000 s since 1970."),
    Column(
        "who",
        String(64),
        nullable=False,
        comment="The user's name, kept when the user is removed. Empty: not signed in.",
    ),
    Column("through", String(80), nullable=False, comment="How: session, token NAME, set-up link or command."),
    Column(
        "what",
        String(32),
        nullable=False,
        comment="An action: viewing, such as live:watch, or a change, such as camera:add.",
    ),
    Column("camera", String(64), nullable=True, comment="The camera viewed or changed. NULL: none."),
    Column("from_90k", BigInteger, nullable=True, comment="Start of the period viewed. NULL: live."),
    Column("to_90k", BigInteger, nullable=True, comment="End of the period viewed."),
    # SQLite does not enforce lengths: its table was left as it was when this grew.
    Column(
        "about",
        Text().with_variant(String(200), "sqlite"),
        nullable=False,
        comment="What was changed. Contains no secrets.",
    ),
    Index("audit_by_time", "at_90k"),
    Index("audit_by_camera", "camera", "at_90k"),
    comment="Every viewing and every change of access. Triggers prevent changes, and deletion while it is young.",
)
