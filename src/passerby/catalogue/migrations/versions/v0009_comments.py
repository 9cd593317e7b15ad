"""The comments of tables and columns, in plain English. PostgreSQL keeps them, SQLite has none."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_TABLES = {
    "audit": "Every viewing and every change of access. Triggers prevent changes, and deletion while it is young.",
    "camera_groups": "Groups of cameras, which users are given access to.",
    "camera_states": "History of each camera's state, one row per change, to look up outages.",
    "inits": "How to decode objects: one row per picture size and encoder settings, shared by many objects.",
    "limits_of_removed": "Removed cameras, so that their recordings expire when they would have.",
    "not_people": "Boxes of a camera's picture that a user marked as not a person, such as a poster.",
    "rights": "Counts changes of permissions, so that open live views are checked again.",
    "set_up_links": "Links to create the first user.",
    "users": "Who may sign in: operators of the installation, never people who are filmed.",
    "cameras_in_groups": "Which cameras are in which group.",
    "sessions": "Sessions of users who are signed in.",
    "tokens": "API tokens, for programs.",
    "users_in_groups": "Which camera groups each user may see.",
}
_COLUMNS = {
    "audit": {
        "id": "Ascending in order of writing.",
        "at_90k": "UTC of the start, 1/90000 s since 1970.",
        "who": "The user's name, kept when the user is removed. Empty: not signed in.",
        "through": "How: session, token NAME, set-up link or command.",
        "what": "An action: viewing, such as live:watch, or a change, such as camera:add.",
        "camera": "The camera viewed or changed. NULL: none.",
        "from_90k": "Start of the period viewed. NULL: live.",
        "to_90k": "End of the period viewed.",
        "about": "What was changed. Contains no secrets.",
    },
    "camera_groups": {
        "title": "Name shown to users.",
    },
    "camera_states": {
        "id": "Ascending in order of writing.",
        "from_90k": "UTC of the start, 1/90000 s since 1970.",
        "to_90k": "UTC of the end. While open: the latest time at which this state was seen.",
        "is_open": "Still the camera's state. After a crash the next start closes it.",
        "reason": "A sentence for users, as first reported. Contains no secrets.",
    },
    "cameras": {
        "title": "Name shown to users.",
        "address": "Full address, encrypted with the key in the data folder.",
        "address_shown": "Address shown to users, without credentials and query.",
        "transport": "For RTSP: tcp or udp.",
        "trust_any_certificate": "Accept a certificate that cannot be verified, such as a self-signed one.",
        "privacy_delay_s": "Delay of the live picture, in seconds.",
        "keep_hours": "How long recordings are kept. NULL: the configured default.",
        "more_than_30_days": "Whether keep_hours may exceed 720.",
        "is_enabled": "Whether it is recorded and shown.",
        "is_in_file": "Defined in passerby.toml: it is changed there, not on the page.",
        "since_90k": "UTC. Earlier recordings belong to a previous camera of this name. 0: there was none.",
    },
    "inits": {
        "id": "Start of the SHA-256 of data, so it is the same on every machine.",
        "data": "ftyp and moov boxes, under 1 kB. Every object starts with a copy.",
    },
    "limits_of_removed": {
        "keep_hours": "How long its recordings are kept: as configured when it was removed.",
    },
    "not_people": {
        "id": "Identifies the box when it is removed.",
        "camera": "As in cameras.name. Removed with the camera.",
        "left_share": "Left edge, as a share (0..1) of the picture's width.",
        "top_share": "Top edge, as a share (0..1) of the picture's height.",
        "right_share": "Right edge, as a share (0..1) of the picture's width.",
        "bottom_share": "Bottom edge, as a share (0..1) of the picture's height.",
        "who": "Name of the user who added it. Kept when the user is removed.",
        "at_90k": "UTC when it was added, 1/90000 s since 1970.",
    },
    "rights": {
        "id": "Always 1: there is one row.",
        "revision": "Incremented by every change that may revoke a permission.",
    },
    "set_up_links": {
        "key": "SHA-256 of the link's token, which is shown once.",
        "used_90k": "UTC when the first user was created with it. NULL: not yet.",
    },
    "users": {
        "id": "Internal. Elsewhere users are known by their name.",
        "name": "Sign-in name, in lower case.",
        "password": "Argon2id hash. NULL: the user signs in another way.",
        "roles": "Sorted, separated by spaces. Empty: no permissions.",
        "sees_all_cameras": "If not, only those in the groups in users_in_groups.",
        "is_enabled": "Users who leave are disabled, so that the audit log's names stay valid.",
        "oidc_subject": "The user's 'sub' claim at the OIDC provider.",
        "handle": "WebAuthn user handle: 64 random bytes.",
    },
    "cameras_in_groups": {
        "camera": "The camera.",
        "in_group": "The group.",
    },
    "objects": {
        "id": "Internal. Elsewhere objects are known by their key.",
        "key": "Name in the store. Contains the camera and the start time.",
        "end_90k": "UTC of the end of the last whole GOP. Not before start_90k.",
        "state": "open: in the spool. closed: in the store. deleting: may be gone already and is not read.",
        "spool": "The spool that an open object is in. Each machine only closes objects in its own.",
        "media_offset": "Offset in bytes of the first GOP, after the init segment and the index.",
        "gops": "9 bytes per GOP: duration, size, activity. See pack_gops.",
    },
    "passkeys": {
        "id": "Credential ID, base64url.",
        "user_id": "The user it belongs to.",
        "name": "Name given by the user.",
        "public_key": "Public key in COSE format.",
        "sign_count": "Signature counter. If it does not grow, the passkey was copied. 0: not counted.",
    },
    "sessions": {
        "key": "SHA-256 of the cookie, so that a stolen table gives no access.",
        "user_id": "The user it belongs to.",
        "how": "How the user signed in: password, passkey, oidc or set-up.",
        "ends_90k": "UTC when it ends, even if in use.",
    },
    "tokens": {
        "id": "Identifies the token when it is revoked.",
        "name": "Name given by the user.",
        "user_id": "The user it belongs to. It never has more permissions than the user.",
        "scopes": "Allowed actions, sorted, separated by spaces.",
        "ends_90k": "UTC when it expires. Every token does.",
    },
    "users_in_groups": {
        "user_id": "The user.",
        "in_group": "A group that the user may see.",
    },
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, comment in _TABLES.items():
        op.create_table_comment(table, comment)
    for table, columns in _COLUMNS.items():
        for column, comment in columns.items():
            op.alter_column(table, column, comment=comment)
