"""Notices when pictures have to be left out, and says so."""

from __future__ import annotations

OVER_S = 5.0  # so long it is counted, and told afterwards


class Strain:
    """Fed the counts of an inbox as frames come."""

    def __init__(self) -> None:
        self._from: tuple[float, int, int] | None = None
        self.says: str | None = None
        """In words, as of the last few seconds; None where no picture was left out."""

    def note(self, time_s: float, read: int, left_out: int) -> None:
        """time_s: of the newest frame. read, left_out: since the start, the one in the other."""
        if self._from is None:
            self._from = time_s, read, left_out
        since_s, read_then, left_out_then = self._from
        if time_s - since_s < OVER_S:
            return
        lost, of = left_out - left_out_then, max(1, read - read_then)
        self._from = time_s, read, left_out
        self.says = f"this machine is too slow: {lost} of the last {of} pictures were left out" if lost else None
