"""Recordings for tests of what is recorded and kept: drawn pictures through the real encoder, at made-up times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from passerby.media import RedactedFrame
from passerby.media.segments import TICKS_PER_S, Fragment
from passerby.media.stream import StreamFormat
from passerby.record import SegmentRecorder
from passerby.record.segments import TICK
from tests.media_samples import redacted_picture

SIZE = (96, 64)
BEGIN_90K = 1_790_000_100 * TICKS_PER_S
"""A quarter of an hour begins here."""

FRAME_90K = TICKS_PER_S // 5


def frames(times_90k: Iterable[int], size: tuple[int, int] = SIZE) -> Iterator[RedactedFrame]:
    """A drawn picture at each of these times; 16 pictures that come again and again."""
    drawn = [redacted_picture(index, 0, TICK, size) for index in range(16)]
    for index, time in enumerate(times_90k):
        yield RedactedFrame(drawn[index % 16].picture, index, time, TICK, 0.0)


def steady(seconds: float, begin_90k: int = BEGIN_90K) -> range:
    """The times of frames at 5 a second."""
    return range(begin_90k, begin_90k + round(seconds * TICKS_PER_S), FRAME_90K)


def recorded(times_90k: Iterable[int], size: tuple[int, int] = SIZE, active: float = 0.0) -> list[Fragment]:
    """All fragments of a recording."""
    recorder = SegmentRecorder(StreamFormat(*size, "yuv420p", TICK))
    found = [fragment for frame in frames(times_90k, size) for fragment in recorder.write(frame, active)]
    return [*found, *recorder.flush()]


def as_file(fragments: Iterable[Fragment]) -> bytes:
    """What a player gets: the init segment of the first, and all of them."""
    pieces = list(fragments)
    return pieces[0].init.data + b"".join(piece.data for piece in pieces)
