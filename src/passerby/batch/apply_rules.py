"""Applies rules to one video or still."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.batch.findings import Noticed, Stood
from passerby.batch.tasks import EventsTask
from passerby.capture import is_still
from passerby.engine import Detectors, observe, observe_still
from passerby.events import Watcher, needs_changes, needs_vehicles, standing
from passerby.events.local_time import UtcOf, utc_of_file, when_it_holds, zone_named
from passerby.media.events import Event

if TYPE_CHECKING:
    from datetime import tzinfo

    from passerby.engine.progress import OnProgress


def noticed_in(source: Path, task: EventsTask, progress: OnProgress, detectors: Detectors) -> Noticed | Stood:
    """Raises what `engine.observe` does."""
    zone = zone_named(task.time_zone) if task.time_zone else None
    utc_of = utc_of_file(task.starts_at_utc) if task.starts_at_utc else None
    if is_still(source):
        return _in_still(source, task, utc_of, zone, detectors)
    watcher, found = Watcher(task.rules, utc_of, zone), list[Event]()
    observed = observe(
        source,
        lambda view: found.extend(watcher.note(view)),
        wants_changes=needs_changes(task.rules),
        wants_vehicles=needs_vehicles(task.rules),
        progress=progress,
        detectors=detectors,
    )
    found.extend(watcher.end())
    over = sorted((event for event in found if event.end_s is not None), key=lambda event: event.start_s)
    return Noticed(
        **asdict(observed),
        events=tuple(over),
        counts=tuple(watcher.counts),
        series=tuple(watcher.take_minutes()),
        cautions=tuple(watcher.cautions),
    )


def _in_still(source: Path, task: EventsTask, utc_of: UtcOf | None, zone: tzinfo | None, detectors: Detectors) -> Stood:
    holds_at = [(rule, when_it_holds(rule, utc_of, zone)) for rule in task.rules]
    view = observe_still(source, detectors)
    if view.whole is not None:
        return Stood(view.whole, ())
    return Stood(None, tuple(standing([rule for rule, holds in holds_at if holds(view.time_s)], view)))
