"""The worst is reported first, and nothing bad is ever reported as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.media.camera import CameraStatus
from passerby.media.health import Check, Finding, Verdict
from passerby.rules.health.state import WHAT, Doing, state_of

doings = st.builds(
    Doing,
    failing=st.none() | st.just("a detector failed"),
    is_learning=st.booleans(),
    has_written=st.booleans(),
    whole=st.none() | st.just("damaged"),
    strained=st.none() | st.just("too slow"),
)
findings = st.dictionaries(st.sampled_from(Check), st.sampled_from(Verdict)).map(
    lambda of: tuple(Finding(check, verdict, f"{check} is {verdict}", 9) for check, verdict in of.items())
)


NOW_90K = 100


def bad(*checks: Check) -> tuple[Finding, ...]:
    return tuple(Finding(check, Verdict.BAD, f"{check} is bad", 9) for check in checks)


@given(doings, findings)
def test_it_is_well_only_where_nothing_is_wrong(doing: Doing, found: tuple[Finding, ...]) -> None:
    state = state_of(doing, found, NOW_90K)
    is_fine = doing == Doing() and not [each for each in found if each.verdict is Verdict.BAD]
    assert (state.what is CameraStatus.RECORDING) == is_fine
    if state.reason == "all is well":
        may_be_unknown = {Check.BITRATE, Check.FRAME_RATE, Check.CLOCK}
        assert found and {each.check for each in found if each.verdict is Verdict.UNKNOWN} <= may_be_unknown
    assert state.reason


@given(doings, st.sampled_from(Check))
def test_what_is_not_live_is_told_whatever_else(doing: Doing, check: Check) -> None:
    state = state_of(doing, bad(check, Check.FROZEN), NOW_90K)
    assert state.what is (CameraStatus.SILENT if check is Check.SIGNAL else CameraStatus.FROZEN)


@pytest.mark.parametrize(
    ("doing", "checks", "what"),
    [
        (Doing(), (Check.LOOPED, Check.OBSTRUCTED), CameraStatus.LOOPED),
        (Doing(failing="a detector failed"), (Check.MOVED,), CameraStatus.COVERED),
        (Doing(is_learning=True), (Check.MOVED,), CameraStatus.MOVED),
        (Doing(is_learning=True), (Check.CLOCK, Check.BITRATE), CameraStatus.LEARNING),
        (Doing(whole="the light"), (Check.FRAME_RATE,), CameraStatus.COVERED),
        (Doing(strained="too slow"), (Check.FRAME_RATE,), CameraStatus.COLLAPSED),
        (Doing(strained="too slow"), (Check.CLOCK,), CameraStatus.STRAINED),
        (Doing(has_written=False), (), CameraStatus.CONNECTING),
    ],
)
def test_the_order(doing: Doing, checks: tuple[Check, ...], what: CameraStatus) -> None:
    assert state_of(doing, bad(*checks), NOW_90K).what is what


def test_a_new_place_that_is_learned_is_told_with_the_move() -> None:
    state = state_of(Doing(is_learning=True), bad(Check.MOVED), NOW_90K)
    assert state.reason == "moved is bad; learning the background again" and state.since_90k == 9


@pytest.mark.parametrize(
    ("unknown", "says"),
    [
        ((), "all is well"),
        ((Check.FROZEN,), "checking the picture"),
        ((Check.OBSTRUCTED, Check.LOOPED), "checking the picture"),
        ((Check.LOOPED,), "all is well, as far as it can be checked"),
        ((Check.MOVED, Check.BITRATE), "all is well, as far as it can be checked"),
        ((Check.BITRATE,), "all is well"),
    ],
)
def test_what_could_not_be_judged_is_not_said_to_be_well(unknown: tuple[Check, ...], says: str) -> None:
    verdicts = {check: Verdict.UNKNOWN if check in unknown else Verdict.OK for check in Check}
    found = tuple(Finding(check, verdict, "so", 9) for check, verdict in verdicts.items())
    state = state_of(Doing(), found, NOW_90K)
    assert (state.what, state.reason, state.since_90k) == (CameraStatus.RECORDING, says, NOW_90K)
    assert state_of(Doing(), (), NOW_90K).reason == "checking the picture"


def test_every_check_has_a_state() -> None:
    assert set(WHAT) == set(Check)
