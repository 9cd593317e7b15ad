"""Times on the command line and in the summary."""

from __future__ import annotations

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from passerby.cli.times import seconds
from passerby.report.words import clock


@pytest.mark.parametrize(
    ("text", "time_s"), [("83.5", 83.5), ("1:23.5", 83.5), ("1:02:03", 3723), ("0", 0), ("90", 90)]
)
def test_seconds_and_clocks_are_understood(text: str, time_s: float) -> None:
    assert seconds(text) == time_s


@pytest.mark.parametrize("text", ["", "1:75", "-3", "1:2:3:4", "soon", "1e3", "nan", "61:00:61"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is not a time"):
        seconds(text)


@given(st.integers(0, 10_000_000))
def test_what_is_shown_can_be_typed_back(tenths: int) -> None:
    assert round(seconds(clock(tenths / 10)) * 10) == tenths
