"""A source that failed is tried again later and later, not all at once, and not so often that it locks us out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.errors import Trouble
from passerby.rules.backoff import LONGEST_LOCKED_OUT_S, LONGEST_S, wait_s

chances = st.floats(0, 1)


@given(st.integers(1, 10_000), chances)
def test_waits_grow_to_a_limit(failures: int, chance: float) -> None:
    assert 0.5 <= wait_s(failures, chance) <= LONGEST_S
    assert wait_s(failures, chance) <= wait_s(failures + 1, chance)


@given(st.integers(1, 100))
def test_cameras_that_failed_together_do_not_come_back_together(failures: int) -> None:
    assert wait_s(failures, 0.0) == wait_s(failures, 1.0) / 2


def test_a_wrong_password_is_tried_seldom() -> None:
    assert wait_s(50, 1.0, Trouble.WRONG_PASSWORD) == LONGEST_LOCKED_OUT_S


def test_what_merely_changed_is_opened_at_once_but_not_for_ever() -> None:
    assert wait_s(1, 1.0, Trouble.CHANGED) == 0
    assert wait_s(2, 1.0, Trouble.CHANGED) == 1


def test_there_is_no_wait_before_the_first_failure() -> None:
    with pytest.raises(ValueError):
        wait_s(0, 0.5)
