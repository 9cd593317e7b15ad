"""Compares the clock of this machine with that of the catalogue's server."""

from __future__ import annotations

import logging

from passerby.archive import Archive
from passerby.clock import Clock
from passerby.errors import PasserbyError
from passerby.media.segments import TICKS_PER_S
from passerby.ongoing import Ongoing

log = logging.getLogger("passerby.worker")

OFF_S = 2.0
"""Recordings have the time of the machine that made them: by so much they overlap, or leave a gap, at a move."""


class ClockCheck:
    """Call `compare` now and then."""

    def __init__(self, clock: Clock, archive: Archive) -> None:
        self._clock, self._archive = clock, archive
        self._off = Ongoing(log.warning)

    @property
    def trouble(self) -> str | None:
        """How far the clock is off, one sentence. None if it is right, or nothing is known."""
        return self._off.says

    def compare(self) -> None:
        asked_90k = self._clock.now_90k()
        try:
            server_90k = self._archive.server_now_90k()
        except PasserbyError:
            return  # others say so
        answered_90k = self._clock.now_90k()
        off_s = ((asked_90k + answered_90k) / 2 - server_90k) / TICKS_PER_S
        is_right = abs(off_s) - (answered_90k - asked_90k) / TICKS_PER_S < OFF_S
        self._off.note(None if is_right else _off(off_s))


def _off(seconds: float) -> str:
    which = "ahead of" if seconds > 0 else "behind"
    return (
        f"the clock of this machine is {abs(seconds):.0f} s {which} that of the catalogue's server, and so are its "
        "recordings (hint: let both follow a time server)"
    )
