"""What came to stay and what went for good, in small drawn scenes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from passerby.background import Changes, SmallPicture
from passerby.media import Change, Detections
from tests.unit.background.scenes import COLUMNS, ROWS, claim, edged, empty_scene, pushed, with_block
from tests.unit.engine.test_reveal_mode import frame_of

FPS = 4
BAG = (70, 60, 9, 8)
"""Left, top, width and height."""
Draw = Callable[[float, SmallPicture], SmallPicture]


def bag(picture: SmallPicture, luma: int = 20) -> SmallPicture:
    left, top, wide, high = BAG
    shown = with_block(picture, left, top, wide, high, luma)
    shown.y[top + 2 : top + 4, left + 1 : left + wide - 1] = luma + 40  # things have parts, unlike shadows
    return shown


def seen_in(
    draw: Draw, seconds: float, found: Callable[[float], Detections | None] = lambda _: Detections.empty()
) -> list[tuple[float, tuple[Change, ...]]]:
    changes, seen = Changes((COLUMNS, ROWS)), []
    for index in range(round(seconds * FPS)):
        time_s = index / FPS
        frame = frame_of(draw(time_s, edged(empty_scene(index))), time_s, index)
        seen.append((time_s, changes.note(frame, found(time_s))))
    return seen


def ever(seen: Sequence[tuple[float, tuple[Change, ...]]]) -> set[int]:
    return {change.number for _, changes in seen for change in changes}


def set_down(time_s: float, picture: SmallPicture) -> SmallPicture:
    return bag(picture) if time_s >= 10 else picture


def test_a_bag_that_is_set_down_is_one_new_thing_at_its_place() -> None:
    seen = seen_in(set_down, 40)
    assert len(ever(seen)) == 1
    first_s, (change,) = next(each for each in seen if each[1])
    assert 12 <= first_s <= 16 and change.since_s == pytest.approx(10, abs=1.5)
    assert change.is_new and change.claimed_s == -np.inf
    left, top, wide, high = BAG
    assert change.xyxy == pytest.approx((left, top, left + wide, top + high), abs=2)
    last_s, (change,) = seen[-1]
    assert last_s - change.as_seen_s < 1


def test_a_bag_that_is_taken_away_again_is_no_change_any_more() -> None:
    seen = seen_in(lambda time_s, picture: bag(picture) if 10 <= time_s < 20 else picture, 40)
    assert len(ever(seen)) == 1 and not seen[-1][1]
    assert max(time_s for time_s, changes in seen if changes) < 26


def test_what_was_always_there_and_is_gone_went() -> None:
    seen = seen_in(lambda time_s, picture: bag(picture) if time_s < 15 else picture, 40)
    assert len(ever(seen)) == 1
    (change,) = seen[-1][1]
    assert not change.is_new and change.since_s == pytest.approx(15, abs=1.5)


def test_who_walks_is_no_change() -> None:
    assert not ever(seen_in(lambda time_s, picture: with_block(picture, int(6 * time_s) % 150, 40), 40))


def test_who_stands_for_long_is_none_while_a_detector_finds_them_now_and_then() -> None:
    def stands(time_s: float, picture: SmallPicture) -> SmallPicture:
        return with_block(picture, 70, 40) if 10 <= time_s < 60 else picture

    def blinks(time_s: float) -> Detections:
        return claim(70, 40, score=0.3) if 10 <= time_s < 60 and time_s % 2 < 0.5 else Detections.empty()

    assert not ever(seen_in(stands, 80, blinks))


def test_who_sat_there_from_the_start_did_not_go_when_they_leave() -> None:
    def sits(time_s: float, picture: SmallPicture) -> SmallPicture:
        return with_block(picture, 70, 40) if time_s < 20 else picture

    def blinks(time_s: float) -> Detections:
        return claim(70, 40, score=0.3) if time_s < 20 and time_s % 2 < 0.5 else Detections.empty()

    assert not ever(seen_in(sits, 50, blinks))


def test_who_stands_with_nobody_finding_them_sways() -> None:
    """Nothing but things stands that still."""

    def sways(time_s: float, picture: SmallPicture) -> SmallPicture:
        return with_block(picture, 70 + int(2 * np.sin(time_s)), 40) if time_s >= 10 else picture

    seen = seen_in(sways, 60)
    unmoved = [time_s for time_s, changes in seen for change in changes if change.as_seen_s == time_s > change.since_s]
    assert len(unmoved) <= 0.05 * len(seen)


@pytest.mark.parametrize("gain", [0.4, 1.6, 0.85])
def test_light_that_is_switched_is_no_change(gain: float) -> None:
    assert not ever(seen_in(lambda time_s, picture: lit(picture, gain if 12 <= time_s < 30 else 1.0), 50))


def test_light_that_changes_slowly_is_no_change() -> None:
    assert not ever(seen_in(lambda time_s, picture: lit(picture, 1.3 - 0.6 * time_s / 90), 90))


def test_a_shadow_is_no_change() -> None:
    def shaded(time_s: float, picture: SmallPicture) -> SmallPicture:
        y = picture.y.copy()
        if time_s >= 12:
            y[20:70, 50:90] = (y[20:70, 50:90] * 0.65).astype(np.uint8)
        return SmallPicture(y, picture.u, picture.v)

    assert not ever(seen_in(shaded, 40))


@pytest.mark.parametrize("by", [1, 4])
def test_a_camera_that_was_bumped_sees_no_change(by: int) -> None:
    assert not ever(seen_in(lambda time_s, picture: pushed(picture, by) if time_s >= 12 else picture, 40))


def test_leaves_in_the_wind_are_no_change() -> None:
    def windy(time_s: float, picture: SmallPicture) -> SmallPicture:
        y = picture.y.copy()
        y[5:30, 20:60] = np.random.default_rng(int(time_s * FPS)).integers(40, 160, (25, 40))
        return SmallPicture(y, picture.u, picture.v)

    assert not ever(seen_in(windy, 40))


def test_what_is_behind_somebody_for_a_while_is_still_there() -> None:
    def hidden(time_s: float, picture: SmallPicture) -> SmallPicture:
        return with_block(set_down(time_s, picture), 66, 40, 16, 40) if 20 <= time_s < 30 else set_down(time_s, picture)

    def found(time_s: float) -> Detections:
        return claim(66, 40, 16, 40) if 20 <= time_s < 30 else Detections.empty()

    seen = seen_in(hidden, 45, found)
    assert len(ever(seen)) == 1
    by_time = dict(seen)
    assert by_time[29.0][0].as_seen_s < 21 and by_time[44.0][0].as_seen_s > 42


def test_a_bag_is_found_again_in_other_light() -> None:
    seen = seen_in(lambda time_s, picture: lit(set_down(time_s, picture), 0.45 if time_s >= 20 else 1.0), 50)
    assert len(ever(seen)) == 1
    (change,) = seen[-1][1]
    assert change.is_new and change.as_seen_s > 48


def test_a_bag_that_is_taken_in_other_light_is_gone() -> None:
    def taken(time_s: float, picture: SmallPicture) -> SmallPicture:
        return lit(bag(picture) if 10 <= time_s < 35 else picture, 0.45 if time_s >= 20 else 1.0)

    assert not seen_in(taken, 60)[-1][1]


def test_damaged_frames_tell_nothing() -> None:
    changes = Changes((COLUMNS, ROWS))
    for index in range(40 * FPS):
        time_s = index / FPS
        frame = frame_of(set_down(time_s, edged(empty_scene(index))), time_s, index)
        assert not changes.note(replace(frame, damaged=time_s >= 10), None)


def test_the_box_is_in_pixels_of_the_picture() -> None:
    changes, seen = Changes((8 * COLUMNS, 8 * ROWS)), tuple[Change, ...]()
    for index in range(25 * FPS):
        time_s = index / FPS
        small = set_down(time_s, edged(empty_scene(index)))
        large = SmallPicture(*(plane.repeat(8, axis=0).repeat(8, axis=1) for plane in small))
        seen = changes.note(frame_of(large, time_s, index), Detections.empty())
    (change,) = seen
    left, top, across, high = BAG
    assert change.xyxy == pytest.approx([8 * side for side in (left, top, left + across, top + high)], abs=16)


def lit(picture: SmallPicture, gain: float) -> SmallPicture:
    return SmallPicture(np.clip(picture.y * gain, 0, 255).astype(np.uint8), picture.u, picture.v)
