"""Who falls and lies is told from boxes; who sits, crouches, picks up, or walks away is neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.media import InView
from passerby.rules.events.fall import Fall
from passerby.rules.events.lying import Lying
from passerby.rules.events.paths import Moment
from passerby.rules.events.posture import Postures
from passerby.rules.events.spell import Happening
from tests.unit.rules.events.people import (
    CROUCHES,
    FALLS,
    FEET_XY,
    HIGH_PX,
    LIES,
    SITS,
    STANDS,
    Box,
    Pose,
    box,
    downs,
    going,
    mirrored,
    seen,
)
from tests.unit.rules.events.walkers import Walker, straight

TOWARDS_CAMERA = box(96, 100, (300, 330))


def fell_in(views: Sequence[InView]) -> bool:
    return any(down.fell for now in downs(views) for down in now)


def lay_in(views: Sequence[InView]) -> bool:
    return any(downs(views))


def noticed(rule: Fall | Lying, views: Sequence[InView]) -> list[Happening]:
    """Events that are over; what goes on ends with the last frame."""
    postures = Postures()
    found = [rule.note(Moment(view.time_s, (), {}, down=postures.note(view))) for view in views]
    return [each for each in (*found, rule.end()) if each is not None and each.end_s is not None]


def walking(a: tuple[float, float], b: tuple[float, float], speed: float, high: float = HIGH_PX) -> Pose:
    walker = Walker(straight(a, b, speed=speed), height_px=high)

    def pose(time_s: float) -> Box | None:
        track = walker.track(time_s)
        return track.xyxy if track else None

    return pose


@pytest.mark.parametrize("lying", [LIES, TOWARDS_CAMERA], ids=["sideways", "towards the camera"])
def test_somebody_who_falls_has_fallen_until_they_are_up(lying: Box) -> None:
    (event,) = noticed(Fall(None), seen([going((0, STANDS), (2, lying), (8, STANDS))], 12))
    assert event.start_s == pytest.approx(2, abs=0.3)
    assert event.end_s == pytest.approx(8.3, abs=0.6)
    assert event.peak == 1


def test_a_fall_is_known_soon() -> None:
    known_s = next(index / 6 for index, now in enumerate(downs(seen([FALLS], 10))) if now)
    assert known_s <= 4


@pytest.mark.parametrize("stage", [SITS, CROUCHES], ids=["sits", "crouches"])
@pytest.mark.parametrize("takes_s", [0.3, 1.0, 3.0])
def test_who_sits_down_or_crouches_has_not_fallen(stage: Box, takes_s: float) -> None:
    views = seen([going((0, STANDS), (2, stage), (12, STANDS), takes_s=takes_s)], 15)
    assert not lay_in(views)


def test_who_picks_something_up_has_not_fallen() -> None:
    assert not lay_in(seen([going((0, STANDS), (2, box(84, 42)), (2.9, STANDS), takes_s=0.3)], 8))


def test_who_lies_down_slowly_lies_and_has_not_fallen() -> None:
    views = seen([going((0, STANDS), (2, SITS), (5, LIES), takes_s=1.5)], 12)
    assert lay_in(views)
    assert not fell_in(views)


def test_who_was_never_seen_upright_lies() -> None:
    views = seen([lambda _: LIES], 8)
    (event,) = noticed(Lying(None, 3), views)
    assert event.start_s == pytest.approx(0, abs=0.3)
    assert not fell_in(views)
    assert noticed(Lying(None, 9), views) == []


def test_who_is_wide_and_moves_does_not_lie() -> None:
    """Two who walk with something between them, or somebody on a bicycle."""
    assert not lay_in(seen([lambda t: box(100, 60, (80 + 60 * t, 250))], 8))


@pytest.mark.parametrize("gap_s", [0.3, 0.8])
def test_a_fall_is_known_though_the_detector_loses_them(gap_s: float) -> None:
    def lost(time_s: float) -> Box | None:
        return FALLS(time_s) if time_s < 2.4 else None

    def unsure(time_s: float) -> Box | None:
        return LIES if time_s > 2.4 + gap_s else None

    assert fell_in(seen([lost], 10, hinted=[unsure]))
    assert not lay_in(seen([lost], 10))


def test_hints_alone_tell_nothing() -> None:
    """A bench may score as much as somebody who lies."""
    assert not lay_in(seen([], 20, hinted=[lambda _: LIES]))
    assert not lay_in(seen([lambda _: STANDS], 20, hinted=[lambda _: LIES]))


@pytest.mark.parametrize("speed", [60.0, 140.0])
def test_who_walks_towards_the_camera_and_out_below_it_has_not_fallen(speed: float) -> None:
    whole = walking((300, 200), (300, 520), speed)

    def cut(time_s: float) -> Box | None:
        box_xyxy = whole(time_s)
        if box_xyxy is None or box_xyxy[1] > 345:
            return None
        return *box_xyxy[:3], min(360.0, box_xyxy[3])

    assert not lay_in(seen([cut], 12, hinted=[lambda _: box(60, 40, (330, 355))]))


@pytest.mark.parametrize("speed", [40.0, 200.0])
def test_who_walks_by_has_not_fallen(speed: float) -> None:
    assert not lay_in(seen([walking((20, 250), (620, 250), speed)], 16))


def test_legs_of_others_are_nobody_who_lies() -> None:
    """Somebody is lost behind somebody who stands there."""

    def behind(time_s: float) -> Box | None:
        return STANDS if time_s < 2 else box(70, 70) if time_s < 2.3 else None

    legs = box(60, 46)
    assert not lay_in(seen([behind, lambda _: box(76, 120)], 10, hinted=[lambda _: legs]))


def test_a_helper_does_not_end_it() -> None:
    helper = walking((600, 260), (380, 260), 60)
    views = seen([FALLS, lambda t: helper(t) or (box(44, 120, (380, 260)) if t > 3 else None)], 10)
    assert len(downs(views)[-1]) == 1


def test_who_comes_to_help_does_not_end_it_but_who_stands_up_does() -> None:
    def lost(time_s: float) -> Box | None:
        return FALLS(time_s) if time_s < 2.4 else None

    def lies(time_s: float) -> Box | None:
        return LIES if 2.4 < time_s < 10 else None

    def helper(time_s: float) -> Box | None:
        return box(44, 118, (250, 252)) if 6 < time_s < 13 else None

    def riser(time_s: float) -> Box | None:
        return box(44, 118, (330, 252)) if time_s > 10 else None

    (event,) = noticed(Fall(None), seen([lost, helper, riser], 20, hinted=[lies]))
    assert event.end_s == pytest.approx(10.2, abs=0.4)


def test_two_who_fall_are_one_event_of_two() -> None:
    other = going((0, box(44, 120, (560, 250))), (3, box(116, 40, (520, 255))))
    (event,) = noticed(Fall(None), seen([FALLS, other], 12))
    assert event.peak == 2


def test_a_fall_outside_the_zone_is_none() -> None:
    around = [(FEET_XY[0] + x, FEET_XY[1] + y) for x, y in ((-90, -90), (160, -90), (160, 60), (-90, 60))]
    views = seen([FALLS], 10)
    assert len(noticed(Fall(around), views)) == 1
    assert noticed(Fall([(x / 10, y / 10) for x, y in around]), views) == []


def test_a_hidden_picture_ends_nothing() -> None:
    postures = Postures()
    views = seen([FALLS], 6)
    assert [postures.note(view) for view in views][-1]
    for second in range(7, 66):
        postures.hold(second)
    later = replace(views[-1], pts=views[-1].pts + 60 * 6, tracks=(), hints=())
    assert postures.note(later)


def test_who_is_no_longer_found_at_all_is_gone() -> None:
    def gone(time_s: float) -> Box | None:
        return FALLS(time_s) if time_s < 6 else None

    (event,) = noticed(Fall(None), seen([gone], 20))
    assert event.end_s == pytest.approx(11, abs=0.5)


poses = st.sampled_from(
    [
        FALLS,
        going((0, STANDS), (2, TOWARDS_CAMERA)),
        going((0, STANDS), (2, SITS)),
        going((0, STANDS), (2, CROUCHES), (5, STANDS)),
        going((0, STANDS), (1, SITS), (4, LIES), takes_s=1.5),
        going((0, LIES)),
        walking((20, 250), (620, 250), 80),
    ]
)


@given(st.lists(poses, min_size=1, max_size=2), st.floats(-60, 60))
def test_a_mirror_changes_nothing(some: list[Pose], aside: float) -> None:
    def moved(pose: Pose, by: float) -> Pose:
        def at(time_s: float) -> Box | None:
            now = pose(time_s)
            return None if now is None else (now[0] + by, now[1], now[2] + by, now[3])

        return at

    views = seen([moved(pose, aside + 200 * n) for n, pose in enumerate(some)], 9)

    def facts_of(these: Sequence[InView]) -> list[list[tuple[float, bool, float]]]:
        return [[(down.since_s, down.fell, down.xy[1]) for down in now] for now in downs(these)]

    assert facts_of([mirrored(view) for view in views]) == facts_of(views)


@given(poses, st.integers(2, 3), st.integers(0, 2))
def test_dropped_frames_change_nothing(pose: Pose, keep_every: int, first: int) -> None:
    views = seen([pose], 12, rate=12)
    fewer = views[first::keep_every]
    assert (fell_in(fewer), lay_in(fewer)) == (fell_in(views), lay_in(views))
