"""Reports when pictures have to be dropped."""

from __future__ import annotations

OVER_S = 5.0  # measured over this long


class Strain:
    """Takes the counts of an inbox as frames arrive."""

    def __init__(self) -> None:
        self._from: tuple[float, int, int] | None = None
        self.says: str | None = None
        """A message about the last few seconds; None if no picture was dropped."""

    def note(self, time_s: float, read: int, left_out: int) -> None:
        """time_s: of the newest frame. read, left_out: totals since the start; `read` includes `left_out`."""
        if self._from is None:
            self._from = time_s, read, left_out
        since_s, read_then, left_out_then = self._from
        if time_s - since_s < OVER_S:
            return
        lost, of = left_out - left_out_then, max(1, read - read_then)
        self._from = time_s, read, left_out
        self.says = f"this machine is too slow: {lost} of the last {of} pictures were left out" if lost else None
