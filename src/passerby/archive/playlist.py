"""What a player needs to play a range of time: byte ranges in order, and the gaps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from passerby.media.segments import SHORT_OVERLAP_90K, ArchivedObject, Gop, activity_columns


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """One GOP: EXTINF is its duration, EXT-X-BYTERANGE its size and offset in the object `key`.

    is_discontinuous: it does not continue the one before: it follows a gap, or has another init (EXT-X-DISCONTINUITY).
    """

    key: str
    init_id: str
    gop: Gop
    is_discontinuous: bool


@dataclass(frozen=True, slots=True)
class Playlist:
    """entries: in order of time, none overlapping by more than `SHORT_OVERLAP_90K`. gaps_90k: from, to of every stretch
    without pictures, the whole range if there are none. The first and last GOP may reach beyond the range."""

    entries: tuple[PlaylistEntry, ...]
    gaps_90k: tuple[tuple[int, int], ...]


def make_playlist(objects: Iterable[ArchivedObject], from_90k: int, to_90k: int, since_90k: int = 0) -> Playlist:
    """objects: in order of their start; those from before since_90k are left out. If two overlap, because a clock was
    set back, the earlier one is used; if because two machines recorded, the one that was entitled to."""
    entries: list[PlaylistEntry] = []
    gaps: list[tuple[int, int]] = []
    listed_until_90k = from_90k
    last_end_90k: int | None = None
    for each, gop in _record([each for each in objects if each.start_90k >= since_90k]):
        is_again = gop.start_90k < (last_end_90k or 0) - SHORT_OVERLAP_90K
        if gop.end_90k <= from_90k or gop.start_90k >= to_90k or is_again:
            continue
        if gop.start_90k > listed_until_90k:
            gaps.append((listed_until_90k, gop.start_90k))
        continues = gop.start_90k == last_end_90k and entries[-1].init_id == each.init_id
        entries.append(PlaylistEntry(each.key, each.init_id, gop, bool(entries) and not continues))
        last_end_90k = gop.end_90k
        listed_until_90k = max(listed_until_90k, gop.end_90k)
    if listed_until_90k < to_90k:
        gaps.append((listed_until_90k, to_90k))
    return Playlist(tuple(entries), tuple(gaps))


def _record(objects: list[ArchivedObject]) -> Iterator[tuple[ArchivedObject, Gop]]:
    """The GOPs to play, in order. Where machines recorded at the same time, those of the highest token."""
    tokens = sorted({each.recorded_token for each in objects}, reverse=True)
    if len(tokens) < 2:
        for each in objects:
            yield from ((each, gop) for gop in each.gops)
        return
    chosen: list[tuple[ArchivedObject, Gop]] = []
    for token in tokens:
        above = sorted((gop.start_90k, gop.end_90k) for _, gop in chosen)
        pairs = [(each, gop) for each in objects if each.recorded_token == token for gop in each.gops]
        chosen += [(each, gop) for each, gop in pairs if not _is_covered(gop, above)]
    yield from sorted(chosen, key=lambda pair: pair[1].start_90k)


def _is_covered(gop: Gop, above: list[tuple[int, int]]) -> bool:
    """Whether any of these, in order, shows part of its time: the last that begins before its end, if any does."""
    upto = bisect_right(above, (gop.end_90k - SHORT_OVERLAP_90K - 1, 0))
    return upto > 0 and above[upto - 1][1] > gop.start_90k + SHORT_OVERLAP_90K


def activity_in(indexes: Iterable[tuple[int, bytes]], from_90k: int, to_90k: int, parts: int) -> bytes:
    """The highest activity in each of `parts` equal parts of the range, for a timeline; 0 if nothing was recorded.

    indexes: for each object, its start and packed GOPs.
    """
    most = np.zeros(parts, np.uint8)
    for start_90k, packed in indexes:
        starts, ends, activity = activity_columns(packed, start_90k)
        inside = (ends > from_90k) & (starts < to_90k)
        starts, ends, activity = starts[inside], ends[inside], activity[inside]
        first = np.maximum(0, (starts - from_90k) * parts // (to_90k - from_90k))
        last = np.minimum(parts - 1, (ends - 1 - from_90k) * parts // (to_90k - from_90k))
        for step in range(int((last - first).max(initial=-1)) + 1):  # 1 or 2, unless a GOP is longer than a part
            np.maximum.at(most, np.minimum(first + step, last), activity)
    return most.tobytes()
