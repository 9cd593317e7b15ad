import pytest

from passerby.media import Kind
from passerby.rules.events.spell import Happening
from passerby.rules.events.way import Stopped, WrongWay
from passerby.rules.events.zone import Zone
from tests.unit.rules.events.walkers import Walker, moments, standing, straight

ROAD = ((0.0, 100.0), (640.0, 100.0), (640.0, 340.0), (0.0, 340.0))
EAST = ((100.0, 200.0), (500.0, 200.0))


def noticed(rule: WrongWay | Stopped, walkers: list[Walker], seconds: float = 30) -> list[Happening]:
    noted = [found for moment in moments(walkers, seconds) if (found := rule.note(moment)) is not None]
    last = rule.end()
    return [each for each in (*noted, last) if each is not None and each.end_s is not None]


def car(way: object, tracker_id: int = 1) -> Walker:
    return Walker(way, tracker_id, Kind.VEHICLE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b", "is_wrong"),
    [
        ((100, 250), (540, 250), False),
        ((540, 250), (100, 250), True),
        ((540, 250), (200, 330), True),
        ((300, 110), (300, 330), False),
        ((540, 60), (100, 60), False),
    ],
    ids=["along", "against", "against and aside", "across", "against, beside the zone"],
)
def test_only_what_goes_against_the_arrow(a: tuple[float, float], b: tuple[float, float], is_wrong: bool) -> None:
    assert len(noticed(WrongWay(ROAD, EAST), [car(straight(a, b))])) == is_wrong


def test_what_stands_goes_nowhere() -> None:
    shaking = car(lambda t: (300.0 + (round(t * 5) % 2), 250.0))
    assert noticed(WrongWay(ROAD, EAST), [shaking]) == []


def test_what_gets_far_in_half_a_second_has_a_direction() -> None:
    fast = straight((540, 250), (300, 250), speed=400.0)
    assert len(noticed(WrongWay(ROAD, EAST), [car(fast)])) == 1
    assert noticed(WrongWay(ROAD, EAST), [car(straight((360, 250), (320, 250), speed=80.0))]) == []


def test_an_arrow_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="arrow"):
        WrongWay(ROAD, (EAST[0], EAST[0]))


def test_a_vehicle_that_drives_in_and_stays_is_one_event() -> None:
    drive, stay = straight((100, 250), (300, 250)), standing((300, 250), 200 / 60, 25)
    (event,) = noticed(Stopped(Zone(ROAD, (Kind.VEHICLE,)), 10), [car(lambda t: drive(t) or stay(t))], 40)
    assert event.start_s == pytest.approx(200 / 60 + 10, abs=1)


def test_what_was_always_there_never_counts() -> None:
    assert noticed(Stopped(Zone(ROAD, (Kind.VEHICLE,)), 10), [car(standing((300, 250)))], 60) == []


def test_a_stop_shorter_than_the_limit_is_none() -> None:
    drive, stay = straight((100, 250), (300, 250)), standing((300, 250), 200 / 60, 9)
    leave = straight((300, 250), (600, 250), from_s=9)
    assert noticed(Stopped(Zone(ROAD, (Kind.VEHICLE,)), 10), [car(lambda t: drive(t) or stay(t) or leave(t))], 40) == []
