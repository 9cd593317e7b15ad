"""What happens to a camera is found in time and named, and what happens before it is no alarm."""

from __future__ import annotations

import functools

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from passerby.media.health import Check, Verdict
from tests.health import Change, Luma, Watched, changed, established, frame_of, pictures, place
from tests.health import grain as noise_of

SIZES = [(352, 240), (640, 360)]
AT_S = 10.0
dice = np.random.default_rng(9)


def rounded(values: object) -> Luma:
    return np.asarray(np.clip(np.rint(np.asarray(values)), 0, 255), np.uint8)


def grain(luma: Luma, level: float) -> npt.NDArray[np.float32]:
    return level * noise_of(int(dice.integers(1 << 30)), luma.shape)


def black(luma: Luma) -> Luma:
    return rounded(16 + grain(luma, 1.5))


@functools.cache
def folds(shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    small = np.random.default_rng(3).normal(0, 30, (4, 6)).astype(np.float32)
    return np.asarray(cv2.resize(small, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def bagged(luma: Luma) -> Luma:
    return rounded(90 + folds(luma.shape) + grain(luma, 2))


def breathed_on(luma: Luma) -> Luma:
    return rounded(cv2.blur(luma, (luma.shape[1] // 8, luma.shape[1] // 8)))


def out_of_focus(luma: Luma) -> Luma:
    return rounded(cv2.GaussianBlur(luma, (0, 0), 3 * luma.shape[1] / 640))


def turned(luma: Luma) -> Luma:
    return np.roll(luma, luma.shape[1] // 8, 1)


def pushed(luma: Luma) -> Luma:
    return np.roll(luma, luma.shape[1] // 50, 1)


def dazzled(luma: Luma) -> Luma:
    return rounded(luma.astype(np.float32) * 1.5 + 170)


def nearly_dark(luma: Luma) -> Luma:
    return rounded(16 + (luma - 16.0) * 0.08 + grain(luma, 1.5))


def at_night(luma: Luma) -> Luma:
    return rounded((luma - 60.0) * 0.3 + 40 + grain(luma, 5))


def dimmed(luma: Luma) -> Luma:
    return rounded(16 + (luma - 16.0) * 0.35)


def brighter(luma: Luma) -> Luma:
    return rounded(luma * 1.5)


def noisy(luma: Luma) -> Luma:
    return rounded(luma + grain(luma, 12))


def infra_red(luma: Luma) -> Luma:
    return rounded(230 - 0.8 * luma)


def a_bus(luma: Luma) -> Luma:
    """Before two thirds of the picture: flat sides, and windows with sharp edges."""
    made = luma.copy()
    height, width = luma.shape
    made[height // 6 :, width // 6 :] = 120
    for left in range(width // 5, width, width // 6):
        made[height // 4 : height // 2, left : left + width // 9] = 40
    return made


def somebody_near(luma: Luma) -> Luma:
    """A head and shoulders that hide nearly half, not sharp."""
    height, width = luma.shape
    mask = np.zeros(luma.shape, np.float32)
    cv2.ellipse(mask, (width // 2, height), (width // 3, int(height * 0.8)), 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), width / 60)
    return rounded(luma * (1 - soft) + 70 * soft)


@pytest.mark.parametrize("size_wh", SIZES)
@pytest.mark.parametrize(
    ("change", "check", "within_s"),
    [
        (black, Check.OBSTRUCTED, 10),
        (bagged, Check.OBSTRUCTED, 10),
        (breathed_on, Check.OBSTRUCTED, 10),
        (out_of_focus, Check.BLURRED, 20),
        (turned, Check.MOVED, 60),
        (pushed, Check.MOVED, 60),
        (dazzled, Check.GLARE, 20),
        (nearly_dark, Check.DARK, 20),
    ],
)
def test_what_is_done_to_a_camera_is_found(
    size_wh: tuple[int, int], change: Change, check: Check, within_s: float
) -> None:
    still = place(size_wh)
    reference = established(pictures(still, 4))
    watched = Watched(map(frame_of, changed(pictures(still, 48, 60), change, AT_S, 36), range(999)), reference)
    reported_s = watched.reported_s(check)
    assert reported_s is not None and AT_S <= reported_s <= AT_S + within_s, watched.bad
    first = watched.bad[0]
    assert first[0] in (check, Check.OBSTRUCTED) and first[2] == pytest.approx(AT_S, abs=1.0)
    assert not [each for each in watched.last.values() if each.verdict is Verdict.BAD], "it is over when it is over"


@pytest.mark.parametrize("size_wh", SIZES[:1])
@pytest.mark.parametrize("change", [at_night, dimmed, brighter, noisy, infra_red])
def test_another_light_is_no_alarm(size_wh: tuple[int, int], change: Change) -> None:
    still = place(size_wh)
    reference = established(pictures(still, 4))
    watched = Watched(map(frame_of, changed(pictures(still, 50, 60), change, AT_S), range(999)), reference)
    assert watched.bad == []


@pytest.mark.parametrize(("change", "for_s"), [(a_bus, 6.0), (somebody_near, 15.0)])
def test_what_passes_before_it_is_no_alarm(change: Change, for_s: float) -> None:
    still = place()
    reference = established(pictures(still, 4))
    watched = Watched(
        map(frame_of, changed(pictures(still, 40, 60), change, AT_S, AT_S + for_s), range(999)), reference
    )
    assert watched.bad == []


@pytest.mark.parametrize("change", [black, bagged, out_of_focus])
def test_without_a_reference_it_goes_by_what_was_usual(change: Change) -> None:
    lumas = changed(pictures(place(), 45), change, 20.0)
    watched = Watched(map(frame_of, lumas, range(999)))
    assert watched.bad and watched.bad[0][0] in (Check.OBSTRUCTED, Check.BLURRED)
    assert 20.0 <= watched.bad[0][1] <= 40.0
    assert watched.last[Check.MOVED].verdict is Verdict.UNKNOWN


def test_a_camera_that_was_covered_before_it_was_started_is_found() -> None:
    still = place()
    reference = established(pictures(still, 4))
    watched = Watched(map(frame_of, changed(pictures(still, 15), bagged, 0.0), range(999)), reference)
    assert watched.reported_s(Check.OBSTRUCTED) is not None
