"""Rows of `events.py`: is what is left behind found once, and is nothing else raised? Where each error is, is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from passerby.config.rule import ObjectRule
from passerby.engine import observe
from passerby.events import Watcher
from passerby.media.events import Event, EventKind

RULES = (ObjectRule(name="left", kind="left-object"), ObjectRule(name="removed", kind="removed-object"))
WITHIN_S = 60.0  # of its owner's leaving
LEFT = {"events/left-bag.avi": 22.0}
"""Clips in which one thing is left, with the earliest second at which its owner is out of view."""
NOTHING = (
    "campus.avi", "corridor.mp4", "cars.mp4", "tamper.mp4", "bus.mp4", "square.mp4", "events/carriageways.mp4",
    "parking.mp4",
)  # fmt: skip
"""Clips in which nothing is left and nothing is taken."""


def object_rows(footage: Path, detect_every_s: float) -> Iterator[str]:
    """Lines of a table in Markdown, as they are known."""
    yield "| things | left | raised once, in time | false | raised at |\n|---|---|---|---|---|"
    for name in (*LEFT, *NOTHING):
        began = [event for event in _events_in(footage / name, detect_every_s) if event.end_s is None]
        left = [event for event in began if event.kind is EventKind.LEFT_OBJECT]
        gone_s = LEFT.get(name)
        in_time = [each for each in left if gone_s is not None and gone_s <= each.start_s <= gone_s + WITHIN_S][:1]
        at = ", ".join(f"{event.start_s:.1f} s {event.kind}" for event in began)
        yield f"| {name} | {int(gone_s is not None)} | {len(in_time)} | {len(began) - len(in_time)} | {at} |"


def _events_in(clip: Path, detect_every_s: float) -> list[Event]:
    watcher, found = Watcher(RULES), list[Event]()
    observe(clip, lambda view: found.extend(watcher.note(view)), detect_every_s=detect_every_s, wants_changes=True)
    return found
