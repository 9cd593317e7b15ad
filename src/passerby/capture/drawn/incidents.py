"""What happens in the drawn cameras' scenes that rules notice, and when: scenes, and the truth about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from passerby.capture.drawn import places
from passerby.capture.drawn.courses import Course, Stop
from passerby.capture.drawn.scenes import CAR_PARK, PLATFORM, YARD, Scene
from passerby.media.events import EventKind

PERIOD_S = 312
"""Each incident comes again after this time. It is eight times that of the car that drives through the car park: the
two never meet."""
_CROWD_S, _CLIMB_S, _WRONG_WAY_S, _FALL_S, _BAG_S, _FOOTPATH_S = 60, 62, 67, 68, 72, 84
"""When each begins, in seconds since its camera was opened: late enough for a camera that learns its background."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that a rule notices. from_s, to_s: since the camera was opened, when it begins and ends in what is
    drawn, which is seconds before a rule can be sure. It comes again after each `PERIOD_S`, and may be 10 % quicker."""

    kind: EventKind
    objects: str
    from_s: float
    to_s: float


def _person(begin_s: float, look: int, *stops: Stop) -> Course:
    """Somebody whose times are those since `begin_s`. Whatever has one incident in common begins at the same time."""
    return Course(PERIOD_S, -begin_s, stops, look, is_exact=True)


def _car(begin_s: float, plate: str, *stops: Stop, is_mirrored: bool = False) -> Course:
    return Course(PERIOD_S, -begin_s, stops, None, (60, 60, 150), plate, is_mirrored=is_mirrored, is_exact=True)


_DOWN = -68.0  # degrees; the bundled network finds drawn people less well the flatter they lie
_FALLS = _person(
    _FALL_S, 1,
    Stop(0, 2.1, 0.60), Stop(6, 1.44, 0.60), Stop(7, 1.38, 0.60), Stop(7.6, 1.38, 0.60, lean=_DOWN),
    Stop(26, 1.38, 0.60, lean=_DOWN), Stop(28, 1.38, 0.60), Stop(36, 2.1, 0.60),
)  # fmt: skip
_LEAVES_A_BAG = _person(
    _BAG_S, 4, Stop(0, -0.2, 0.50), Stop(6, 0.64, 0.48), Stop(8, 0.64, 0.48), Stop(14, -0.3, 0.49)
)  # fmt: skip
_TAKES_IT = _person(
    _BAG_S, 3, Stop(56, -0.2, 0.49), Stop(62, 0.64, 0.48), Stop(63, 0.64, 0.48), Stop(69, -0.3, 0.50)
)  # fmt: skip
_BAG = Course(
    PERIOD_S, -_BAG_S,
    (
        Stop(0, -0.15, 0.503, lift=0.08), Stop(6, 0.69, 0.483, lift=0.08), Stop(6.6, 0.69, 0.483),
        Stop(62.4, 0.69, 0.483), Stop(63, 0.69, 0.483, lift=0.08), Stop(69, -0.25, 0.503, lift=0.08),
    ),
    is_bag=True, is_exact=True,
)  # fmt: skip


def _gathers(look: int, from_x: float, x: float, y: float) -> Course:
    """One of a crowd, who comes from the left or the right and goes back there."""
    return _person(
        _CROWD_S, look, Stop(0, from_x, y), Stop(7 + 3 * x, x, y), Stop(30 + 3 * x, x, y), Stop(37 + 6 * x, from_x, y)
    )  # fmt: skip


_CROWD = (
    _gathers(0, 2.0, 0.88, 0.62), _gathers(2, 2.0, 1.04, 0.59), _gathers(4, 2.0, 1.21, 0.63),
    _gathers(3, 2.0, 0.95, 0.77), _gathers(1, 2.0, 1.12, 0.79), _gathers(5, 2.0, 1.29, 0.76),
)  # fmt: skip
_CLIMBS = _person(
    _CLIMB_S, 4,
    Stop(0, 1.00, 0.41), Stop(3, 0.98, 0.41, lift=0.225), Stop(4, 0.96, 0.43, lift=0.225), Stop(5, 0.95, 0.45),
    Stop(12, 0.70, 0.78), Stop(16, 0.70, 0.78), Stop(22, 1.15, 0.86), Stop(24, 1.15, 0.86), Stop(31, 2.1, 0.80),
)  # fmt: skip
_WRONG_WAY = _car(_WRONG_WAY_S, "WRONG 1", Stop(0, 2.3, 0.66), Stop(8.5, -0.5, 0.66), is_mirrored=True)
_ON_THE_FOOTPATH = _car(
    _FOOTPATH_S, "NOT 4 US", Stop(0, -0.5, 0.93), Stop(5, 0.62, 0.93), Stop(12, 0.62, 0.93), Stop(18, -0.5, 0.93)
)  # fmt: skip

PLATFORM_AT_WORK = replace(PLATFORM, courses=(*PLATFORM.courses, _FALLS, _LEAVES_A_BAG, _TAKES_IT, _BAG))
YARD_AT_WORK = replace(YARD, courses=(*YARD.courses, *_CROWD))
CAR_PARK_AT_WORK = replace(CAR_PARK, courses=(*CAR_PARK.courses, _WRONG_WAY, _ON_THE_FOOTPATH))
YARD_AT_NIGHT = Scene(
    places.walled_yard, 0.02, 0.42, (_CLIMBS,), tree_xy=(0.06, 0.62),
    wall=(places.WALL_TOP, places.WALL_FOOT), light=places.lamp_light,
)  # fmt: skip

INCIDENTS: Mapping[str, tuple[Incident, ...]] = {
    "square": (Incident(EventKind.CROWD, "people", _CROWD_S + 7, _CROWD_S + 37),),
    "platform": (
        Incident(EventKind.FALL, "people", _FALL_S + 7, _FALL_S + 26),
        Incident(EventKind.LEFT_OBJECT, "things", _BAG_S + 12, _BAG_S + 63),
    ),
    "car-park": (
        Incident(EventKind.WRONG_WAY, "vehicles", _WRONG_WAY_S, _WRONG_WAY_S + 8.5),
        Incident(EventKind.IN_ZONE, "vehicles", _FOOTPATH_S, _FOOTPATH_S + 18),
    ),
    "night": (Incident(EventKind.IN_ZONE, "people", _CLIMB_S + 5, _CLIMB_S + 31),),
}
"""By the names of drawn cameras. A bag is left when nobody is near it any more."""
