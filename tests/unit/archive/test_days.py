"""Eight days of three cameras at high speed: limits, too little room, deletions that fail, a clock that is set."""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from passerby.archive import Archive
from passerby.archive.retention import Space
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import ArchivedObject, ObjectState
from passerby.rules.retention import HOUR_90K, Keep, KeepAll
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.checks import rows_of
from tests.unit.archive.test_trouble import nothing_can_be_deleted_in

KEEP = KeepAll({"gate": Keep(72), "yard": Keep(24), "lobby": Keep(100)})
STEP_HOURS = 4
STEPS = 8 * 24 // STEP_HOURS
ROOM_BYTES = 620_000
"""Too little for three days of all three when they are busy, and enough when they are not."""


@dataclass
class Days:
    """An archive whose time is made up. made: everything that was recorded, until it is gone for a good reason. short:
    how often there was too little room."""

    folder: Path
    archive: Archive
    clock: MovingClock
    rng: random.Random
    made: dict[str, ArchivedObject] = field(default_factory=dict)
    short: int = 0

    def record(self) -> None:
        """A little of each camera, some hours of it busier than others; at times one records nothing."""
        for camera in KEEP.by_camera:
            if self.rng.random() < 0.1:
                continue
            writer = self.archive.writer(camera)
            seconds = self.rng.choice([2, 4, 12])
            for fragment in recorded(steady(seconds, self.clock.now_90k() - seconds * 90_000)):
                writer.append(fragment)
            writer.close()

    def maintain(self) -> list[Alarm]:
        alarms = list(self.archive.maintain(KEEP, self.clock.now_90k()))
        for row in rows_of(self.archive):
            self.made.setdefault(row.key, row)
        return alarms

    def closed(self) -> dict[str, ArchivedObject]:
        return {row.key: row for row in rows_of(self.archive) if row.state is ObjectState.CLOSED}

    def check(self, alarms: list[Alarm]) -> None:
        """Everything that is promised, as of now."""
        now_90k, closed = self.clock.now_90k(), self.closed()
        old = {key for key, row in self.made.items() if row.start_90k <= now_90k - KEEP.of(row.camera).hours * HOUR_90K}
        assert not old & closed.keys(), "older than promised"
        gone_early = self.made.keys() - closed.keys() - old
        short = {alarm.camera for alarm in alarms if alarm.kind is AlarmKind.SPACE}
        assert {self.made[key].camera for key in gone_early} == short, "gone too early, and the alarm for it"
        if gone_early:
            self.short += 1
            newest = max(self.made[key].start_90k for key in gone_early)
            assert all(row.start_90k >= newest for row in closed.values()), "the oldest of all cameras go first"
        for key in old | gone_early:
            del self.made[key]
        assert sum(row.size for row in closed.values()) <= ROOM_BYTES

    def check_bytes(self) -> None:
        objects = self.folder / "objects"
        stored = {path.relative_to(objects).as_posix(): path.stat().st_size for path in objects.rglob("*.mp4")}
        assert stored == {key: row.size for key, row in self.closed().items()}
        assert {path.name for path in (self.folder / "spool").iterdir()} == {"name"}


def test_nothing_is_left_too_long_nor_goes_too_soon_without_a_word(tmp_path: Path) -> None:
    clock = MovingClock(BEGIN_90K)
    with Archive(tmp_path / "archive", space=Space(max_bytes=ROOM_BYTES, min_free_bytes=0)) as archive:
        days = Days(tmp_path / "archive", archive, clock, random.Random(2))
        for _ in range(STEPS):
            clock.sleep(STEP_HOURS * 3600)
            days.record()
            days.check(days.maintain())
            days.check_bytes()
            assert not days.maintain(), "once is enough"
        assert 0 < days.short < STEPS / 2, "there is too little room at times, and enough at others"
        assert days.made and all(row.size for row in days.made.values())
        clock.sleep(101 * 3600)
        assert days.maintain() == [] and rows_of(archive) == []
        days.check_bytes()


def test_deletions_that_fail_for_a_day_are_told_each_time_and_made_up_for(tmp_path: Path) -> None:
    clock = MovingClock(BEGIN_90K)
    with Archive(tmp_path / "archive", space=Space(min_free_bytes=0)) as archive, ExitStack() as trouble:
        days = Days(tmp_path / "archive", archive, clock, random.Random(5))
        for hour in range(0, 60, 4):
            clock.sleep(4 * 3600)
            days.record()
            if hour == 32:
                days.maintain()
                trouble.enter_context(nothing_can_be_deleted_in(tmp_path / "archive" / "objects"))
            if hour == 52:
                trouble.close()
            alarms = days.maintain()
            limit_90k = clock.now_90k() - round(KEEP.of("yard").hours * HOUR_90K)
            late = [row for row in rows_of(archive) if row.state is ObjectState.DELETING]
            assert {alarm.kind for alarm in alarms} <= {AlarmKind.DELETE}
            assert len(alarms) == len(late), "one for each that should be gone, each time"
            assert bool(late) == (32 < hour < 52)
            for row in late:
                assert row.camera == "yard" and archive.find(row.key) is None, "nobody reads it meanwhile"
            assert not archive.playlist("yard", 0, limit_90k).entries
        days.check_bytes()


def test_a_clock_that_is_set_takes_nothing_but_what_is_over_its_limit_by_it(tmp_path: Path) -> None:
    """Back: all stays. Forth by a day: what is too old by the new time goes, since nobody can tell which was right."""
    clock = MovingClock(BEGIN_90K)
    with Archive(tmp_path / "archive", space=Space(min_free_bytes=0)) as archive:
        days = Days(tmp_path / "archive", archive, clock, random.Random(6))
        for _ in range(6):
            clock.sleep(2 * 3600)
            days.record()
            days.check(days.maintain())
        before = days.closed().keys()
        clock.set_utc(-5 * 3600)
        assert {alarm.kind for alarm in days.maintain()} == {AlarmKind.DELETE} and days.closed().keys() == before
        clock.sleep(1800)
        days.record()
        assert {alarm.kind for alarm in days.maintain()} == {AlarmKind.DELETE}, "they are dated later than now"
        assert days.closed().keys() > before, "recording goes on beside it"
        clock.set_utc(29 * 3600)
        days.check(days.maintain())
        assert {row.camera for row in days.closed().values()} == {"gate", "lobby"}
        days.check_bytes()
