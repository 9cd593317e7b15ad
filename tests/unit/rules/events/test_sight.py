from collections import Counter

from passerby.media import Kind
from passerby.rules.events.sight import Doubt, Sight, median
from tests.unit.rules.events.walkers import Walker, standing, views

YARD = ((200.0, 100.0), (440.0, 100.0), (440.0, 340.0), (200.0, 340.0))
LINE = ((320.0, 360.0), (320.0, 100.0))


def sight(*walkers: Walker, corners: tuple[tuple[float, float], ...] = YARD, seconds: float = 10) -> Sight:
    seen = Sight(corners, (Kind.PERSON,))
    for view in views(walkers, seconds):
        seen.note(view)
    return seen


def test_small_people_are_doubted_and_large_ones_are_not() -> None:
    assert sight(Walker(standing((300, 250)), height_px=16)).doubt is Doubt.TOO_SMALL
    large = sight(Walker(standing((300, 250)), height_px=48))
    assert (large.doubt, large.height_px) == (None, 48)


def test_only_what_is_near_counts() -> None:
    small = Walker(standing((60, 90)), height_px=16)
    near = Walker(standing((190, 250)), 2, height_px=60)
    assert sight(small).doubt is Doubt.TOO_FEW
    assert sight(small, near).doubt is None
    assert sight(Walker(standing((330, 250)), height_px=16), corners=LINE).doubt is Doubt.TOO_SMALL
    assert sight(Walker(standing((400, 250)), height_px=16), corners=LINE).doubt is Doubt.TOO_FEW


def test_too_few_say_nothing() -> None:
    assert sight(Walker(standing((300, 250)), height_px=16), seconds=1).doubt is Doubt.TOO_FEW
    assert sight(Walker(standing((300, 250)), kind=Kind.VEHICLE)).doubt is Doubt.TOO_FEW


def test_one_box_of_another_size_does_not_move_the_median() -> None:
    assert median(Counter({18: 20, 400: 5})) == 18
    assert median(Counter({18: 7, 40: 7})) is None
