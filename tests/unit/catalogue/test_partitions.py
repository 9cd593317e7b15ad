"""The objects of PostgreSQL in a partition for each day: made ahead, by several machines at once, with any row."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from passerby.catalogue import days
from passerby.catalogue.database import migrate, open_database
from passerby.catalogue.days import DAY_90K, OTHERS
from passerby.errors import OutputError
from tests.postgresql import PostgreSql

TODAY = 20_000
NOW_90K = TODAY * DAY_90K + DAY_90K // 2
OLD_INSERT = """INSERT INTO objects (camera, key, start_90k, end_90k, size, state, init_id, spool, media_offset, gops)
    VALUES ('gate', 'gate/' || :at, :at, :at + 1, 1, 'open', 'a', 's', 0, '')"""
"""As the version before 0022 writes."""
OLD_SAVE = f"{OLD_INSERT} ON CONFLICT (key) DO UPDATE SET size = excluded.size + 1"
SAVE = f"{OLD_INSERT} ON CONFLICT (key, start_90k) DO UPDATE SET size = excluded.size + 1"


@pytest.fixture
def engine(postgresql: PostgreSql) -> Iterator[Engine]:
    """Without a single partition but that of others."""
    engine = open_database(postgresql.new_database())
    with engine.begin() as connection:
        for part in days.parts(connection):
            connection.execute(text(f"DROP TABLE {part.name}"))
        _add_init(connection)
    yield engine
    engine.dispose()


def _add_init(connection: Connection) -> None:
    connection.execute(text("INSERT INTO inits VALUES ('a', 2, 2, 'avc1', 'x')"))


def add(engine: Engine, *starts_90k: int, how: str = SAVE) -> None:
    with engine.begin() as connection:
        for at in starts_90k:
            connection.execute(text(how.replace(":at", str(at))))


def tables(engine: Engine) -> dict[str, list[int]]:
    """In which table each row is."""
    found: dict[str, list[int]] = {}
    with engine.connect() as connection:
        query = "SELECT tableoid::regclass::text AS part, start_90k FROM objects ORDER BY start_90k"
        for row in connection.execute(text(query.replace(":", "\\:"))):
            found.setdefault(row.part, []).append(row.start_90k)
    return found


def test_a_new_catalogue_has_the_next_days(postgresql: PostgreSql) -> None:
    engine = open_database(postgresql.new_database())
    with engine.connect() as connection:
        assert days.is_by_day(connection) and len(days.parts(connection)) == days.AHEAD_DAYS + 1
        assert days.taken_off(connection) == []
    engine.dispose()


def test_rows_of_any_time_are_kept_and_move_to_their_day_when_it_is_made(engine: Engine) -> None:
    odd = [0, 1, NOW_90K, NOW_90K + 1, (TODAY + 9000) * DAY_90K]
    add(engine, *odd)
    assert tables(engine) == {OTHERS: odd}
    with engine.begin() as connection:
        assert days.others(connection, DAY_90K, (TODAY + 1) * DAY_90K) == {TODAY}
        days.make(connection, days.days_ahead(NOW_90K))
    assert tables(engine) == {OTHERS: [0, 1, odd[-1]], days.name_of(TODAY): [NOW_90K, NOW_90K + 1]}
    add(engine, NOW_90K)  # again: an update, not another row
    with engine.connect() as connection:
        assert connection.execute(text(f"SELECT size FROM objects WHERE start_90k = {NOW_90K}")).scalars().all() == [2]


def test_the_first_and_the_last_moment_of_a_day_are_in_it(engine: Engine) -> None:
    with engine.begin() as connection:
        days.make(connection, [TODAY, TODAY + 1])
    add(engine, TODAY * DAY_90K - 1, TODAY * DAY_90K, (TODAY + 1) * DAY_90K - 1, (TODAY + 1) * DAY_90K)
    assert [len(each) for each in tables(engine).values()] == [1, 2, 1]


def test_machines_that_make_days_at_once_while_others_write_lose_and_refuse_nothing(engine: Engine) -> None:
    starts = [(TODAY + n % 8) * DAY_90K + n for n in range(400)]

    def make(seed: int) -> None:
        for day in random.Random(seed).sample(range(TODAY, TODAY + 8), 8):
            try:
                with engine.begin() as connection:
                    days.make(connection, [day])
            except Exception as error:
                if getattr(getattr(error, "orig", None), "sqlstate", None) not in ("55P03", "40P01"):
                    raise

    def write(part: int) -> None:
        for at in starts[part::2]:
            add(engine, at)

    with ThreadPoolExecutor(5) as threads:
        jobs: list[tuple[Callable[[int], None], int]] = [(write, 0), (write, 1), (make, 1), (make, 2), (make, 3)]
        for done in [threads.submit(job, number) for job, number in jobs]:
            done.result(timeout=120)
    with engine.begin() as connection:
        days.make(connection, range(TODAY, TODAY + 8))
    found = tables(engine)
    assert sorted(at for each in found.values() for at in each) == sorted(starts)
    assert OTHERS not in found and len(found) == 8


def test_a_search_by_time_reads_only_its_days(engine: Engine) -> None:
    with engine.begin() as connection:
        days.make(connection, range(TODAY, TODAY + 30))
        query = f"""EXPLAIN SELECT gops FROM objects WHERE camera = 'gate' AND state <> 'deleting'
            AND start_90k > {(TODAY + 5) * DAY_90K - 3600 * 90_000} AND start_90k < {(TODAY + 6) * DAY_90K}"""
        plan = "\n".join(connection.execute(text(query)).scalars())
    assert {name for name in map(days.name_of, range(TODAY, TODAY + 30)) if name in plan} == {
        days.name_of(TODAY + 4), days.name_of(TODAY + 5),
    }  # fmt: skip
    assert OTHERS not in plan


def test_a_day_with_an_open_object_is_not_taken_off(engine: Engine) -> None:
    with engine.begin() as connection:
        days.make(connection, [TODAY])
    add(engine, NOW_90K)
    with engine.begin() as connection:
        (part,) = days.parts(connection)
        assert not days.take_off(connection, part)
        connection.execute(text("UPDATE objects SET state = 'closed'"))
    with engine.begin() as connection:
        assert days.take_off(connection, part) and days.taken_off(connection) == [part.name]
        assert not days.take_off(connection, part), "it is no partition any more"
        days.drop(connection, part.name)
        assert days.taken_off(connection) == [part.name], "it is not empty"
        days.make(connection, [TODAY])
        assert days.parts(connection) == [], "not beside the one that is worked through"
    add(engine, NOW_90K)
    assert tables(engine) == {OTHERS: [NOW_90K]}, "late, and not refused"


@pytest.fixture
def old(postgresql: PostgreSql) -> Iterator[Engine]:
    """A catalogue of the version before, with rows of many days."""
    engine = create_engine(postgresql.empty_database())
    migrate(engine, "0021")
    with engine.begin() as connection:
        _add_init(connection)
    add(engine, *OLD_STARTS, how=OLD_SAVE)
    yield engine
    engine.dispose()


OLD_STARTS = [0, *(day * DAY_90K + 5 for day in range(TODAY - 40, TODAY + 2)), (TODAY + 9000) * DAY_90K]


def test_the_version_before_goes_on_writing_until_the_days_are_made(old: Engine) -> None:
    migrate(old)
    with old.connect() as connection:
        assert not days.is_by_day(connection)
    add(old, 7, 7, how=OLD_SAVE)
    add(old, 7, 8)  # this version
    assert tables(old) == {"objects": sorted([7, 8, *OLD_STARTS])}


def test_what_was_there_becomes_a_partition_without_being_copied(old: Engine) -> None:
    migrate(old)
    with old.begin() as connection:
        before = connection.execute(text("SELECT * FROM objects ORDER BY id")).all()
        file = connection.execute(text("SELECT pg_relation_filenode('objects')")).scalar()
    for _ in range(2):  # again changes nothing
        with old.begin() as connection:
            days.split(connection, NOW_90K)
    found = tables(old)
    assert sorted(at for each in found.values() for at in each) == OLD_STARTS
    assert found[days.BEFORE] == [at for at in OLD_STARTS if at < (TODAY + 1) * DAY_90K]
    assert found[days.name_of(TODAY + 1)] == [(TODAY + 1) * DAY_90K + 5] and found[OTHERS] == OLD_STARTS[-1:]
    with old.begin() as connection:
        assert connection.execute(text("SELECT * FROM objects ORDER BY id")).all() == before
        assert connection.execute(text(f"SELECT pg_relation_filenode('{days.BEFORE}')")).scalar() == file
        (part, *_) = days.parts(connection)
        assert part == days.Part(days.BEFORE, None, (TODAY + 1) * DAY_90K)
        assert days.missing(connection, range(TODAY - 99, TODAY + 1)) == set()
        connection.execute(text("UPDATE objects SET state = 'closed'"))
        assert days.take_off(connection, part)
        connection.execute(text(f"DELETE FROM {days.BEFORE}"))
        days.drop(connection, part.name)
    add(old, NOW_90K)  # numbers go on, though the table that they began with is gone
    with old.connect() as connection:
        newest = connection.execute(text(f"SELECT id FROM objects WHERE start_90k = {NOW_90K}")).scalar_one()
    assert newest > max(row.id for row in before)


def test_a_split_that_is_interrupted_leaves_all_as_it_was(old: Engine) -> None:
    migrate(old)
    with pytest.raises(RuntimeError), old.begin() as connection:
        days.split(connection, NOW_90K)
        raise RuntimeError("killed before it commits")
    assert tables(old) == {"objects": OLD_STARTS}
    with old.begin() as connection:
        days.split(connection, NOW_90K)
    assert sorted(at for each in tables(old).values() for at in each) == OLD_STARTS


def test_a_dump_restores_with_its_days(engine: Engine, postgresql: PostgreSql, tmp_path: Path) -> None:
    with engine.begin() as connection:
        days.make(connection, [TODAY])
    add(engine, 0, NOW_90K)
    programs = postgresql.programs
    target = postgresql.empty_database()
    dump = [str(programs / "pg_dump"), "-Fc", "-f", str(tmp_path / "dump"), _plain(str(engine.url))]
    subprocess.run(dump, check=True)
    subprocess.run([programs / "pg_restore", "-d", _plain(target), tmp_path / "dump"], check=True)
    restored = open_database(target)
    assert tables(restored) == tables(engine) and len(tables(restored)) == 2
    restored.dispose()


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql").replace("***", "")


def test_who_holds_the_tables_is_waited_for_a_moment_only(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.archive.rows import Rows

    monkeypatch.setattr(days, "_LOCK_WITHIN", "100ms")
    rows = Rows(engine.url.render_as_string(hide_password=False))
    with engine.begin() as other:
        other.execute(text("LOCK TABLE inits IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(OutputError) as caught, rows.transaction("make days") as connection:
            days.make(connection, [TODAY])
    assert days.is_busy(caught.value) and not days.is_busy(OutputError("another"))
    rows.close()
