"""Decides how long to wait before a failed source is tried again."""

from __future__ import annotations

from passerby.errors import Trouble

FIRST_S = 1.0
LONGEST_S = 60.0
LONGEST_LOCKED_OUT_S = 600.0
"""After a wrong password: cameras lock accounts after too many failures, and then the right password fails too."""
FACTOR = 2.0
AT_LEAST = 0.5
"""Minimum share of the full wait. The rest is random, so cameras that failed together, as when a switch restarts, do
not come back together."""


def wait_s(failures: int, chance: float, trouble: Trouble = Trouble.UNREACHABLE) -> float:
    """Seconds to wait after this many failures in a row, from 1. chance: a random number from 0 to 1.

    A source that only changed is reopened at once the first time.
    """
    if failures < 1:
        raise ValueError("there is nothing to wait for before the first failure")
    if trouble is Trouble.CHANGED:
        failures -= 1
        if failures == 0:
            return 0.0
    longest = LONGEST_LOCKED_OUT_S if trouble is Trouble.WRONG_PASSWORD else LONGEST_S
    full = min(longest, FIRST_S * FACTOR ** min(failures - 1, 32))
    return full * (AT_LEAST + (1 - AT_LEAST) * chance)
