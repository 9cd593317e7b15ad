"""Cameras, users and how they sign in, and audit records, which nobody can change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_cameras()
    _add_camera_groups()
    _add_cameras_in_groups()
    _add_limits_of_removed()
    _add_users()
    _add_users_in_groups()
    _add_sessions()
    _add_tokens()
    _add_passkeys()
    _add_set_up_links()
    _add_audit()
    _keep_audit()


def _keep_audit() -> None:
    """Audit rows can only be added, whichever program has the database open."""
    if op.get_bind().dialect.name == "sqlite":
        for doing in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{doing.lower()} BEFORE {doing} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_kept() RETURNS trigger AS "
        "$$ BEGIN RAISE EXCEPTION 'audit records are never changed'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()"
    )


def _add_cameras() -> None:
    op.create_table(
        "cameras",
        sa.Column(
            "name",
            sa.String(64),
            primary_key=True,
            comment="As in objects.camera; letters, digits, hyphen, underscore.",
        ),
        sa.Column("title", sa.String(120), nullable=False, comment="What people call it."),
        sa.Column(
            "address", sa.LargeBinary, nullable=False, comment="Whole address, encrypted with the data folder's key."
        ),
        sa.Column("address_shown", sa.String(500), nullable=False, comment="For people: without log-in and query."),
        sa.Column("transport", sa.String(3), nullable=False, comment="Of RTSP: tcp or udp."),
        sa.Column("trust_any_certificate", sa.Boolean, nullable=False, comment="Take a self-signed one."),
        sa.Column("mode", sa.String(6), nullable=False, comment="reveal or cover."),
        sa.Column("privacy_delay_s", sa.Float, nullable=False, comment="Pictures come later by so much, seconds."),
        sa.Column(
            "keep_hours",
            sa.Float,
            nullable=True,
            comment="How long recordings are kept; NULL: as the configuration says.",
        ),
        sa.Column("more_than_30_days", sa.Boolean, nullable=False, comment="keep_hours may be over 720."),
        sa.Column("is_enabled", sa.Boolean, nullable=False, comment="Record and show it."),
        sa.Column(
            "is_in_file",
            sa.Boolean,
            nullable=False,
            comment="Kept in passerby.toml: changed there and not on the page.",
        ),
        comment="One row per configured source.",
    )


def _add_camera_groups() -> None:
    op.create_table(
        "camera_groups",
        sa.Column("name", sa.String(64), primary_key=True, comment="Letters, digits, hyphen, underscore."),
        sa.Column("title", sa.String(120), nullable=False, comment="What people call it."),
        comment="Cameras that the same people may see.",
    )


def _add_cameras_in_groups() -> None:
    op.create_table(
        "cameras_in_groups",
        sa.Column(
            "camera",
            sa.String(64),
            sa.ForeignKey("cameras.name", ondelete="CASCADE"),
            primary_key=True,
            comment="Which.",
        ),
        sa.Column(
            "in_group",
            sa.String(64),
            sa.ForeignKey("camera_groups.name", ondelete="CASCADE"),
            primary_key=True,
            comment="In which.",
        ),
        comment="Which cameras are in a group.",
    )


def _add_limits_of_removed() -> None:
    op.create_table(
        "limits_of_removed",
        sa.Column("camera", sa.String(64), primary_key=True, comment="As in objects.camera."),
        sa.Column(
            "keep_hours",
            sa.Float,
            nullable=False,
            comment="How long its recordings were kept when it was removed.",
        ),
        comment="Cameras that were removed: what they recorded goes when it would have gone.",
    )


def _add_users() -> None:
    op.create_table(
        "users",
        sa.Column(
            "id", _NUMBER, primary_key=True, autoincrement=True, comment="Never told to anybody: name is the name."
        ),
        sa.Column("name", sa.String(64), nullable=False, unique=True, comment="What they sign in with, lower case."),
        sa.Column("password", sa.String(200), nullable=True, comment="Argon2id; NULL: signs in otherwise."),
        sa.Column(
            "roles", sa.String(100), nullable=False, comment="Sorted, with spaces between. Empty: may do nothing."
        ),
        sa.Column("sees_all_cameras", sa.Boolean, nullable=False, comment="Or only those in users_in_groups."),
        sa.Column(
            "is_enabled", sa.Boolean, nullable=False, comment="A user who left is switched off: the log keeps the name."
        ),
        sa.Column(
            "oidc_subject", sa.String(255), nullable=True, unique=True, comment="Their name at the OIDC service, 'sub'."
        ),
        sa.Column(
            "handle", sa.LargeBinary, nullable=False, unique=True, comment="64 random bytes that passkeys know them by."
        ),
        sa.Column("created_90k", sa.BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
        comment="Who may sign in. Operators of the installation, never anybody who is filmed.",
    )


def _add_users_in_groups() -> None:
    op.create_table(
        "users_in_groups",
        sa.Column("user_id", _NUMBER, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, comment="Who."),
        sa.Column(
            "in_group",
            sa.String(64),
            sa.ForeignKey("camera_groups.name", ondelete="CASCADE"),
            primary_key=True,
            comment="Sees which.",
        ),
        comment="Which camera groups a user sees.",
    )


def _add_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column(
            "key", sa.String(64), primary_key=True, comment="SHA-256 of the cookie: a stolen table opens nothing."
        ),
        sa.Column("user_id", _NUMBER, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="Whose."),
        sa.Column("how", sa.String(10), nullable=False, comment="Signed in by: password, passkey, oidc, set-up."),
        sa.Column("seen_90k", sa.BigInteger, nullable=False, comment="UTC of the last request, to the minute."),
        sa.Column("ends_90k", sa.BigInteger, nullable=False, comment="UTC when it ends, whatever is done."),
        comment="Who is signed in.",
    )
    op.create_index("sessions_by_user", "sessions", ["user_id"])


def _add_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="To take it back by."),
        sa.Column(
            "key", sa.String(64), nullable=False, unique=True, comment="SHA-256 of the token, which is shown once."
        ),
        sa.Column("name", sa.String(64), nullable=False, comment="What its user calls it."),
        sa.Column(
            "user_id",
            _NUMBER,
            sa.ForeignKey("users.id", ondelete="CASCADE"),
            nullable=False,
            comment="Whose: it may never do more than they.",
        ),
        sa.Column("scopes", sa.String(500), nullable=False, comment="Actions, sorted, with spaces between."),
        sa.Column("created_90k", sa.BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
        sa.Column("ends_90k", sa.BigInteger, nullable=False, comment="UTC when it ends. Every token ends."),
        comment="For programs.",
    )


def _add_passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(400), primary_key=True, comment="Credential id, base64url."),
        sa.Column("user_id", _NUMBER, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, comment="Whose."),
        sa.Column("name", sa.String(64), nullable=False, comment="What its user calls it."),
        sa.Column("public_key", sa.LargeBinary, nullable=False, comment="COSE."),
        sa.Column(
            "sign_count",
            sa.BigInteger,
            nullable=False,
            comment="It must grow, where the key counts: else it was copied.",
        ),
        sa.Column("created_90k", sa.BigInteger, nullable=False, comment="UTC, 1/90000 s since 1970."),
        comment="WebAuthn credentials.",
    )


def _add_set_up_links() -> None:
    op.create_table(
        "set_up_links",
        sa.Column(
            "key", sa.String(64), primary_key=True, comment="SHA-256 of the link's token, which is printed once."
        ),
        sa.Column("ends_90k", sa.BigInteger, nullable=False, comment="UTC when it stops working."),
        sa.Column(
            "used_90k", sa.BigInteger, nullable=True, comment="UTC when the first user was made with it; NULL: not yet."
        ),
        comment="The way in before there is a user.",
    )


def _add_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _NUMBER, primary_key=True, autoincrement=True, comment="In the order of writing."),
        sa.Column("at_90k", sa.BigInteger, nullable=False, comment="UTC when it began, 1/90000 s since 1970."),
        sa.Column(
            "who", sa.String(64), nullable=False, comment="The user's name, kept when the user goes; empty: nobody yet."
        ),
        sa.Column("through", sa.String(80), nullable=False, comment="session, token NAME, set-up link or command."),
        sa.Column(
            "what",
            sa.String(32),
            nullable=False,
            comment="A look, such as live:watch, or a change, such as camera:add.",
        ),
        sa.Column("camera", sa.String(64), nullable=True, comment="Which was looked at or changed, NULL where none."),
        sa.Column(
            "from_90k", sa.BigInteger, nullable=True, comment="Start of the time that was looked at, NULL where now."
        ),
        sa.Column("to_90k", sa.BigInteger, nullable=True, comment="End of it."),
        sa.Column("about", sa.String(200), nullable=False, comment="Whom or what it changed. No secrets."),
        comment="Every look and every change of access. Rows are added and never changed: triggers refuse it.",
    )
    op.create_index("audit_by_time", "audit", ["at_90k"])
    op.create_index("audit_by_camera", "audit", ["camera", "at_90k"])
