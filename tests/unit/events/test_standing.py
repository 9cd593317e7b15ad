from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.config.rule import CrowdRule, DensityRule, LineRule, QueueRule, Rule, ZoneRule
from passerby.events import Standing, standing
from passerby.media import InView, Kind
from tests.unit.rules.events.walkers import SIZE_WH, Walker
from tests.unit.rules.events.walkers import standing as stands

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
RIGHT_HALF = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))

places = st.lists(st.tuples(st.floats(1, 639), st.floats(1, 359)), max_size=8)


def picture(*walkers: Walker, turn: int = 0) -> InView:
    tracks = tuple(track for walker in walkers if (track := walker.track(0)) is not None)
    return InView(0, 0, Fraction(1), SIZE_WH, turn, tracks, has_detections=True)


def people(points: list[tuple[float, float]]) -> InView:
    return picture(*(Walker(stands(point), number) for number, point in enumerate(points)))


def density(limit: float) -> DensityRule:
    return DensityRule(
        name="d", kind="density", zone=RIGHT_HALF, limit=limit, ground=RIGHT_HALF, ground_m=(2.0, 2.0)
    )  # fmt: skip


def test_zones_crowds_and_densities_give_how_many() -> None:
    crowd = CrowdRule(name="c", kind="crowd", zone=RIGHT_HALF, limit=2)
    zone = ZoneRule(name="z", kind="zone", zone=LEFT_HALF)
    view = people([(100, 200), (400, 200), (500, 200), (600, 200)])
    assert standing([zone, crowd, density(1)], view) == [
        Standing("z", "people", 1), Standing("c", "people", 3, None, True), Standing("d", "people", 3, 0.75, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        LineRule(name="r", kind="line", line=((0, 0), (1, 1))),
        QueueRule(name="r", kind="queue", zone=LEFT_HALF, limit=1),
    ],
)
def test_a_rule_about_time_does_not_apply_to_one_picture(rule: Rule) -> None:
    assert standing([rule], people([(100, 200)])) == [Standing("r", "people")]


def test_who_is_cut_off_by_the_border_of_the_picture_is_there() -> None:
    assert standing([density(1)], people([(400, 359)]))[0].count == 1


def test_vehicles_are_counted_for_themselves() -> None:
    zone = ZoneRule(name="z", kind="zone", zone=LEFT_HALF, objects="vehicles")
    view = picture(Walker(stands((100, 200))), Walker(stands((200, 200)), 2, Kind.VEHICLE))
    assert standing([zone], view) == [Standing("z", "vehicles", 1)]


@given(places)
def test_mirroring_leaves_counts_as_they_are_and_two_halves_are_the_whole(points: list[tuple[float, float]]) -> None:
    rules = [ZoneRule(name=name, kind="zone", zone=zone) for name, zone in (("l", LEFT_HALF), ("r", RIGHT_HALF))]
    left, right = (each.count for each in standing(rules, people(points)))
    assert (left or 0) + (right or 0) == len(points)
    mirrored = [(SIZE_WH[0] - x, y) for x, y in points if x != SIZE_WH[0] / 2]
    if len(mirrored) == len(points):
        assert [each.count for each in standing(rules, people(mirrored))] == [right, left]
