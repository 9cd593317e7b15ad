"""Remembers which alarms are active. Raising alarms and sending notifications is up to others."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass

from passerby.clock import Clock, SystemClock
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.segments import TICKS_PER_S

HELD_90K = 86400 * TICKS_PER_S
"""How long a one-off event stays listed: by then somebody has seen the page, or a program has asked."""

_Key = tuple[AlarmKind, str | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest alarm of a kind for a camera. since_90k: UTC of the first of them, None: unknown. count: in the last
    round, or for one-off events since the first."""

    alarm: Alarm
    since_90k: int | None
    count: int = 1


class Alarms:
    """In memory only: after a restart the first rounds find again what still applies. Thread-safe."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._rounds: dict[str, dict[_Key, Standing]] = {}
        self._said: dict[str, set[str]] = {}
        """What the last round of each job found, without numbers, which change from round to round."""
        self._once: dict[_Key, tuple[Standing, int]] = {}  # and when it was last raised

    def round(self, of: str, found: Iterable[Alarm] = ()) -> list[Alarm]:
        """Everything that one round of a job found. What its previous round found and this one did not is over. Returns
        what the previous round did not say: for a log, in which one sentence every few seconds hides the others."""
        found = list(found)
        now_90k = self._clock.now_90k()
        with self._lock:
            before, here = self._rounds.get(of, {}), dict[_Key, Standing]()
            for alarm in found:
                key = alarm.kind, alarm.camera
                if alarm.kind.happens_once:
                    was = self._once[key][0] if key in self._once else None
                    self._once[key] = _after(was, alarm, now_90k), now_90k
                    continue
                since = before[key].since_90k if key in before else now_90k
                here[key] = Standing(alarm, since, here[key].count + 1 if key in here else 1)
            self._rounds[of] = here
            before_said = self._said.get(of, set())
            self._said[of] = {_without_numbers(alarm) for alarm in found}
            return [alarm for alarm in found if alarm.kind.happens_once or _without_numbers(alarm) not in before_said]

    def now(self) -> list[Standing]:
        """By kind, then camera."""
        now_90k = self._clock.now_90k()
        with self._lock:
            self._once = {key: entry for key, entry in self._once.items() if now_90k - entry[1] < HELD_90K}
            found = [each for here in self._rounds.values() for each in here.values()]
            found += [each for each, _ in self._once.values()]
        return sorted(found, key=lambda each: (each.alarm.kind, each.alarm.camera or ""))


def _without_numbers(alarm: Alarm) -> str:
    return f"{alarm.kind} {alarm.camera} {re.sub(r'[0-9]+', '', alarm.says)}"


def _after(was: Standing | None, alarm: Alarm, now_90k: int) -> Standing:
    return Standing(alarm, was.since_90k, was.count + 1) if was else Standing(alarm, now_90k)
