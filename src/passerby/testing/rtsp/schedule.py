"""Decides which coded picture a scripted camera sends next, and with what time. Sending is left to `sender`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.media.segments import TICKS_PER_S
from passerby.testing.rtsp.feed import AccessUnit, Feed
from passerby.testing.rtsp.script import Script


@dataclass(frozen=True, slots=True)
class Due:
    """A picture to send. at_90k: when, since PLAY. claimed_90k: the time that the camera claims for it."""

    unit: AccessUnit
    at_90k: int
    claimed_90k: int


def schedule(feed: Feed, script: Script) -> Iterator[Due]:
    """Endless, unless the script falls silent."""
    for count, (unit, at_90k) in enumerate(_timed(feed, script)):
        if script.silence_after is not None and count >= script.silence_after:
            return
        jumped = script.jump_after is not None and count >= script.jump_after
        yield Due(unit, at_90k, at_90k + (round(script.jump_s * TICKS_PER_S) if jumped else 0))


def _timed(feed: Feed, script: Script) -> Iterator[tuple[AccessUnit, int]]:
    at_90k = 0
    if script.resize_after is not None:
        assert script.resized is not None, "a script that resizes says to what"
        for unit, at_90k in itertools.islice(_whole(feed, 0), script.resize_after):
            yield unit, at_90k
        yield from _whole(script.resized, at_90k + _step(feed))
    stuck_after = script.freeze_after if script.freeze_after is not None else script.loop_after
    if stuck_after is None:
        yield from _whole(feed, 0)
        return
    for unit, at_90k in itertools.islice(_whole(feed, 0), stuck_after):
        yield unit, at_90k
    for unit in itertools.cycle(_stuck_on(feed, script, stuck_after)):
        at_90k += _step(feed)
        yield unit, at_90k


def _whole(feed: Feed, start_90k: int) -> Iterator[tuple[AccessUnit, int]]:
    for lap in itertools.count():
        for unit in feed.units:
            yield unit, start_90k + lap * feed.duration_90k + unit.pts_90k


def _stuck_on(feed: Feed, script: Script, sent: int) -> list[AccessUnit]:
    """The pictures that repeat: from a key picture on, since a decoder starts there."""
    length = 1 if script.freeze_after is not None else script.loop_units
    earliest = max(0, sent - length)
    key = next(n for n in range(earliest, -1, -1) if feed.units[n % len(feed.units)].key)
    return [feed.units[n % len(feed.units)] for n in range(key, key + length)]


def _step(feed: Feed) -> int:
    return feed.duration_90k // len(feed.units)
