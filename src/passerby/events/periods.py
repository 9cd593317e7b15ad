"""Minutes, hours, days and weeks of a time zone, for what is kept by the minute of UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from passerby.media.segments import TICKS_PER_S

_EPOCH = datetime(1970, 1, 1)
_THURSDAY = 3  # 1970 began on the fourth day of a week


class Per(StrEnum):
    """What counts are summed over."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


MINUTES = {Per.MINUTE: 1, Per.HOUR: 60, Per.DAY: 1440, Per.WEEK: 7 * 1440}


def shift_of(per: Per) -> int:
    """Minutes to add to a local minute, since 1970, before it is divided by `MINUTES`. A week begins on Monday."""
    return _THURSDAY * 1440 if per is Per.WEEK else 0


def start_90k(period: int, per: Per, zone: tzinfo) -> int:
    """UTC when clocks of the zone show the beginning of a period. period: its number since 1970."""
    local = (_EPOCH + timedelta(minutes=period * MINUTES[per] - shift_of(per))).replace(tzinfo=zone)
    return round(local.astimezone(UTC).timestamp()) * TICKS_PER_S


def parts_of(first: int, end: int, zone: tzinfo) -> Iterator[tuple[int, int, int]]:
    """A range of minutes in parts with one offset from UTC each: (start, end, offset), all in minutes."""
    start, offset = first, _offset(first, zone)
    for hour in range((first // 60 + 1) * 60, end, 60):  # clocks change at whole hours of UTC, nearly everywhere
        after = _offset(hour, zone)
        if after != offset:
            yield start, hour, offset
            start, offset = hour, after
    if start < end:
        yield start, end, offset


def _offset(minute: int, zone: tzinfo) -> int:
    shift = datetime.fromtimestamp(minute * 60, zone).utcoffset() or timedelta()
    return shift // timedelta(minutes=1)
