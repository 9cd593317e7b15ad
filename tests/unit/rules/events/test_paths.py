"""Which paths count: those of people after three steps, those of poorly found vehicles if they also get somewhere."""

from __future__ import annotations

import pytest

from passerby.media import Kind
from tests.unit.rules.events.walkers import HEIGHT_PX, Walker, moments, standing, straight


def counted(walker: Walker) -> set[Kind]:
    """The kinds of the paths that count."""
    return {walk.kind for moment in moments([walker], 5) for walk in moment.walks if walk.steps}


@pytest.mark.parametrize(
    ("confidence", "px", "counts"),
    [(0.3, 200, True), (0.3, 0.4 * HEIGHT_PX, False), (0.2, 200, False), (0.5, 0, True)],
    ids=["poor, drives", "poor, hardly moves", "worse, drives", "sure, stands"],
)
def test_a_poor_vehicle_counts_if_it_drives(confidence: float, px: float, counts: bool) -> None:
    way = straight((200, 200), (200 + px, 200)) if px else standing((200, 200))
    assert counted(Walker(way, kind=Kind.VEHICLE, confidence=confidence)) == ({Kind.VEHICLE} if counts else set())


@pytest.mark.parametrize(("confidence", "counts"), [(0.3, True), (0.29, False)])
def test_somebody_counts_where_they_stand(confidence: float, counts: bool) -> None:
    assert counted(Walker(standing((200, 200)), confidence=confidence)) == ({Kind.PERSON} if counts else set())
