"""Decides who is notified of a message, and when: now, after quiet hours, in a digest, later if nobody has seen it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from passerby.media.messages import Message, Severity
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.rules.events.schedule import DAY_MIN, WEEK_MIN, Schedule

ALWAYS = Schedule()


@dataclass(frozen=True, slots=True)
class Route:
    """Which messages go to which channels. cameras, groups, rules: only those of one of these; empty: any. when: only
    then. quiet: held until it is over; None: never held. cool_down_s: how long the same is not told again after it was
    delivered. digest_after: how many a minute a channel gets one by one. escalate_after_s: if nobody has seen it by
    then, the channels in escalate_to are told; None: never."""

    channels: tuple[str, ...]
    least: Severity = Severity.INFO
    cameras: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    when: Schedule = ALWAYS
    quiet: Schedule | None = None
    cool_down_s: float = 0.0
    digest_after: int = 10
    escalate_after_s: float | None = None
    escalate_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Now:
    """at_90k: UTC. weekday, minute: of the clock on the wall; 0 is Monday, and minutes are those of the day. later_90k:
    UTC when that clock shows a time that is so many minutes later; None: it is never put forward or back."""

    at_90k: int
    weekday: int
    minute: int
    later_90k: Callable[[int], int] | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """By channel. in_last_minute: how many messages it got or will get. delivered_90k: UTC when it last got the same
    as this message, see `same`."""

    in_last_minute: Mapping[str, int] = field(default_factory=dict)
    delivered_90k: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to one channel. due_90k: UTC, not earlier. joins: it may be put into a digest with others that are
    due by then. cool_90k: not sent if the same was delivered within this time. escalates: not sent if somebody has seen
    it by then."""

    channel: str
    due_90k: int
    joins: bool = False
    cool_90k: int = 0
    escalates: bool = False


def same(message: Message) -> str:
    """Equal for messages that say the same, at different times."""
    return "|".join((message.kind, message.rule or "", message.camera or ""))


def plan(
    message: Message, groups: frozenset[str], routes: Sequence[Route], now: Now, past: Past = Past()
) -> list[Planned]:
    """At most one for each channel, and one more if it escalates there. groups: those of the message's camera."""
    found: dict[tuple[str, bool], Planned] = {}
    for route in (each for each in routes if concerns(each, message, groups, now)):
        for planned in _by(route, now, past):
            key = planned.channel, planned.escalates
            found[key] = min(found.get(key, planned), planned, key=lambda each: (each.joins, each.due_90k))
    return list(found.values())


def concerns(route: Route, message: Message, groups: frozenset[str], now: Now) -> bool:
    """What is about no camera or no rule does not concern a route that names some."""
    if message.severity.rank < route.least.rank or not route.when.holds_at(now.weekday, now.minute):
        return False
    if (route.cameras or route.groups) and not (message.camera in route.cameras or groups & route.groups):
        return False
    return not route.rules or message.rule in route.rules


def _by(route: Route, now: Now, past: Past) -> list[Planned]:
    cool_90k = round(route.cool_down_s * TICKS_PER_S)
    minute_90k = now.at_90k // MINUTE_90K * MINUTE_90K
    quiet_min = minutes_left(route.quiet, now)
    found = []
    for channel in route.channels:
        delivered_90k = past.delivered_90k.get(channel)
        if delivered_90k is not None and now.at_90k - delivered_90k < cool_90k:
            continue
        if quiet_min:
            over_90k = now.later_90k(quiet_min) if now.later_90k else minute_90k + quiet_min * MINUTE_90K
            planned = Planned(channel, max(now.at_90k, over_90k), joins=True)
        elif past.in_last_minute.get(channel, 0) >= route.digest_after:
            planned = Planned(channel, minute_90k + MINUTE_90K, joins=True)
        else:
            planned = Planned(channel, now.at_90k, cool_90k=cool_90k)
        found.append(planned)
    if found and route.escalate_after_s is not None:
        due_90k = now.at_90k + round(route.escalate_after_s * TICKS_PER_S)
        found += [Planned(channel, due_90k, escalates=True) for channel in route.escalate_to]
    return found


def minutes_left(quiet: Schedule | None, now: Now) -> int:
    """Until quiet hours are over, at most a week; 0: there are none now."""
    if quiet is None:
        return 0
    begin = until = now.weekday * DAY_MIN + now.minute
    while until - begin < WEEK_MIN:
        ends = [
            end + week
            for start, end in quiet.spans
            for week in (-WEEK_MIN, 0, WEEK_MIN)
            if start + week <= until < end + week
        ]
        if not ends:
            break
        until = max(ends)
    return min(until - begin, WEEK_MIN)
