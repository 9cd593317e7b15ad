"""Which boxes may be called "not a person"."""

from __future__ import annotations

import math

import pytest

from passerby.engine.live.modes import LivePlan
from passerby.media.boxes import BoxShare
from passerby.rules.not_people import MAX_BOXES, check_not_people, check_not_person

POSTER = BoxShare(0.1, 0.2, 0.2, 0.5)


@pytest.mark.parametrize(
    "box", [POSTER, BoxShare(0, 0, 0.5, 0.5), BoxShare(0.5, 0.75, 1, 1), BoxShare(0.995, 0.1, 1, 0.2)]
)
def test_posters_are_taken(box: BoxShare) -> None:
    check_not_person(box)
    assert LivePlan(not_people=(box,)).not_people == (box,)


WRONG = [
    (BoxShare(0.2, 0.2, 0.1, 0.5), "within the picture"),
    (BoxShare(0.1, 0.2, 0.1, 0.5), "within the picture"),
    (BoxShare(-0.1, 0.2, 0.2, 0.5), "within the picture"),
    (BoxShare(0.1, 0.2, 0.2, 1.01), "within the picture"),
    (BoxShare(0.1, math.nan, 0.2, 0.5), "within the picture"),
    (BoxShare(0.1, 0.2, math.inf, 0.5), "within the picture"),
    (BoxShare(0.0, 0.0, 0.51, 0.5), "at most a quarter"),
    (BoxShare(0.0, 0.0, 1.0, 1.0), "at most a quarter"),
    (BoxShare(0.1, 0.2, 0.101, 0.5), "at least 0.5 %"),
]


@pytest.mark.parametrize(("box", "says"), WRONG)
def test_others_are_refused_in_one_sentence(box: BoxShare, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refused:
        check_not_person(box)
    assert ". " not in str(refused.value)
    with pytest.raises(ValueError, match=says):
        LivePlan(not_people=(POSTER, box))


def test_there_are_not_too_many() -> None:
    check_not_people([POSTER] * MAX_BOXES)
    with pytest.raises(ValueError, match="at most 32"):
        check_not_people([POSTER] * (MAX_BOXES + 1))
