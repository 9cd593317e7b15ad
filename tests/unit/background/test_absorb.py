"""What comes to stay: light and vehicles become background, and nothing that may be somebody does."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from passerby.background import Absorber, Background, BackgroundModel, SmallPicture
from passerby.background.absorb import ABSORB_AFTER_S
from tests.unit.background.scenes import COLUMNS, ROWS, difference, empty_scene, with_block

STRETCH_S = 90.0
LEFT, TOP, WIDE, HIGH = 70, 30, 12, 30
THERE = slice(TOP, TOP + HIGH), slice(LEFT, LEFT + WIDE)
EMPTY = empty_scene(noise=0)
SOMEBODY = with_block(EMPTY, LEFT, TOP, WIDE, HIGH)


def background(
    picture: SmallPicture, hidden: tuple[slice, slice] | None = None, *, is_vehicle: bool = False
) -> Background:
    """As it is learned from quiet samples. hidden: where somebody is claimed. is_vehicle: what is THERE."""
    established, vehicles = np.ones((ROWS, COLUMNS), np.bool_), np.zeros((ROWS, COLUMNS), np.bool_)
    if hidden is not None:
        established[hidden] = False
    vehicles[THERE] = is_vehicle
    return Background(picture, np.full((ROWS, COLUMNS), 3, np.uint8), established, vehicles=vehicles)


def hides(known: Background, picture: SmallPicture) -> np.ndarray:
    """(rows, columns): what of a frame is hidden by this background. Covers are wider than what differs."""
    moving = cv2.dilate(BackgroundModel(known).observe(picture).moving, np.ones((5, 5), np.uint8))
    return (moving > 0) | ~known.established


def test_somebody_who_came_and_stays_is_hidden_and_the_place_is_shown_at_once_when_they_go() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    for stretch in range(1, 40):
        known = absorber.take(background(SOMEBODY), stretch * STRETCH_S)
        assert hides(known, SOMEBODY)[THERE].all(), f"in stretch {stretch}"
    assert not hides(known, EMPTY).any(), "gone: no new learning is needed"
    assert not hides(known, SOMEBODY)[:, : LEFT - 8].any(), "nor is anything else hidden meanwhile"


def test_somebody_who_is_claimed_at_first_and_then_no_more_is_still_refused() -> None:
    """Detectors blink: what they claimed in one stretch they may miss in all the later ones."""
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    claimed = absorber.take(background(SOMEBODY, THERE), STRETCH_S)
    assert not claimed.established[THERE].any()
    for stretch in range(2, 6):
        known = absorber.take(background(SOMEBODY), stretch * STRETCH_S)
        assert hides(known, SOMEBODY)[THERE].all(), f"in stretch {stretch}"
    assert not hides(known, EMPTY).any()


def test_what_is_claimed_is_hidden_though_it_looks_as_it_did_before() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    known = absorber.take(background(EMPTY, THERE), STRETCH_S)
    assert hides(known, EMPTY)[THERE].all()


def test_what_was_kept_over_a_restart_counts_as_before() -> None:
    known = Absorber(background(EMPTY)).take(background(SOMEBODY), 0.0)
    assert hides(known, SOMEBODY)[THERE].all()


def test_after_half_a_day_it_is_background() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    absorber.take(background(SOMEBODY), STRETCH_S)
    almost = absorber.take(background(SOMEBODY), STRETCH_S + ABSORB_AFTER_S - 1)
    assert hides(almost, SOMEBODY)[THERE].all()
    then = absorber.take(background(SOMEBODY), STRETCH_S + ABSORB_AFTER_S)
    assert not hides(then, SOMEBODY).any()


def test_the_half_day_begins_anew_with_whoever_comes_next() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    absorber.take(background(SOMEBODY), STRETCH_S)
    absorber.take(background(EMPTY), ABSORB_AFTER_S - 600)
    absorber.take(background(SOMEBODY), ABSORB_AFTER_S - 300)
    known = absorber.take(background(SOMEBODY), ABSORB_AFTER_S + 2 * STRETCH_S)
    assert hides(known, SOMEBODY)[THERE].all()


def test_vehicle_that_parks_is_background_and_so_is_the_street_when_it_has_left() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    parked = absorber.take(background(SOMEBODY, is_vehicle=True), STRETCH_S)
    assert not hides(parked, SOMEBODY).any()
    left = absorber.take(background(EMPTY), 2 * STRETCH_S)
    assert not hides(left, EMPTY).any()


def test_edge_of_a_shadow_that_creeps_on_is_background() -> None:
    absorber = Absorber()
    for stretch in range(20):
        shaded = EMPTY.y.copy()
        shaded[:, : 30 + 3 * stretch] = shaded[:, : 30 + 3 * stretch] * 0.6
        picture = SmallPicture(shaded, EMPTY.u, EMPTY.v)
        known = absorber.take(background(picture), stretch * STRETCH_S)
        assert not hides(known, picture).any(), f"in stretch {stretch}"


def test_who_stays_is_hidden_while_it_gets_dark() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    for stretch in range(1, 8):
        light = 0.92**stretch
        darker = SmallPicture((SOMEBODY.y * light).astype(np.uint8), SOMEBODY.u, SOMEBODY.v)
        known = absorber.take(background(darker), stretch * STRETCH_S)
        hidden = hides(known, darker)
        assert hidden[THERE].mean() > 0.9, f"in stretch {stretch}"
        assert hidden[:, : LEFT - 8].mean() < 0.02, "and the evening is no change"


def test_another_place_takes_nothing_over() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    absorber.forget()
    assert not hides(absorber.take(background(SOMEBODY), STRETCH_S), SOMEBODY).any()


@given(
    left=st.integers(0, COLUMNS - 10),
    top=st.integers(0, ROWS - 10),
    wide=st.integers(8, 60),
    high=st.integers(8, 60),
    luma=st.sampled_from([16, 235]),
    stretches=st.integers(1, 5),
)
def test_what_is_refused_keeps_the_old_picture(
    left: int, top: int, wide: int, high: int, luma: int, stretches: int
) -> None:
    stands = with_block(EMPTY, left, top, wide, high, luma)
    there = slice(top, top + high), slice(left, left + wide)
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    for stretch in range(1, stretches + 1):
        known = absorber.take(background(stands), stretch * STRETCH_S)
    for kept, before in zip(known.picture, EMPTY, strict=True):
        assert difference(kept[there], before[there]) <= 1
    assert known.established.all()


def test_a_picture_of_another_size_is_taken_as_it_is() -> None:
    absorber = Absorber()
    absorber.take(background(EMPTY), 0.0)
    smaller = SmallPicture(*(plane[:60] for plane in EMPTY))
    known = replace(
        background(EMPTY),
        picture=smaller,
        spread=np.full((60, COLUMNS), 3, np.uint8),
        established=np.ones((60, COLUMNS), np.bool_),
        vehicles=np.zeros((60, COLUMNS), np.bool_),
    )
    assert absorber.take(known, STRETCH_S) is known
