"""What is wrong with a camera is one event, from its start to its end."""

from __future__ import annotations

import pytest

from passerby.events.health import AFTER_90K, UNWELL, HealthEvents
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.events import CameraEvent, EventKind

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
