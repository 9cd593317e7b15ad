"""A live camera's events: times in UTC, only those that are asked for, and an error ends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from passerby.config.rule import LineRule, ZoneRule
from passerby.events import Watcher
from passerby.events import live as module
from passerby.events.live import LiveWatch
from passerby.media import InView
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.media.series import Measure, Minute
from tests.unit.events.test_watcher import ACROSS, DOOR, YARD
from tests.unit.rules.events.walkers import Walker, views

AT_90K = 1_790_000_000 * TICKS_PER_S
STANDS = Walker(lambda _: (500.0, 250.0))


@dataclass
class Written:
    events: list[CameraEvent] = field(default_factory=list)
    crossings: list[CameraEvent] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    minutes: list[tuple[int, Minute]] = field(default_factory=list)
    begun: int = 0

    def begin(self, camera: str) -> None:
        self.begun += 1

    def add(self, events: Sequence[CameraEvent], *, is_cut: bool = False) -> None:
        self.events += events

    def count(self, crossings: Sequence[CameraEvent]) -> None:
        self.crossings += crossings

    def note_minutes(self, camera: str, found: Sequence[tuple[int, Minute]]) -> None:
        self.minutes += found

    def keep_open(self, camera: str, now_90k: int) -> None:
        self.kept.append(now_90k)


def live(walker: Walker, seconds: float, at_90k: int = AT_90K) -> list[InView]:
    """What is in view, at times of a live camera."""
    tick = Fraction(1, TICKS_PER_S)
    return [
        replace(view, pts=at_90k + round(view.time_s * TICKS_PER_S), time_base=tick)
        for view in views([walker], seconds)
    ]


def test_times_are_utc_and_crossings_are_counted_but_no_events_by_themselves() -> None:
    written = Written()
    watch = LiveWatch("gate", [DOOR, YARD], written)
    for view in live(ACROSS, 12):
        watch.note(view)
    watch.end()
    assert [event.kind for event in written.events] == [EventKind.IN_ZONE] * 2
    (crossing,) = written.crossings
    assert (crossing.camera, crossing.rule, crossing.way) == ("gate", "door", "right")
    assert crossing.start_90k == pytest.approx(AT_90K + 2.2 * TICKS_PER_S, abs=0.3 * TICKS_PER_S)
    assert written.events[0].end_90k is None and written.events[1].start_90k == written.events[0].start_90k


@pytest.mark.parametrize(("alert", "listed"), [("right", 1), ("both", 1), ("left", 0)])
def test_a_line_lists_the_crossings_that_it_is_asked_for(alert: Any, listed: int) -> None:
    written = Written()
    watch = LiveWatch("gate", [LineRule(name="door", kind="line", line=DOOR.line, alert=alert)], written)
    for view in live(ACROSS, 12):
        watch.note(view)
    assert (len(written.events), len(written.crossings)) == (listed, 1)


def test_how_many_were_in_a_zone_is_handed_on_by_minutes_of_the_clock() -> None:
    written = Written()
    watch = LiveWatch("gate", [YARD], written)
    begin_90k = AT_90K - AT_90K % MINUTE_90K + 30 * TICKS_PER_S
    for view in live(STANDS, 100, begin_90k):
        watch.note(view)
    first = begin_90k // MINUTE_90K
    assert [(minute, each.rule) for minute, each in written.minutes] == [(first, "yard"), (first + 1, "yard")]
    watch.end()
    assert [minute for minute, _ in written.minutes] == [first, first + 1, first + 2]
    assert all(each.measure is Measure.PRESENT and each.most == 1 for _, each in written.minutes)


def test_of_a_line_it_is_handed_on_in_which_minutes_it_counted_whoever_came() -> None:
    written = Written()
    watch = LiveWatch("gate", [DOOR], written)
    begin_90k = AT_90K - AT_90K % MINUTE_90K
    seen = [*live(STANDS, 70, begin_90k), *live(STANDS, 5, begin_90k + 3 * MINUTE_90K)]
    whole = [replace(view, whole="held-back") for view in live(STANDS, 50, begin_90k + 2 * MINUTE_90K)]
    for view in [*seen[:700], *whole, *seen[700:]]:
        watch.note(view)
    watch.end()
    first = begin_90k // MINUTE_90K
    known = {(minute, each.count) for minute, each in written.minutes if each.measure is Measure.CROSSED}
    assert known == {(first, 0), (first + 1, 0), (first + 3, 0)}, "not of the minute that was hidden whole"


def test_what_goes_on_is_noted_every_ten_seconds() -> None:
    written = Written()
    watch = LiveWatch("gate", [YARD], written)
    for view in live(STANDS, 35):
        watch.note(view)
    assert len(written.kept) in (3, 4)
    watch.end()
    assert written.events[-1].end_90k is not None


def test_other_rules_hold_from_the_next_frame_on() -> None:
    written = Written()
    watch = LiveWatch("gate", [YARD], written)
    seen = live(STANDS, 20)
    for view in seen[:50]:
        watch.note(view)
    watch.use([ZoneRule(name="other", kind="zone", zone=YARD.zone)])
    for view in seen[50:]:
        watch.note(view)
    watch.end()
    assert [(event.rule, event.end_90k is None) for event in written.events] == [
        ("yard", True), ("yard", False), ("other", True), ("other", False),
    ]  # fmt: skip


def test_an_error_is_said_ends_what_went_on_and_is_tried_again_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Watcher):
        def note(self, view: InView) -> Any:
            if AT_90K + 5 * TICKS_PER_S <= view.pts < AT_90K + 6 * TICKS_PER_S:
                raise ZeroDivisionError
            return super().note(view)

    monkeypatch.setattr(module, "Watcher", Broken)
    written = Written()
    watch = LiveWatch("gate", [YARD], written)
    begun = written.begun
    for view in live(STANDS, 60):
        watch.note(view)
    assert watch.trouble is not None and "ZeroDivisionError" in watch.trouble
    assert (len(written.events), written.begun) == (1, begun + 1), "it ended when it was last known to go on"
    for view in live(STANDS, 20, AT_90K + 66 * TICKS_PER_S):
        watch.note(view)
    assert watch.trouble is None and len(written.events) == 2


def test_a_rule_holds_at_its_times_by_the_local_clock() -> None:
    hour = datetime.fromtimestamp(AT_90K // TICKS_PER_S).astimezone().hour
    now, later = (f"{(hour + n) % 24:02d}:00-{(hour + n + 1) % 24:02d}:00" for n in (0, 3))
    rules = [YARD.model_copy(update={"name": span, "when": (span,)}) for span in (now, later)]
    written = Written()
    watch = LiveWatch("gate", rules, written)
    for view in live(STANDS, 6):
        watch.note(view)
    assert ([event.rule for event in written.events], watch.trouble) == ([now], None)
