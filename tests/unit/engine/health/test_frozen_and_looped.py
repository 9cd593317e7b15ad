"""A picture that stands still and a stretch that comes again are found, to the last bit and after another encoder."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from passerby.media.health import Check, Verdict
from tests.health import FPS, Watched, encoded, frame_of, pictures, place

FREEZE_S = 25.0


def test_a_frozen_picture_is_found_within_10_s(tmp_path: Path) -> None:
    lumas = list(pictures(place(), FREEZE_S + 15))
    stuck = [luma if number < FREEZE_S * FPS else lumas[round(FREEZE_S * FPS)] for number, luma in enumerate(lumas)]
    watched = Watched(map(frame_of, stuck, range(999)))
    reported_s = watched.reported_s(Check.FROZEN)
    assert reported_s is not None and FREEZE_S < reported_s <= FREEZE_S + 10


@pytest.mark.parametrize("gop_s", [1.0, 2.0, 10.0])
def test_a_frozen_picture_that_is_encoded_again_is_found_within_10_s(tmp_path: Path, gop_s: float) -> None:
    lumas = list(pictures(place(), FREEZE_S + 15))
    stuck = [luma if number < FREEZE_S * FPS else lumas[round(FREEZE_S * FPS)] for number, luma in enumerate(lumas)]
    watched = Watched(encoded(stuck, tmp_path / "stuck.mp4", gop_s=gop_s))
    reported_s = watched.reported_s(Check.FROZEN)
    assert reported_s is not None and FREEZE_S < reported_s <= FREEZE_S + 10
    since_s = watched.bad[0][2]
    assert since_s == pytest.approx(FREEZE_S, abs=2.5)


@pytest.mark.parametrize("crf", [18, 28, 38])
@pytest.mark.parametrize("noise", [0.7, 3.0])
def test_an_empty_place_is_not_taken_for_a_frozen_or_looped_one(tmp_path: Path, crf: int, noise: float) -> None:
    lumas = itertools.chain(pictures(place(), 20, noise=noise), pictures(place(), 60, 100, noise=noise, walkers=0))
    watched = Watched(encoded(lumas, tmp_path / "empty.mp4", crf=crf))
    assert watched.bad == []


def looped(period_s: float, from_s: float, until_s: float) -> list[object]:
    first, period = round(from_s * FPS), round(period_s * FPS)
    shown = [*range(first), *(first + number % period for number in range(round(until_s * FPS) - first))]
    lumas = list(pictures(place(), from_s + period_s + 1))
    return [lumas[number] for number in shown]


@pytest.mark.parametrize("period_s", [2.4, 9.0, 33.0])
def test_a_loop_is_found_within_one_period_and_10_s(period_s: float) -> None:
    frames = map(frame_of, looped(period_s, 5.0, 5 + 2 * period_s + 12), range(999))  # type: ignore[arg-type]
    watched = Watched(frames)
    reported_s = watched.reported_s(Check.LOOPED)
    assert reported_s is not None and reported_s <= 5 + 2 * period_s + 10
    assert f"every {period_s:.1f} s" in watched.last[Check.LOOPED].reason
    assert watched.last[Check.FROZEN].verdict is not Verdict.BAD


@pytest.mark.parametrize("crf", [23, 30])
def test_a_loop_that_is_encoded_again_is_found(tmp_path: Path, crf: int) -> None:
    frames = encoded(looped(11.0, 5.0, 45.0), tmp_path / "loop.mp4", crf=crf, gop_s=3.0)  # type: ignore[arg-type]
    reported_s = Watched(frames).reported_s(Check.LOOPED)
    assert reported_s is not None and reported_s <= 5 + 2 * 11 + 10


def test_a_light_that_blinks_and_one_that_is_switched_are_no_loops() -> None:
    still = place()

    def lit(number: int) -> float:
        return 25.0 * (number // 3 % 2) if number < 200 else 40.0 * (number // 75 % 2)

    frames = (
        frame_of((luma * 0.8 + lit(number)).astype("uint8"), number)
        for number, luma in enumerate(pictures(still, 90, walkers=1))
    )
    assert Watched(frames).reported_s(Check.LOOPED) is None
