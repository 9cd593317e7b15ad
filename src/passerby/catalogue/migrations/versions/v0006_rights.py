"""A counter that grows with every change that may take a permission away, by any program. Open views watch it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TAKES_AWAY = (
    ("users", "UPDATE OF roles, sees_all_cameras, is_enabled, oidc_subject"),
    ("users", "DELETE"),
    ("users_in_groups", "UPDATE"),
    ("users_in_groups", "DELETE"),
    ("sessions", "UPDATE OF user_id, ends_90k"),
    ("sessions", "DELETE"),
    ("tokens", "UPDATE OF user_id, scopes, ends_90k"),
    ("tokens", "DELETE"),
    ("cameras", "DELETE"),
    ("cameras_in_groups", "UPDATE"),
    ("cameras_in_groups", "DELETE"),
)
"""Additions only grant permissions, and nobody waits for those. The time of a session's last request is not one."""


def upgrade() -> None:
    made = op.create_table(
        "rights",
        sa.Column("id", sa.Integer, primary_key=True, comment="1: there is one row."),
        sa.Column("revision", sa.BigInteger, nullable=False, comment="Grows with every change that may take a right."),
        comment="Whether those who watch have to be asked again whether they may.",
    )
    op.bulk_insert(made, [{"id": 1, "revision": 0}])
    grows = "UPDATE rights SET revision = revision + 1"
    if op.get_bind().dialect.name == "sqlite":
        for number, (table, event) in enumerate(_TAKES_AWAY):
            op.execute(f"CREATE TRIGGER rights_change_{number} AFTER {event} ON {table} BEGIN {grows}; END")
        return
    op.execute(
        f"CREATE FUNCTION rights_change() RETURNS trigger AS $$ BEGIN {grows}; RETURN NULL; END $$ LANGUAGE plpgsql"
    )
    # At commit, when everything else is locked already: here two changes can only wait for each other in turn, without
    # a deadlock.
    for number, (table, event) in enumerate(_TAKES_AWAY):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER rights_change_{number} AFTER {event} ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rights_change()"
        )
