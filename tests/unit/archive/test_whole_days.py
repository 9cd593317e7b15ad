"""Whole days that are over: their partition is taken off, their bytes go in batches, and a kill at any point is made
good. PostgreSQL answers as SQLite does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from passerby.archive import Archive, split_days, whole_days
from passerby.archive.rows import Rows
from passerby.catalogue import days
from passerby.catalogue.database import migrate
from passerby.catalogue.days import DAY_90K
from passerby.media.alarms import AlarmKind
from passerby.media.segments import TICKS_PER_S, ArchivedObject, Gop, InitSegment, ObjectState
from passerby.objects.names import ObjectName
from passerby.objects.store import Store
from passerby.rules.retention import HOUR_90K, Keep, KeepAll
from tests.catalogues import new_catalogue
from tests.postgresql import PostgreSql
from tests.unit.archive.test_trouble import nothing_can_be_deleted_in

INIT = InitSegment("a", b"x", 2, 2, "avc1")
TODAY = 20_000
NOW_90K = TODAY * DAY_90K + 12 * HOUR_90K
KEEP = KeepAll({"gate": Keep(48), "yard": Keep(24)}, Keep(24))


class Killed(BaseException):
    """Instead of kill -9, which leaves a transaction that was not committed behind as well."""


def an_object(
    camera: str, start_90k: int, state: ObjectState = ObjectState.CLOSED, spool: str = "spool"
) -> ArchivedObject:
    gops = (Gop(start_90k, 2 * TICKS_PER_S, 100, 50, 3),)
    key = ObjectName(camera, start_90k).key
    return ArchivedObject(camera, key, start_90k, gops[-1].end_90k, 150, state, INIT.id, spool, gops)


class House:
    """An archive in PostgreSQL whose rows and bytes are made up: the bytes are of no use."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.archive = Archive(folder, catalogue_url=url)
        self.rows = self.archive._places.rows
        self.engine = create_engine(url)

    def add(self, *some: ArchivedObject) -> None:
        for each in some:
            self.rows.save(each, INIT)
            if each.state is not ObjectState.OPEN:
                path = self.folder / "objects" / each.key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"bytes")

    def make(self, *wanted: int) -> None:
        with self.engine.begin() as connection:
            days.make(connection, wanted)

    def parts(self) -> set[str]:
        with self.engine.connect() as connection:
            return {part.name for part in days.parts(connection) if part.to_90k <= (TODAY + 1) * DAY_90K}

    def taken_off(self) -> list[str]:
        with self.engine.connect() as connection:
            return days.taken_off(connection)

    def stored(self) -> set[str]:
        objects = self.folder / "objects"
        return {path.relative_to(objects).as_posix() for path in objects.rglob("*.mp4")}

    def close(self) -> None:
        self.archive.close()
        self.engine.dispose()


@pytest.fixture
def house(tmp_path: Path, postgresql: PostgreSql) -> Iterator[House]:
    house = House(tmp_path / "archive", postgresql.new_database())
    house.make(*range(TODAY - 4, TODAY + 1))
    yield house
    house.close()


def two_of_each(*wanted: int) -> list[ArchivedObject]:
    return [
        an_object(camera, day * DAY_90K + n * HOUR_90K) for day in wanted for camera in ("gate", "yard") for n in (1, 9)
    ]


