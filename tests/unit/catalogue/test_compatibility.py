"""A catalogue that a later version has migrated: used where its steps only added something, refused where not."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from passerby.archive import Archive
from passerby.catalogue.compatibility import SCHEMA_KNOWN, STEPS, is_usable
from passerby.catalogue.database import migrate, open_database
from passerby.errors import OutputError
from tests.recordings import recorded, steady

FIRST = "0027"
"""The step that made the table in which all say it."""


def migrated(url: str, *steps: tuple[str, str | None]) -> str:
    """As a later version leaves it. steps: revision, and from which on the tables are usable; None: it does not say."""
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE objects ADD COLUMN later_column INTEGER"))
        connection.execute(text("CREATE TABLE later_table (id INTEGER)"))
        for revision, usable_from in steps:
            connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
            if usable_from is not None:
                connection.execute(
                    text("INSERT INTO schema_steps VALUES (:it, :usable_from)"),
                    {"it": revision, "usable_from": usable_from},
                )
    engine.dispose()
    return url


def test_every_step_says_from_which_version_on_the_tables_are_usable() -> None:
    script = ScriptDirectory(str(STEPS))
    steps = {step.revision: step.module for step in script.walk_revisions()}
    assert script.get_current_head() == SCHEMA_KNOWN
    for revision, module in steps.items():
        if revision >= FIRST:
            assert module.usable_from in steps and module.usable_from <= revision, f"{revision}: expand, then contract"


def test_the_steps_are_noted_in_the_catalogue(catalogue_url: str) -> None:
    engine = open_database(catalogue_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT revision, usable_from FROM schema_steps"))
        noted = {str(revision): str(usable_from) for revision, usable_from in found}
        assert is_usable(connection)
    engine.dispose()
    steps = {step.revision: step.module for step in ScriptDirectory(str(STEPS)).walk_revisions()}
    assert noted == {revision: steps[revision].usable_from for revision in steps if revision >= FIRST}


def test_one_that_only_added_is_recorded_into_by_the_version_before(catalogue_url: str, tmp_path: Path) -> None:
    migrated(catalogue_url, ("9998", SCHEMA_KNOWN), ("9999", SCHEMA_KNOWN))
    with Archive(tmp_path, catalogue_url=catalogue_url) as archive:
        writer = archive.writer("gate")
        assert all(writer.append(fragment) for fragment in recorded(steady(10)))
        writer.close()
        assert archive.is_usable()
    engine = create_engine(catalogue_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999", "left as it was"
        assert connection.execute(text("SELECT count(*) FROM objects WHERE later_column IS NULL")).scalar()
    engine.dispose()


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([("9999", "9999")], id="it took something away"),
        pytest.param([("9998", "9998"), ("9999", SCHEMA_KNOWN)], id="a step before it did"),
        pytest.param([("9999", None)], id="it does not say"),
    ],
)
def test_one_that_took_something_away_is_refused_in_a_sentence(
    catalogue_url: str, steps: list[tuple[str, str | None]]
) -> None:
    migrated(catalogue_url, *steps)
    with pytest.raises(
        OutputError, match="its tables are of a newer passerby, and this version may not use"
    ) as refused:
        open_database(catalogue_url)
    assert refused.value.hint and "install that version here too" in refused.value.hint
    engine = create_engine(catalogue_url)
    assert inspect(engine).has_table("later_table"), "nothing was touched"
    engine.dispose()


def test_a_later_version_that_migrates_while_this_one_runs_is_noticed(catalogue_url: str, tmp_path: Path) -> None:
    with Archive(tmp_path, catalogue_url=catalogue_url) as archive:
        migrated(catalogue_url, ("9998", SCHEMA_KNOWN))
        assert archive.is_usable()
        engine = create_engine(catalogue_url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
            connection.execute(text("INSERT INTO schema_steps VALUES ('9999', '9999')"))
        engine.dispose()
        assert not archive.is_usable()


def test_tables_before_the_first_such_step_are_brought_up_to_date(catalogue_url: str) -> None:
    engine = create_engine(catalogue_url)
    migrate(engine, "0021")
    with engine.connect() as connection:
        assert not is_usable(connection)
    engine.dispose()
    engine = open_database(catalogue_url)
    with engine.connect() as connection:
        assert is_usable(connection)
    engine.dispose()
