import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.rules.events.schedule import DAY_MIN, DAYS, Schedule

MON, TUE, FRI, SAT, SUN = 0, 1, 4, 5, 6


def at(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


@pytest.mark.parametrize(
    ("entries", "held", "not_held"),
    [
        ([], [(MON, "00:00"), (SUN, "23:59")], []),
        (["mon-fri 22:00-06:00"], [(MON, "22:00"), (TUE, "05:59"), (SAT, "05:59")], [(MON, "05:59"), (SAT, "22:00")]),
        (["sat,sun"], [(SAT, "00:00"), (SUN, "23:59")], [(FRI, "23:59"), (MON, "00:00")]),
        (["08:00-12:00"], [(MON, "08:00"), (SUN, "11:59")], [(MON, "07:59"), (SUN, "12:00")]),
        (["sun 22:00-06:00"], [(SUN, "22:00"), (MON, "05:59")], [(MON, "06:00"), (SUN, "05:59")]),
        (["fri-mon 10:00-24:00"], [(MON, "10:00"), (SAT, "23:59")], [(TUE, "10:00"), (TUE, "00:00")]),
        (["Mon , Fri  09:00 - 10:00", "tue"], [(FRI, "09:30"), (TUE, "17:00")], [(SAT, "09:30")]),
    ],
)
def test_holds_at(entries: list[str], held: list[tuple[int, str]], not_held: list[tuple[int, str]]) -> None:
    schedule = Schedule.of(entries)
    assert all(schedule.holds_at(day, at(clock)) for day, clock in held)
    assert not any(schedule.holds_at(day, at(clock)) for day, clock in not_held)


@pytest.mark.parametrize(
    "entry",
    ["", "often", "mon-", "mon-fri-sun", "mon 8-12", "mon 08:00", "25:00-26:00", "08:60-09:00", "08:00-08:00",
     "24:00-01:00", "mon,,tue", "08:00-12:00 mon", "mon 24:01-02:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ValueError, match=f"'{entry}'"):
        Schedule.of(["sat", entry])


@given(st.integers(0, 6), st.integers(0, DAY_MIN - 1), st.integers(0, DAY_MIN), st.integers(0, 6), st.integers(0, 1439))
def test_the_time_between_two_spans_is_all_that_is_not_in_them(
    first_day: int, start: int, end: int, day: int, minute: int
) -> None:
    """A span and what is left of its day and the next are together the whole of both, and never overlap."""
    if start == end or end == DAY_MIN:
        return

    def clock(of: int) -> str:
        return f"{of // 60:02d}:{of % 60:02d}"

    every = Schedule.of([f"{clock(start)}-{clock(end)}"])
    rest = Schedule.of([f"{clock(end)}-{clock(start)}"])
    assert every.holds_at(day, minute) is not rest.holds_at(day, minute)
    one = Schedule.of([f"{DAYS[first_day]} {clock(start)}-{clock(end)}"])
    minutes = sum(one.holds_at(n // DAY_MIN, n % DAY_MIN) for n in range(7 * DAY_MIN))
    assert minutes == (end - start) % DAY_MIN
