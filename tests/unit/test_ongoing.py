"""What is wrong is told once, until it is over: also by those who look every second."""

from __future__ import annotations

import logging
from typing import cast

import pytest

from passerby.access import Installation
from passerby.archive import Archive
from passerby.errors import OutputError
from passerby.fleet.keeper import Keeper
from passerby.media.segments import TICKS_PER_S
from passerby.ongoing import Ongoing
from passerby.service.clock_check import ClockCheck
from passerby.service.new_fences import NewFences
from passerby.testing.clock import MovingClock


def test_it_is_told_when_it_begins_and_when_it_comes_back() -> None:
    told: list[str] = []
    ongoing = Ongoing(told.append)
    for says in (None, "it is away", "it is away", "it is full", None, None, "it is full"):
        ongoing.note(says)
        assert ongoing.says == says
    assert told == ["it is away", "it is full"]


def test_a_clock_that_is_off_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    clock = MovingClock()
    off_s = [0.0]

    class Server:
        def server_now_90k(self) -> int:
            return clock.now_90k() - round(off_s[0] * TICKS_PER_S)

    check = ClockCheck(clock, cast(Archive, Server()))
    with caplog.at_level(logging.WARNING, "passerby.worker"):
        for off_s[0], is_off in ((0.5, False), (3.0, True), (4.0, True), (0.0, False), (-9.0, True)):
            check.compare()
            assert (check.trouble is not None) is is_off
    assert [" 3 s ahead of" in each or " 9 s behind" in each for each in caplog.messages] == [True, True]


def test_fences_that_cannot_be_raised_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    class Away:
        @property
        def cameras(self) -> None:
            raise OutputError("couldn't read the cameras in the catalogue: it is away")

    fences = NewFences(cast(Installation, Away()), cast(Archive, None), cast(Keeper, None))
    fences.are_due()
    with caplog.at_level(logging.WARNING, "passerby.worker"):
        for _ in range(3):
            fences.raise_new()
    assert len(caplog.messages) == 1