def test_a_day_that_is_over_for_all_goes_as_a_whole_and_others_by_row(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = two_of_each(*range(TODAY - 4, TODAY + 1))
    house.add(*some)
    marked: set[str] = set()
    mark = house.rows.mark_deleting

    def note(keys: Sequence[str]) -> None:
        marked.update(keys)
        mark(keys)

    monkeypatch.setattr(house.rows, "mark_deleting", note)
    assert house.archive.maintain(KEEP, NOW_90K) == []
    left = {each.key for each in some if each.start_90k > NOW_90K - HOUR_90K * (48 if each.camera == "gate" else 24)}
    assert house.rows.keys() == house.stored() == left and len(left) == 6
    assert house.parts() == {days.name_of(day) for day in (TODAY - 2, TODAY - 1, TODAY)} and house.taken_off() == []
    assert marked == {each.key for each in some if each.start_90k >= (TODAY - 2) * DAY_90K} - left


@pytest.mark.parametrize("step", ["take_off", "delete", "forget", "drop"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_step_the_next_round_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    house.add(*two_of_each(TODAY - 4, TODAY))
    with monkeypatch.context() as patched:
        kill_at(patched, house, step, when)
        with pytest.raises(Killed):
            house.archive.maintain(KEEP, NOW_90K)
    shown = house.rows.keys()
    stored = house.stored()
    assert shown <= stored, "no row without bytes is shown"
    kept = {each.key for each in two_of_each(TODAY)}
    assert shown == kept or (step, when) == ("take_off", "before")
    house.close()
    again = House(house.folder, house.url)
    assert again.archive.recover() == [], "bytes whose rows are on the list get no rows"
    assert again.rows.keys() == shown
    assert again.archive.maintain(KEEP, NOW_90K) == []
    assert again.rows.keys() == again.stored() == kept
    assert again.taken_off() == [] and days.name_of(TODAY - 4) not in again.parts()
    again.close()


def kill_at(patched: pytest.MonkeyPatch, house: House, step: str, when: str) -> None:
    def killing(real: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            if when == "after":
                real(*given)
            raise Killed

        return call

    if step == "delete":
        patched.setattr(Store, "delete_many", killing(Store.delete_many))
    elif step == "forget":
        some_of = whole_days._some_of
        calls: list[int] = []

        def at_second(*given: object) -> object:  # what follows once the rows of the first batch are gone
            calls.append(1)
            if len(calls) == 2:
                raise Killed
            return some_of(*given)  # type: ignore[arg-type]

        patched.setattr(whole_days, "_some_of", at_second)
        patched.setattr(whole_days, "AT_ONCE", 2)
    else:
        name = f"_{step}"
        patched.setattr(whole_days, name, killing(getattr(whole_days, name)))


def test_what_cannot_be_deleted_stays_on_the_list_and_is_an_alarm_each_time(house: House) -> None:
    house.add(*two_of_each(TODAY - 4))
    with nothing_can_be_deleted_in(house.folder / "objects"):
        for _ in range(2):
            assert {alarm.kind for alarm in house.archive.maintain(KEEP, NOW_90K)} == {AlarmKind.DELETE}
            assert house.rows.keys() == set() and len(house.stored()) == 4
    assert house.archive.maintain(KEEP, NOW_90K) == []
    assert house.stored() == set() and house.taken_off() == []


def test_an_open_object_keeps_its_day(house: House) -> None:
    """Its bytes are in the spool of this machine, which is to delete them first."""
    away = an_object("gate", (TODAY - 4) * DAY_90K + 7, ObjectState.OPEN, house.archive.spool_name)
    house.add(*two_of_each(TODAY - 4), away)
    assert house.archive.maintain(KEEP, NOW_90K) == []
    assert house.rows.keys() == {away.key} and house.stored() == set()
    assert days.name_of(TODAY - 4) in house.parts()


def test_rows_of_a_day_that_has_gone_and_of_wrong_clocks_go_at_their_limit(house: House) -> None:
    house.archive.maintain(KEEP, NOW_90K)
    odd = [an_object("gate", 5), an_object("gate", (TODAY - 4) * DAY_90K)]
    house.add(*odd, *two_of_each(TODAY))
    assert house.archive.maintain(KEEP, NOW_90K) == []
    assert house.rows.keys() == house.stored() == {each.key for each in two_of_each(TODAY)}
    assert days.name_of(TODAY - 4) not in house.parts(), "no partition is made for what goes at once"


def test_days_whose_rows_came_without_a_partition_get_one(house: House) -> None:
    """As of a catalogue that was lost, or nobody did the upkeep."""
    lost = [an_object("gate", (TODAY - n) * DAY_90K + HOUR_90K) for n in range(20)]
    house.add(*lost)
    keep = KeepAll({}, Keep(400))
    assert house.archive.maintain(keep, NOW_90K) == []
    with house.engine.connect() as connection:
        assert days.others(connection, 0, (TODAY + 1) * DAY_90K) == set()
    assert len(house.parts()) == 17


def test_an_old_catalogue_is_split_once_and_one_of_sqlite_never(postgresql: PostgreSql, tmp_path: Path) -> None:
    url = postgresql.empty_database()
    engine = create_engine(url)
    migrate(engine, "0021")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO inits VALUES ('a', 2, 2, 'avc1', 'x')"))
        connection.execute(
            text(
                "INSERT INTO objects "
                "(camera, key, start_90k, end_90k, size, state, init_id, spool, media_offset, gops) VALUES "
                "('gate', 'gate/1970-01-01/000000-5.mp4', 5, 6, 1, 'closed', 'a', 's', 0, '')"
            )
        )
    rows = Rows(url)
    before = rows.find("gate/1970-01-01/000000-5.mp4")
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(split_days, [url] * 3)) == [True] * 3
    assert before is not None and rows.find(before.key) == before
    rows.close()
    with engine.connect() as connection:
        assert days.is_by_day(connection)
    engine.dispose()
    assert not split_days(new_catalogue(tmp_path / "data"))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql) -> Iterator[tuple[Rows, Rows]]:
    sqlite, by_day = Rows(new_catalogue(tmp_path_factory.mktemp("both"))), Rows(postgresql.new_database())
    with by_day.transaction("make days") as connection:
        days.make(connection, range(TODAY - 3, TODAY + 1))
    yield sqlite, by_day
    sqlite.close()
    by_day.close()


SOME = st.builds(
    lambda camera, at, state, length: replace(an_object(camera, at, state), end_90k=at + length),
    st.sampled_from(["gate", "yard"]),
    st.one_of(
        st.integers(0, 3),
        st.integers(-4, 2).map(lambda day: (TODAY + day) * DAY_90K),
        st.integers((TODAY - 4) * DAY_90K, (TODAY + 2) * DAY_90K),
    ),
    st.sampled_from(ObjectState),
    st.integers(0, HOUR_90K),
)


@settings(max_examples=30)
@given(st.lists(SOME, min_size=1, max_size=12), st.integers(-4, 1), st.data())
def test_postgresql_answers_as_sqlite_does(
    both: tuple[Rows, Rows], some: list[ArchivedObject], day: int, data: st.DataObject
) -> None:
    for rows in both:
        with rows.transaction("begin anew") as connection:
            connection.execute(text("DELETE FROM objects"))
        for each in some:
            rows.save(each, INIT)
    chosen = data.draw(st.sampled_from(some))
    begin_90k = (TODAY + day) * DAY_90K

    def answers(rows: Rows) -> list[object]:
        found: list[object] = [
            *(rows.between(camera, begin_90k, begin_90k + DAY_90K) for camera in ("gate", "yard")),
            rows.indexes_between("gate", begin_90k, begin_90k + DAY_90K),
            rows.find(chosen.key), rows.keys(), rows.cameras(), rows.of_camera("gate"), rows.total_bytes(),
            rows.newest_ends(["gate", "yard", "lobby"]), rows.count_after(begin_90k),
            rows.begun_until(ObjectState.CLOSED, {begin_90k: ["gate"]}, begin_90k + HOUR_90K, 3),
            rows.closed_after(begin_90k, "gate", made_before_90k=begin_90k),
            rows.marked(None, 2), rows.marked(chosen, 9),
        ]  # fmt: skip
        rows.mark_deleting([chosen.key])
        rows.forget([chosen.key, some[0].key], ObjectState.DELETING)
        return [*found, rows.keys()]

    sqlite, by_day = (answers(rows) for rows in both)
    assert by_day == sqlite
