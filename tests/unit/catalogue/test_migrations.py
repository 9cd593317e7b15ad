"""The steps lead to the tables that the code speaks of, from any version and from several processes at once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

import passerby.catalogue.migrations
from passerby.catalogue.database import migrate, open_database
from passerby.catalogue.schema.access import audit
from passerby.catalogue.schema.archive import inits
from passerby.catalogue.schema.events import events
from passerby.clock import SystemClock
from passerby.media.segments import TICKS_PER_S

metadata = events.metadata
STEPS = ScriptDirectory(passerby.catalogue.migrations.__path__[0])


DIFFERS_BY_DAY = [
    "add_constraint key",  # a row is known by key and start: the key alone says the start
    "add_index objects_by_state",
    "remove_index objects_by_id",
    "remove_index objects_by_state",  # it has no size in it: see catalogue/days.py
    "remove_index objects_key_start",
]
"""What partitions of objects by day differ in, in PostgreSQL."""


def described(difference: Any) -> str:
    what, thing = difference
    return f"{what} {thing.name or ' '.join(column.name for column in thing.columns)}"


def is_of_schema(name: str | None, kind: str, parents: Any) -> bool:
    """Not the partitions."""
    table = name if kind == "table" else parents.get("table_name")
    return not (table or "").startswith("objects_")


COMPARES = {"compare_type": True, "compare_server_default": True, "include_name": is_of_schema}


def test_the_steps_make_the_tables_of_the_schema(catalogue_url: str) -> None:
    engine = open_database(catalogue_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=COMPARES)
        found = [] if connection.dialect.name == "sqlite" else DIFFERS_BY_DAY
        assert sorted(described(each) for each in compare_metadata(context, metadata)) == found
        assert context.get_current_revision() == STEPS.get_current_head()
        assert {"objects_by_time", "objects_by_state"} <= {
            i["name"] for i in inspect(connection).get_indexes("objects")
        }
        checks = {check["name"] for check in inspect(connection).get_check_constraints("objects")}
    assert {"state_is_known", "time_goes_on"} <= checks
    engine.dispose()


def test_every_version_leads_to_the_newest(catalogue_url: str) -> None:
    revisions = [step.revision for step in reversed(list(STEPS.walk_revisions()))]
    assert revisions[0] == "0001"
    for revision in revisions:
        engine = create_engine(catalogue_url)
        migrate(engine, revision)
        engine.dispose()
        open_database(catalogue_url).dispose()


def test_opening_again_changes_nothing(catalogue_url: str) -> None:
    open_database(catalogue_url).dispose()
    engine = open_database(catalogue_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    engine.dispose()


def test_a_database_that_is_up_to_date_opens_without_alembic(catalogue_url: str) -> None:
    """Each process opens it when it starts, and Alembic takes long to load."""
    open_database(catalogue_url).dispose()
    opens = "import sys; from passerby.catalogue.database import open_database; open_database(sys.argv[1]).dispose()"
    loaded = subprocess.check_output(
        [sys.executable, "-c", f"{opens}; print([name for name in sys.modules if 'alembic' in name])", catalogue_url]
    )
    assert loaded.strip() == b"[]"


def test_every_table_and_column_says_what_it_is() -> None:
    for table in metadata.tables.values():
        assert table.comment
        assert [column.name for column in table.c if not column.comment] == []


def test_audit_records_are_never_changed(catalogue_url: str) -> None:
    engine = open_database(catalogue_url)
    with engine.begin() as connection:
        for days in (29, 0):
            connection.execute(audit.insert(), a_record(days))
    for change in ("UPDATE audit SET who = ''", "DELETE FROM audit"):
        with pytest.raises(SQLAlchemyError, match="never changed"), engine.begin() as connection:
            connection.execute(text(change))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT who FROM audit")).scalars().all() == ["kim", "kim"]
    engine.dispose()


REPLACES = {
    "sqlite": (
        "INSERT OR REPLACE INTO audit SELECT id, at_90k, 'lee', through, what, camera, from_90k, to_90k, about "
        "FROM audit",
        "REPLACE INTO audit (id, at_90k, who, through, what, about) VALUES (1, 0, 'lee', '', '', '')",
        "INSERT OR IGNORE INTO audit (id, at_90k, who, through, what, about) VALUES (-1, 0, 'lee', '', '', '')",
        "INSERT INTO audit (id, at_90k, who, through, what, about) VALUES (1, 0, 'lee', '', '', '') "
        "ON CONFLICT (id) DO UPDATE SET who = 'lee'",
    ),
    "postgresql": (
        "INSERT INTO audit (id, at_90k, who, through, what, about) VALUES (1, 0, 'lee', '', '', '') "
        "ON CONFLICT (id) DO UPDATE SET who = 'lee'",
    ),
}


@pytest.mark.parametrize("first", ["0002", "0004"])
def test_audit_records_are_never_replaced(catalogue_url: str, first: str) -> None:
    """Also those that were written before the step that forbids it."""
    engine = create_engine(catalogue_url)
    migrate(engine, first)
    with engine.begin() as connection:
        connection.execute(audit.insert(), a_record(0))
    engine.dispose()
    engine = open_database(catalogue_url)
    for change in REPLACES[engine.dialect.name]:
        with pytest.raises(SQLAlchemyError, match="never changed"), engine.begin() as connection:
            connection.execute(text(change))
    with engine.begin() as connection:
        connection.execute(audit.insert(), a_record(0) | {"about": "long " * 1000})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, who, length(about) FROM audit ORDER BY id")).all() == [
            (1, "kim", 0), (2, "kim", 5000),
        ]  # fmt: skip
    engine.dispose()


def a_record(days_old: float) -> dict[str, object]:
    """By the real clock, which is the database's."""
    at_90k = SystemClock().now_90k() - round(days_old * 86400 * TICKS_PER_S)
    return {"at_90k": at_90k, "who": "kim", "through": "session", "what": "x", "about": ""}


def test_old_audit_records_go_the_oldest_first_and_no_other(catalogue_url: str) -> None:
    engine = open_database(catalogue_url)
    with engine.begin() as connection:
        for days in (50, 40, 31, 10):
            connection.execute(audit.insert(), a_record(days))
    for refused in ("id = 2", "id = 4", "id > 1", "id = 3"):
        with pytest.raises(SQLAlchemyError, match="go when they are old"), engine.begin() as connection:
            connection.execute(text(f"DELETE FROM audit WHERE {refused}"))
    with pytest.raises(SQLAlchemyError, match="never changed"), engine.begin() as connection:
        connection.execute(text("UPDATE audit SET at_90k = 1"))
    for id in (1, 2, 3):
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM audit WHERE id = {id}"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM audit")).scalars().all() == [4]
    engine.dispose()


def test_the_first_version_keeps_its_recordings(catalogue_url: str) -> None:
    engine = create_engine(catalogue_url)
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(inits.insert(), {"id": "a", "width": 2, "height": 2, "codec": "avc1", "data": b"x"})
    engine.dispose()
    engine = open_database(catalogue_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM inits")).scalars().all() == ["a"]
        assert connection.execute(text("SELECT count(*) FROM cameras")).scalar() == 0
    engine.dispose()


def test_threads_that_open_databases_at_once_do_not_meet(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{number}.sqlite3" for number in range(6)]
    with ThreadPoolExecutor(len(urls)) as threads:
        for engine in threads.map(open_database, urls):
            assert inspect(engine).has_table("objects")
            engine.dispose()
