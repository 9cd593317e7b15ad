"""What was counted in one minute, for one rule: how many crossed, were there or waited."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """What was counted."""

    CROSSED = "crossed"
    PRESENT = "present"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of one rule. start_s: seconds from the start of the source.

    crossed: `count` went that `way`. present: `mean` and `most` were there at once, at most `per_m2` on a square metre
    if the rule knows its area. waiting: `mean` and `most` waited at once; `count` have left, who waited for `waited_s`
    on average. What does not apply is None.
    """

    rule: str
    measure: Measure
    start_s: float
    count: int | None = None
    way: str | None = None
    mean: float | None = None
    most: int | None = None
    per_m2: float | None = None
    waited_s: float | None = None
