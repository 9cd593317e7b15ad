import math

from passerby.events.minutes import Minutes
from passerby.media.series import Measure, Minute
from passerby.rules.events.line import Way


def test_crossings_are_counted_each_way_and_none_is_a_count_too() -> None:
    minutes = Minutes("door", Measure.CROSSED)
    for minute in (0, 1):
        minutes.note(minute, 0)
    minutes.cross(1, Way.LEFT)
    assert [(each.start_s, each.way, each.count) for each in minutes.take(math.inf)] == [
        (0, "right", 0), (0, "left", 0), (60, "right", 0), (60, "left", 1),
    ]  # fmt: skip


def test_each_minute_is_given_once_and_what_comes_too_late_counts_in_the_next() -> None:
    minutes = Minutes("door", Measure.CROSSED)
    minutes.note(0, 0)
    assert [each.start_s for each in minutes.take(1)] == [0, 0]
    assert minutes.take(1) == []
    minutes.cross(0, Way.RIGHT)
    assert [(each.start_s, each.count) for each in minutes.take(2)] == [(60, 1), (60, 0)]


def test_the_mean_is_of_what_is_known_and_the_most_has_a_density() -> None:
    minutes = Minutes("square", Measure.PRESENT, area_m2=4)
    for count in (0, 3, 6):
        minutes.note(2, count)
    assert minutes.take(math.inf, 12.5) == [
        Minute("square", Measure.PRESENT, 107.5, mean=3, most=6, per_m2=1.5)
    ]  # fmt: skip


def test_of_a_queue_the_waits_are_those_of_who_left() -> None:
    minutes = Minutes("till", Measure.WAITING)
    minutes.note(0, 2, [10, 20])
    minutes.note(1, 1)
    first, second = minutes.take(math.inf)
    assert (first.most, first.count, first.waited_s) == (2, 2, 15)
    assert (second.most, second.count, second.waited_s) == (1, 0, None)
