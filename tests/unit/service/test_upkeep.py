"""While `passerby serve` runs, old records of the audit go by themselves."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text

from passerby.access import Installation
from passerby.access.users import UserFacts
from passerby.api import Fleet, Services
from passerby.archive import Archive
from passerby.clock import SystemClock
from passerby.config import Config
from passerby.events.sight import ALL_CAMERAS
from passerby.jobs import Jobs, Limits
from passerby.jobs.upload import has_memory_files
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.events import EventKind
from passerby.media.segments import TICKS_PER_S
from passerby.notify.alarms import Alarms
from passerby.rules.access import Role
from passerby.rules.retention import KeepAll
from passerby.service import upkeep
from passerby.settings import Settings
from passerby.testing.clock import MovingClock

DAY_S = 86400


def test_old_records_go_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "MAINTAIN_EVERY_S", 0.01)
    clock = MovingClock(SystemClock().now_90k() - 400 * DAY_S * TICKS_PER_S)
    installation = Installation(tmp_path, Config(), clock)
    installation.audit.note("kim", "session", "old")
    clock.move(400 * DAY_S)
    installation.audit.note("kim", "session", "young")
    with Archive(tmp_path) as archive, upkeep.maintained(installation, archive, Alarms(clock)):
        for _ in range(500):
            if len(said := [each.what for each in installation.audit.list()]) == 2 and "old" not in said:
                break
            threading.Event().wait(0.02)
        threading.Event().wait(0.1)  # ten more rounds, in which nothing more is done
    assert [each.what for each in installation.audit.list()] == ["audit:forget", "young"]
    installation.close()


def test_an_error_nobody_foresaw_ends_no_round_but_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "MAINTAIN_EVERY_S", 0.01)
    installation = Installation(tmp_path, Config())
    rounds: list[int] = []

    def fails_at_first() -> KeepAll:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OverflowError("cannot convert float infinity to integer")
        return KeepAll()

    monkeypatch.setattr(installation, "keep", fails_at_first)
    with Archive(tmp_path) as archive, upkeep.maintained(installation, archive, Alarms()):
        until_s = time.monotonic() + 10.0
        while len(rounds) < 3 and time.monotonic() < until_s:
            time.sleep(0.01)
    assert len(rounds) >= 3
    installation.close()


@pytest.mark.skipif(not has_memory_files(), reason="this system has no files in memory")
def test_files_go_of_users_who_may_not_bring_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that came to its end after its user was removed, and of users whom another process changed."""
    monkeypatch.setattr(upkeep, "MAINTAIN_EVERY_S", 0.01)
    installation, clock = Installation(tmp_path, Config()), MovingClock()
    jobs = Jobs(tmp_path / "redactions", clock, Limits(max_files=9))
    bringing = {}
    for name in ("root", "stays", "off", "viewer", "gone"):
        roles = frozenset({Role.OPERATOR, Role.ADMIN} if name == "root" else {Role.OPERATOR})
        owner = installation.users.add(name, UserFacts(roles), None).handle.hex()
        bringing[name] = (owner, jobs.receive(owner, "yard.mp4", Settings()))
    installation.users.change("off", UserFacts(frozenset({Role.OPERATOR}), is_enabled=False))
    installation.users.change("viewer", UserFacts(frozenset({Role.VIEWER})))
    installation.users.remove("gone")
    for _, file in bringing.values():
        file.write(b"x")
        file.finish()
    with Archive(tmp_path) as archive, upkeep.discarded(Services(installation, archive, tmp_path, redactions=jobs)):
        until_s = time.monotonic() + 10.0
        while len(jobs._jobs) > 2 and time.monotonic() < until_s:
            time.sleep(0.01)
    assert {name for name, (owner, _) in bringing.items() if jobs.list(owner)} == {"root", "stays"}
    jobs.stop()
    installation.close()


class States:
    """A fleet of one camera, in a given state."""

    def __init__(self, clock: MovingClock) -> None:
        self._clock, self.asked = clock, 0
        self.become(CameraStatus.RECORDING)

    def become(self, what: CameraStatus) -> None:
        self._states = {"gate": CameraState(what, "", self._clock.now_90k())}

    def states(self) -> dict[str, CameraState]:
        self.asked += 1
        return self._states


def test_what_was_wrong_with_a_camera_while_nothing_could_be_written_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "REMEMBER_EVERY_S", 0.01)
    clock = MovingClock()
    installation, fleet = Installation(tmp_path, Config(), clock), States(clock)

    def rename(*tables: tuple[str, str]) -> None:
        """So that what writes to them fails."""
        with installation.rows.transaction("rename") as connection:
            for old, new in tables:
                connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    def round_over() -> None:
        before, until_s = fleet.asked, time.monotonic() + 20.0
        while fleet.asked < before + 2:  # the second begins after the first has ended
            assert time.monotonic() < until_s
            time.sleep(0.005)

    with Archive(tmp_path) as archive:
        alarms = Alarms(clock)
        services = Services(installation, archive, tmp_path / "exports", cast(Fleet, fleet), alarms=alarms)
        with upkeep.remembered(services):
            rename(("events", "events_away"), ("camera_states", "camera_states_away"))
            fleet.become(CameraStatus.FROZEN)
            began_90k = clock.now_90k()
            clock.move(11)
            round_over()
            (alarm,) = alarms.now()
            assert alarm.alarm.says.startswith("camera states could not be recorded: couldn't ")
            fleet.become(CameraStatus.RECORDING)
            ended_90k = clock.now_90k()
            round_over()
            rename(("events_away", "events"), ("camera_states_away", "camera_states"))
            round_over()
            assert alarms.now() == []
    (event,) = installation.events.page(ALL_CAMERAS)
    assert (event.camera, event.rule, event.kind) == ("gate", "frozen", EventKind.CAMERA)
    assert (event.start_90k, event.end_90k, event.is_open) == (began_90k, ended_90k, False)
    installation.close()
