"""Decides what happens when passes come late: first nothing, then wider covers, then everything is covered."""

from __future__ import annotations

from dataclasses import dataclass

SLOWER_FROM = 2.0
"""Times the usual interval between passes: less is within normal variation."""
WIDER_FROM = 3.0
WHOLE_FROM = 8.0
"""Reveal mode: 4 s, as long as it goes without a pass if nothing moves. Cover mode: 1.3 s, longer than a track lives
without being found again."""
MAX_WIDENING = 0.5
"""Of a box's size on each side, reached just before everything is covered."""

LATE = "the detector is late, and its last result is too old"
ALL_COVERED = "the detector is late, and its last result is too old, so everything is covered"


@dataclass(frozen=True, slots=True)
class Effort:
    """wider: added to the margin of every cover. whole: why everything is covered; None if it is not. says: a message
    for the camera's state; None if all is well."""

    wider: float = 0.0
    whole: str | None = None
    says: str | None = None


AT_EASE = Effort()


def effort(overdue_s: float, every_s: float) -> Effort:
    """overdue_s: how long a pass is overdue. every_s: the interval at which there should be one."""
    late = overdue_s / every_s
    if late < SLOWER_FROM:
        return AT_EASE
    if late >= WHOLE_FROM:
        return Effort(MAX_WIDENING, LATE, ALL_COVERED)
    wider = MAX_WIDENING * max(0.0, late - WIDER_FROM) / (WHOLE_FROM - WIDER_FROM)
    when = f"{overdue_s:.1f} s instead of every {every_s:g} s"
    if wider:
        return Effort(wider, None, f"people are looked for every {when}, and covers are wider")
    return Effort(0.0, None, f"people are looked for every {when}")
