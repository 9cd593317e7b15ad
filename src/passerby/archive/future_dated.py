"""Deletes recordings dated in the future: the clock was ahead when they were made, or it is behind now.

By their own date they would be kept until then and for the whole retention time after. The clock alone cannot tell
which of the two was wrong, and a machine that starts in 1970 must not delete everything. But rows are numbered in order
of creation: once a recording made after such a one is over the limit, it is over the limit too, whatever its date.
"""

from __future__ import annotations

from collections.abc import Iterator

from passerby.archive.places import Places
from passerby.archive.retention import delete
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import TICKS_PER_S
from passerby.rules.retention import Keep, KeepAll, limit_90k, object_90k

AHEAD_90K = 15 * 60 * TICKS_PER_S
"""Clocks of several machines, or one that was set back a little, differ by less. If a limit is under an hour, the
length of that camera's objects is used."""


def retire_ahead(places: Places, keep: KeepAll, now_90k: int) -> Iterator[Alarm]:
    """Call before `retire`, which deletes the rows that this relies on. Recordings that stay are reported each time."""
    for ahead_90k in sorted({_ahead_90k(each) for each in keep.all()}):  # nearly always a single value
        for camera, count in places.rows.count_after(now_90k + ahead_90k).items():
            if _ahead_90k(keep.of(camera)) == ahead_90k:
                yield from _retire(places, camera, count, now_90k + ahead_90k, limit_90k(keep.of(camera), now_90k))


def _ahead_90k(keep: Keep) -> int:
    return min(AHEAD_90K, object_90k(keep))


def _retire(places: Places, camera: str, count: int, after_90k: int, until_90k: int) -> Iterator[Alarm]:
    """For one camera, `count` of whose objects begin after a time."""
    over = places.rows.closed_after(after_90k, camera, made_before_90k=until_90k)
    for row in over:
        yield from delete(places, camera, row.key)
    if len(over) < count:
        yield Alarm(
            AlarmKind.DELETE,
            camera,
            f"{count - len(over)} recordings of camera '{camera}' are dated in the future, so that they stay for "
            "longer than they should: was the clock of this machine ahead, or is it behind?",
        )
