"""Measures how busy the processors of this machine are, whoever uses them."""

from __future__ import annotations

import os
from pathlib import Path

_STAT = Path("/proc/stat")
_IDLE, _IO = 3, 4  # fields of the line "cpu", in ticks since the machine started


class MachineLoad:
    """Share of the processors' time since the last call, from 0 to 1."""

    def __init__(self, stat: Path = _STAT) -> None:
        self._stat = stat
        self._before = self._ticks()

    def busy(self) -> float:
        before, self._before = self._before, self._ticks()
        if before is None or self._before is None:  # not Linux
            return min(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        idle, total = (now - then for now, then in zip(self._before, before, strict=True))
        return 1.0 - idle / total if total > 0 else 0.0

    def _ticks(self) -> tuple[int, int] | None:
        """Idle ones, and all."""
        try:
            fields = [int(each) for each in self._stat.read_text().splitlines()[0].split()[1:9]]
        except (OSError, ValueError, IndexError):
            return None
        return fields[_IDLE] + fields[_IO], sum(fields)
