"""Two machines, one catalogue and store: who lost a camera writes nothing under the old token, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.archive import Archive
from passerby.archive.closing import HandIn
from passerby.clock import SystemClock
from passerby.errors import Superseded
from passerby.media.segments import TICKS_PER_S, Fragment, ObjectState
from passerby.objects.names import ObjectName, name_of_key
from tests.postgresql import PostgreSql
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.checks import rows_of, times_played
from tests.unit.archive.test_archive import ALL, FOREVER, LATER_90K

OLD, NEW, SESSION = 1000, 2000, 3000


class Machines:
    """Opens the archive of a machine: its own spool, the shared catalogue and store."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url
        self._opened: list[Archive] = []

    def open(self, name: str, hand_in: HandIn = lambda: None) -> Archive:
        found = Archive(self._folder / name, catalogue_url=self._url, store=self._folder / "store", hand_in=hand_in)
        self._opened.append(found)
        return found

    def stored(self) -> list[ObjectName | None]:
        store = self._folder / "store"
        return [name_of_key(path.relative_to(store).as_posix()) for path in sorted(store.rglob("*.mp4"))]

    def close(self) -> None:
        for each in self._opened:
            each.close()


@pytest.fixture
def machines(tmp_path: Path, postgresql: PostgreSql) -> Iterator[Machines]:
    found = Machines(tmp_path, postgresql.new_database())
    yield found
    found.close()


def begun(archive: Archive, fragments: list[Fragment], token: int) -> None:
    """What the machine had recorded when it was paused: its process is gone, its file is in the spool."""
    writer = archive.writer("gate", token=token)
    for fragment in fragments:
        writer.append(fragment)
    writer._give_up()  # what its end does: the lock is gone


def test_a_writer_that_lost_its_camera_is_refused_before_it_writes(machines: Machines) -> None:
    a, b = machines.open("a"), machines.open("b")
    fragments = recorded(steady(20))
    writer = a.writer("gate", token=OLD)
    for fragment in fragments[: len(fragments) // 2]:
        writer.append(fragment)
    b.raise_fences(["gate"], NEW)
    before = rows_of(a)
    spooled = {path: path.stat().st_size for path in a._places.spool.iterdir()}
    key = next(each for each in fragments[len(fragments) // 2 :] if each.is_key)
    with pytest.raises(Superseded, match="another machine records camera 'gate' now"):
        writer.append(key)
    assert rows_of(a) == before and spooled == {path: path.stat().st_size for path in a._places.spool.iterdir()}
    alarms = a.maintain(FOREVER, LATER_90K)
    assert "another machine records" in alarms[0].says, "it waits for a token to hand it in under"
    assert rows_of(a) == before and machines.stored() == []


def test_a_fence_never_goes_back(machines: Machines) -> None:
    a = machines.open("a")
    a.raise_fences(["gate", "yard"], NEW)
    a.raise_fences(["gate"], OLD)
    with pytest.raises(Superseded):
        a.writer("gate", token=OLD).append(recorded(steady(2))[0])
    a.writer("hall", token=OLD).append(recorded(steady(2))[0])
    assert a.highest_token() == NEW


def test_what_was_recorded_before_is_handed_in_under_another_token(machines: Machines) -> None:
    a, b = machines.open("a", lambda: SESSION), machines.open("b")
    begun(a, recorded(steady(10)), OLD)
    begun(b, recorded(steady(10, BEGIN_90K + 15 * TICKS_PER_S)), NEW)
    assert a.maintain(FOREVER, LATER_90K) == [] and b.maintain(FOREVER, LATER_90K) == []
    late, now = sorted(rows_of(a), key=lambda row: row.start_90k)
    assert (late.token, late.recorded_token, late.state) == (SESSION, OLD, ObjectState.CLOSED)
    assert (now.token, now.recorded_token, now.state) == (NEW, NEW, ObjectState.CLOSED)
    assert machines.stored() == [
        ObjectName("gate", late.start_90k, SESSION, OLD),
        ObjectName("gate", now.start_90k, NEW, NEW),
    ]
    times = [*steady(10), *steady(10, BEGIN_90K + 15 * TICKS_PER_S)]
    assert times_played(b, "gate", *ALL) == times, "nothing is lost"


def test_where_both_recorded_the_higher_token_is_played(machines: Machines) -> None:
    a, b = machines.open("a", lambda: SESSION), machines.open("b")
    b_90k = BEGIN_90K + 10 * TICKS_PER_S
    begun(a, recorded(steady(20)), OLD)
    begun(b, recorded(steady(20, b_90k)), NEW)
    assert a.maintain(FOREVER, LATER_90K) == [] and b.maintain(FOREVER, LATER_90K) == []
    entries = b.playlist("gate", *ALL).entries
    under = {name.recorded_token: name for each in entries if (name := name_of_key(each.key))}
    assert under.keys() == {OLD, NEW}
    assert {each.gop.end_90k <= b_90k + TICKS_PER_S for each in entries if f"-{OLD}.mp4" in each.key} == {True}
    assert sum(f"-{NEW}.mp4" in each.key for each in entries) == 10, "all of it"
    assert len(rows_of(b)) == 2, "the other is kept as well"
    assert b.playlist("gate", BEGIN_90K, b_90k + 20 * TICKS_PER_S).gaps_90k == ()


def test_what_was_stored_before_is_not_handed_in_again(machines: Machines) -> None:
    """A crash came after the row was closed, and before the file in the spool was removed."""
    a, b = machines.open("a", lambda: SESSION), machines.open("b")
    begun(a, recorded(steady(10)), OLD)
    (path,) = a._places.spool.glob("*.mp4")
    copy = path.read_bytes()
    assert a.maintain(FOREVER, LATER_90K) == []
    path.write_bytes(copy)
    b.raise_fences(["gate"], NEW)
    assert a.maintain(FOREVER, LATER_90K) == [] and not list(a._places.spool.glob("*.mp4"))
    assert [row.token for row in rows_of(a)] == [OLD]


def test_a_lost_catalogue_is_made_again_with_the_tokens(machines: Machines, postgresql: PostgreSql) -> None:
    a = machines.open("a", lambda: SESSION)
    begun(a, recorded(steady(10)), OLD)
    machines.open("b").raise_fences(["gate"], NEW)
    assert a.maintain(FOREVER, LATER_90K) == []
    before = rows_of(a)
    machines._url = postgresql.new_database()
    again = machines.open("c")
    assert again.recover() == []
    assert [(row.key, row.token, row.recorded_token) for row in rows_of(again)] == [
        (row.key, row.token, row.recorded_token) for row in before
    ]


def test_the_clock_of_the_catalogue_is_that_of_all_machines(machines: Machines) -> None:
    before_90k = SystemClock().now_90k()
    server_90k = machines.open("a").server_now_90k()
    assert before_90k - TICKS_PER_S < server_90k < SystemClock().now_90k() + TICKS_PER_S, "on one machine they agree"
