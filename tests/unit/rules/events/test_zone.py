from collections.abc import Callable, Sequence

import pytest

from passerby.media import Kind
from passerby.rules.events.geometry import Point
from passerby.rules.events.loitering import Loitering
from passerby.rules.events.spell import Happening, Spell
from passerby.rules.events.zone import Crowd, Presence, Zone
from tests.unit.rules.events.walkers import Walker, moments, standing, straight

YARD = ((200.0, 100.0), (440.0, 100.0), (440.0, 340.0), (200.0, 340.0))
IN, OUT = (300.0, 250.0), (100.0, 250.0)


def noticed(rule: Presence | Crowd | Loitering, walkers: Sequence[Walker], seconds: float) -> list[Happening]:
    """Every event of a rule, whole; one that goes on when frames end, ends with them."""
    noted = [found for moment in moments(walkers, seconds) if (found := rule.note(moment)) is not None]
    last = rule.end()
    assert [each.end_s is None for each in noted] == [place % 2 == 0 for place in range(len(noted))]
    return [each for each in (*noted, last) if each is not None and each.end_s is not None]


def test_one_event_from_the_first_to_the_last() -> None:
    early = Walker(standing(IN, 2, 10))
    late = Walker(standing((400, 200), 6, 14), 2)
    (event,) = noticed(Presence(Zone(YARD)), [early, late], 25)
    assert event.peak == 2
    assert event.start_s == pytest.approx(2, abs=0.5)
    # A track is known to be gone only some time after it was last found.
    assert 14 <= event.end_s <= 16.5  # type: ignore[operator]


def test_feet_decide_and_not_heads() -> None:
    head_inside = Walker(standing((300, 345)))
    assert noticed(Presence(Zone(YARD)), [head_inside], 10) == []


def test_who_sways_at_the_border_neither_enters_nor_leaves() -> None:
    def at(time_s: float) -> Point:
        return (201.0 if round(time_s * 5) % 2 else 199.0), 250.0

    assert noticed(Presence(Zone(YARD)), [Walker(at)], 10) == []
    arrived = straight((260, 250), (203, 250))
    (event,) = noticed(Presence(Zone(YARD)), [Walker(lambda t: arrived(t) or at(t))], 10)
    assert event.end_s == pytest.approx(10, abs=0.5)


def test_vehicles_have_zones_of_their_own() -> None:
    car = Walker(standing(IN, 1, 6), kind=Kind.VEHICLE)
    assert noticed(Presence(Zone(YARD)), [car], 15) == []
    assert len(noticed(Presence(Zone(YARD, (Kind.VEHICLE,))), [car], 15)) == 1


def test_a_crowd_is_one_event_with_a_peak_though_some_are_missed() -> None:
    def blinking(place: Point, phase: int) -> Callable[[float], Point | None]:
        return lambda t: place if 2 <= t <= 12 and round(t * 5) % 7 != phase else None

    people = [Walker(blinking((220.0 + 30 * n, 250.0), n), n + 1) for n in range(6)]
    (event,) = noticed(Crowd(Zone(YARD), 4), people, 30)
    assert event.peak == 6
    assert noticed(Crowd(Zone(YARD), 6), people, 30) == []


def test_passing_through_is_no_loitering() -> None:
    assert noticed(Loitering(Zone(YARD), 10), [Walker(straight((100, 250), (600, 250)))], 25) == []


def test_many_who_each_stay_briefly_do_not_loiter() -> None:
    people = [Walker(standing((230.0 + 90 * (n % 3), 250.0), 5 * n, 5 * n + 5), n + 1) for n in range(6)]
    assert noticed(Loitering(Zone(YARD), 10), people, 40) == []


@pytest.mark.parametrize("lost_at_s", [None, 6])
def test_somebody_who_stays_is_one_event_even_if_lost_for_a_while(lost_at_s: float | None) -> None:
    def before(t: float) -> Point | None:
        return IN if 1 <= t <= (20 if lost_at_s is None else lost_at_s) else None

    def after(t: float) -> Point | None:
        return IN if lost_at_s is not None and lost_at_s + 4 <= t <= 20 else None

    (event,) = noticed(Loitering(Zone(YARD), 10), [Walker(before), Walker(after, 2)], 40)
    assert event.start_s == pytest.approx(11, abs=0.6)
    assert event.peak == 1


@pytest.mark.parametrize(("stays", "events"), [(True, 1), (False, 0)])
def test_tracks_that_are_swapped_when_one_passes_the_other(stays: bool, events: int) -> None:
    """One stands there until 20 s. Another comes from the left; then its track either stands there or goes on."""
    comes = straight((100, 250), IN if stays else (600, 250), from_s=17, speed=60)

    def passes(t: float) -> Point | None:
        return comes(t) or (IN if stays and 17 < t <= 40 else None)

    found = noticed(Loitering(Zone(YARD), 30), [Walker(standing(IN, 0, 20)), Walker(passes, 2)], 60)
    assert [event.start_s for event in found] == [pytest.approx(30, abs=1)] * events


@pytest.mark.parametrize(("came_s", "events"), [(18.0, 1), (8.0, 0)], ids=["walks past", "waits there too"])
def test_tracks_that_are_swapped_while_both_are_followed(came_s: float, events: int) -> None:
    """One stands there; another comes, and at 19 s the track of the first goes on to where the other went. Whoever
    has waited beside them for a while is another, and has not stayed for as long."""
    comes = straight((IN[0] - 240, IN[1]), IN, from_s=came_s - 4)
    goes = straight(IN, (IN[0] + 120, IN[1]), from_s=19.0)

    def first(time_s: float) -> Point | None:
        return IN if time_s < 19 else goes(time_s)

    def other(time_s: float) -> Point | None:
        return comes(time_s) if time_s < came_s else IN

    found = noticed(Loitering(Zone(YARD), 30), [Walker(first), Walker(other, 2)], 36)
    assert [30 < each.start_s < 31.5 for each in found] == [True] * events


def test_whoever_moves_up_in_a_queue_has_not_waited_for_as_long_as_the_one_before() -> None:
    front = Walker(standing(IN, 0, 60))
    behind = Walker(lambda t: (345.0, 250.0) if 25 <= t <= 60 else IN if 60 < t <= 80 else None, 2)
    (event,) = noticed(Loitering(Zone(YARD), 58), [front, behind], 100)
    assert event.end_s is not None and event.end_s < 65


@pytest.mark.parametrize(
    "corners", [[(0, 0), (1, 1)], [(0, 0), (5, 5), (10, 10)], [(0, 0), (10, 10), (10, 0), (0, 10)]]
)
def test_what_is_no_area_is_refused(corners: list[Point]) -> None:
    with pytest.raises(ValueError, match=r"corners|cross"):
        Zone(corners)


def test_a_spell_waits_before_it_begins_and_before_it_is_over() -> None:
    spell = Spell(after_s=2, over_after_s=3)
    counts = {0: 1, 1: 1, 2: 2, 3: 0, 4: 1, 5: 0, 6: 0, 7: 0, 8: 0}
    noted = {at: found for at, count in counts.items() if (found := spell.note(at, count)) is not None}
    assert noted == {2: Happening(0, None, 2), 7: Happening(0, 4, 2)}
    assert spell.end() is None


def test_a_spell_that_never_lasts_is_no_event() -> None:
    spell = Spell(after_s=2, over_after_s=1)
    assert [spell.note(at, count) for at, count in enumerate([1, 0, 0, 1, 0, 0])] == [None] * 6
    assert spell.end() is None
