"""Tries a rule on kept boxes: what it would have raised, by the same code that watches live, and what it cannot see."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from statistics import median

from passerby.config.rule import LineRule, ObjectRule, Rule
from passerby.errors import SettingsError
from passerby.events.box_pairing import BoxPairing, pixels
from passerby.events.box_sampling import BoxSampling
from passerby.events.boxes import Sample, Stretch
from passerby.events.local_time import utc_of_live
from passerby.events.watcher import Watcher, sight_of
from passerby.media.events import CameraEvent, Event, EventKind
from passerby.media.segments import TICKS_PER_S, ticks
from passerby.rules.events.sight import Doubt, Sight
from passerby.rules.retention import HOUR_90K

MAX_LISTED = 200
"""The newest; all of them are counted."""
AWAY_90K = ticks(5)  # without a sample: the camera was away, and whatever went on was over
_MAX_GAPS = 10_000
_ENOUGH_FOUND = 300  # boxes: more change no median
_SELDOM_S = 0.35
"""Rules look every 0.2 s. Where no rule watched, detectors ran as often as covers need it."""


@dataclass(frozen=True, slots=True)
class TriedEvent:
    """event: as it would have been. is_raised: whether it would be in the list of events: a line only counts some."""

    event: CameraEvent
    is_raised: bool


@dataclass(slots=True)
class TriedHour:
    """start_90k: UTC. raised: events. right, left: who crossed a line."""

    start_90k: int
    raised: int = 0
    right: int = 0
    left: int = 0


@dataclass(slots=True)
class Tried:
    """from_90k, to_90k: the range that was tried; it ends early if time ran out. known_s: of how much of
    it something is known. listed: the newest, in order of time. doubt, height_px: see `Caution`. looked_every_s: how
    often detectors ran while anybody was in view; None: nobody was. closely: the share of the known time in which
    vehicles were looked at closely."""

    from_90k: int
    to_90k: int
    is_cut: bool = False
    known_s: float = 0.0
    raised: int = 0
    right: int = 0
    left: int = 0
    listed: deque[TriedEvent] = field(default_factory=lambda: deque(maxlen=MAX_LISTED))
    hours: dict[int, TriedHour] = field(default_factory=dict)
    doubt: Doubt | None = None
    height_px: int | None = None
    looked_every_s: float | None = None
    closely: float = 0.0

    @property
    def is_seldom(self) -> bool:
        """Whether detectors ran too rarely to find what a rule would find."""
        return self.looked_every_s is not None and self.looked_every_s > _SELDOM_S


def check_can_be_tried(rule: Rule) -> None:
    """Raises SettingsError for a rule that needs more than boxes."""
    if isinstance(rule, ObjectRule):
        raise SettingsError(
            "a rule about things that are left or removed cannot be tried: it needs pictures, and only boxes of people "
            "and vehicles are kept"
        )


def try_rule(
    rule: Rule,
    camera: str,
    stretches: Iterable[Stretch],
    range_90k: tuple[int, int],
    *,
    zone: tzinfo | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Tried:
    """stretches: of one camera, the oldest first. zone: of local times; None for the system's. may_go_on: asked before
    each stretch; if not, it ends there and says so. Raises SettingsError for a rule that cannot be tried."""
    check_can_be_tried(rule)
    trial = _Trial(rule, camera, zone, Tried(*range_90k))
    for stretch in stretches:
        if not may_go_on():
            trial.done.is_cut, trial.done.to_90k = True, stretch.start_90k
            break
        trial.note(stretch)
    return trial.end()


class _Trial:
    def __init__(self, rule: Rule, camera: str, zone: tzinfo | None, done: Tried) -> None:
        self._rule, self._camera, self._zone, self.done = rule, camera, zone, done
        self._pairing = BoxPairing()
        self._watcher: Watcher | None = None
        self._first_s = 0.0
        self._last_90k: int | None = None
        self._was_whole = False
        self._looked_s: float | None = None  # when detectors last ran and found somebody
        self._gaps_s: deque[float] = deque(maxlen=_MAX_GAPS)
        self._closely_s = 0.0
        self._sampling = BoxSampling(rule)
        self._sight: Sight | None = None
        self._size_wh: tuple[int, int] | None = None

    def note(self, stretch: Stretch) -> None:
        if self._size_wh != stretch.size_wh:
            self._end_watching()
            self._size_wh, self._sight = stretch.size_wh, sight_of(self._rule, stretch.size_wh)
        for sample in stretch.samples:
            at_90k = stretch.at_90k(sample)
            self._measure(sample, at_90k)
            if not self._sampling.wants(sample, at_90k / TICKS_PER_S):
                self._see(sample)
                continue
            view = self._pairing.view(sample, stretch)
            if self._watcher is None:
                self._watcher, self._first_s = Watcher([self._rule], utc_of_live, self._zone), view.time_s
            self._take(self._watcher.note(view))
        if self._watcher is not None:
            self._watcher.take_minutes()  # else they would pile up

    def end(self) -> Tried:
        self._end_watching()
        done = self.done
        if self._sight is None:
            done.doubt = Doubt.TOO_FEW
        else:
            done.doubt, done.height_px = self._sight.doubt, self._sight.height_px
        done.looked_every_s = median(self._gaps_s) if self._gaps_s else None
        done.closely = self._closely_s / done.known_s if done.known_s else 0.0
        return done

    def _measure(self, sample: Sample, at_90k: int) -> None:
        """What is known of the time up to this sample. Ends whatever goes on if the camera was away."""
        since_90k = at_90k - self._last_90k if self._last_90k is not None else None
        if since_90k is not None and not 0 <= since_90k <= AWAY_90K:
            self._end_watching()
        elif since_90k is not None and not self._was_whole:
            self.done.known_s += since_90k / TICKS_PER_S
            self._closely_s += sample.closely * since_90k / TICKS_PER_S
        self._last_90k, self._was_whole = at_90k, sample.is_whole
        if any(box.kind is not None for box in sample.boxes):
            now_s = at_90k / TICKS_PER_S
            if self._looked_s is not None and 0 < now_s - self._looked_s <= 1.0:
                self._gaps_s.append(now_s - self._looked_s)
            self._looked_s = now_s

    def _see(self, sample: Sample) -> None:
        """How tall people are is measured also where the rule needs no sample, until enough were found."""
        if self._sight is not None and self._size_wh is not None and self._sight.found < _ENOUGH_FOUND:
            for box in sample.boxes:
                if box.kind is not None:
                    self._sight.see(box.kind, box.confidence, pixels(box, self._size_wh))

    def _end_watching(self) -> None:
        if self._watcher is not None:
            self._take(self._watcher.end())
            sight = self._watcher.sight(self._rule.name)
            if self._sight is not None and sight is not None:
                self._sight.add(sight)
            self._watcher = None

    def _take(self, found: Iterable[Event]) -> None:
        for event in found:
            if event.end_s is None:  # it comes again when it is over
                continue
            happened = CameraEvent.of(event, self._camera, self._first_s)
            is_raised = event.kind is not EventKind.LINE_CROSSED or self._alerts(event)
            self.done.listed.append(TriedEvent(happened, is_raised))
            hour_90k = happened.start_90k // HOUR_90K * HOUR_90K
            hour = self.done.hours.setdefault(hour_90k, TriedHour(hour_90k))
            for each in (self.done, hour):
                each.raised += is_raised
                each.right += event.way == "right"
                each.left += event.way == "left"

    def _alerts(self, event: Event) -> bool:
        return isinstance(self._rule, LineRule) and self._rule.alerts(event.way)
