"""What is wrong with a camera is one event, from its start to its end."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from passerby.catalogue.rows import Rows
from passerby.events.health import AFTER_90K, GOES_ON_WITHIN_90K, UNWELL, HealthEvents
from passerby.events.log import EventLog
from passerby.events.records import EventRecords
from passerby.events.sight import ALL_CAMERAS
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.events import CameraEvent, EventKind, EventState
from passerby.testing.clock import MovingClock

AT = 1_000_000_000


def state(what: CameraStatus, since_90k: int = AT) -> dict[str, CameraState]:
    return {"gate": CameraState(what, "it says why", since_90k)}


@pytest.mark.parametrize("what", sorted(UNWELL))
def test_it_begins_after_a_while_and_ends_with_the_state(what: CameraStatus) -> None:
    events = HealthEvents()
    assert events.note(state(what), AT + AFTER_90K - 1) == []
    begun = CameraEvent("gate", what, EventKind.CAMERA, "", AT, None)
    assert events.note(state(what), AT + AFTER_90K) == [begun]
    assert events.note(state(what), AT + 99 * AFTER_90K) == []
    well = state(CameraStatus.RECORDING, AT + 100 * AFTER_90K)
    (ended,) = events.note(well, AT + 101 * AFTER_90K)
    assert (ended.start_90k, ended.end_90k) == (AT, AT + 100 * AFTER_90K)
    assert events.note(well, AT + 102 * AFTER_90K) == []


@pytest.mark.parametrize("what", sorted(frozenset(CameraStatus) - UNWELL))
def test_what_is_well_or_wanted_is_none(what: CameraStatus) -> None:
    assert HealthEvents().note(state(what), AT + 1000 * AFTER_90K) == []


def test_one_trouble_after_another_is_two() -> None:
    events = HealthEvents()
    events.note(state(CameraStatus.FROZEN), AT + AFTER_90K)
    found = events.note(state(CameraStatus.FAILED, AT + 2 * AFTER_90K), AT + 3 * AFTER_90K)
    assert [(each.rule, each.end_90k) for each in found] == [("frozen", AT + 2 * AFTER_90K), ("failed", None)]


def test_a_removed_camera_ends_it_and_a_clock_set_back_never_before_its_start() -> None:
    events = HealthEvents()
    events.note(state(CameraStatus.DARK), AT + AFTER_90K)
    (ended,) = events.note({}, AT - 5)
    assert (ended.start_90k, ended.end_90k) == (AT, AT)


def covered_at(events: HealthEvents, start_90k: int) -> list[CameraEvent]:
    """What a spell of 20 s makes."""
    found = events.note(state(CameraStatus.COVERED, start_90k), start_90k + AFTER_90K)
    return found + events.note(state(CameraStatus.RECORDING, start_90k + 2 * AFTER_90K), start_90k + 2 * AFTER_90K)


def test_what_comes_back_again_and_again_is_one_event_that_goes_on(engine: Engine) -> None:
    """As of a camera that is covered whenever its machine is busy."""
    events, records = HealthEvents(), EventRecords(Rows(engine, MovingClock()))
    pause_90k = GOES_ON_WITHIN_90K // 2
    for n in range(60):
        records.add(covered_at(events, AT + n * pause_90k))
    log = EventLog(Rows(engine, MovingClock(AT)))
    (event,) = log.page(ALL_CAMERAS)
    assert (event.start_90k, event.end_90k) == (AT, AT + 59 * pause_90k + 2 * AFTER_90K)
    assert (event.rule, event.is_open) == ("covered", False)
    log.set_state(event.id, EventState.DONE, "kim")
    records.add(covered_at(events, AT + 60 * pause_90k))
    assert [each.state for each in log.page(ALL_CAMERAS)] == [EventState.DONE]


def test_what_comes_back_later_or_otherwise_is_another(engine: Engine) -> None:
    events = HealthEvents()
    covered_at(events, AT)
    later_90k = AT + 2 * AFTER_90K + GOES_ON_WITHIN_90K + 1
    assert {each.start_90k for each in covered_at(events, later_90k)} == {later_90k}
    dark_90k = later_90k + 5 * AFTER_90K
    (dark,) = events.note(state(CameraStatus.DARK, dark_90k), dark_90k + AFTER_90K)
    assert dark.start_90k == dark_90k
    events.note({}, dark_90k + 2 * AFTER_90K)
    assert {each.start_90k for each in covered_at(events, dark_90k + 9 * AFTER_90K)} == {dark_90k + 9 * AFTER_90K}, (
        "of a camera that was removed nothing goes on"
    )
