"""Audit records may be deleted once they are old, the oldest first; until then nobody can delete one."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_YOUNGEST_90K = 30 * 86400 * 90_000  # younger records stay, whatever passerby or another program asks for
_COMMENT = "Every look and every change of access. Rows are added, never changed, and go when they are old: triggers."
_NOW_90K = {
    "sqlite": "CAST(strftime('%s', 'now') AS INTEGER) * 90000",
    "postgresql": "(extract(epoch FROM clock_timestamp()) * 90000)::bigint",
}


def upgrade() -> None:
    """Uses the database's own clock, so that whoever deletes cannot choose the time."""
    dialect = op.get_bind().dialect.name
    is_kept = f"OLD.at_90k > {_NOW_90K[dialect]} - {_YOUNGEST_90K} OR EXISTS (SELECT 1 FROM audit WHERE id < OLD.id)"
    if dialect == "sqlite":
        op.execute("DROP TRIGGER audit_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN {is_kept} "
            "BEGIN SELECT RAISE(ABORT, 'audit records are never changed, and go when they are old'); END"
        )
        return
    op.execute(f"COMMENT ON TABLE audit IS '{_COMMENT}'")
    op.execute("DROP TRIGGER audit_is_kept ON audit")
    op.execute(
        "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()"
    )
    op.execute(
        "CREATE FUNCTION audit_is_old() RETURNS trigger AS $$ BEGIN "
        f"IF {is_kept} THEN "
        "RAISE EXCEPTION 'audit records are never changed, and go when they are old'; END IF; "
        "RETURN OLD; END $$ LANGUAGE plpgsql"
    )
    op.execute("CREATE TRIGGER audit_goes_when_old BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_old()")
