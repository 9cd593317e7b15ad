"""A short part of the health bench: every fault of the drawn cameras is found in time, and nothing else."""

from __future__ import annotations

import pytest

from bench.health import DRAWN, play_drawn

pytestmark = pytest.mark.slow
SECONDS = 260.0


@pytest.mark.parametrize("is_overloaded", [False, True])
@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_missed_late_or_false(name: str, is_overloaded: bool) -> None:
    count = play_drawn(name, SECONDS, is_overloaded)
    assert (count.missed, count.false) == (0, [])
    is_coded = DRAWN[name][1] is not None
    assert count.late == 0 or (is_coded and is_overloaded), "key frames are lost too: that takes longer"
    is_wrong = [each for each in DRAWN[name][0].wrongs(SECONDS) if each.fault != "dimmed"]
    assert count.found + count.late >= len(is_wrong) - 1  # the last may begin too near the end
