"""What a rule would have raised, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from passerby.batch.findings import caution_line
from passerby.cli.events import happened
from passerby.clock import utc_of
from passerby.config.rule import LineRule, Rule
from passerby.events import Caution
from passerby.events.dry_run import MAX_LISTED, Tried

_MIN_CLOSELY = 0.9


def tried_lines(rule: Rule, done: Tried, *, keeps_boxes: bool) -> Iterator[str]:
    """Times are local."""
    if not done.known_s:
        why = "no boxes were kept" if keeps_boxes else "it keeps no boxes: keeps_boxes is false"
        yield f"{rule.name}: nothing is known of that time: {why}"
        return
    known = _known(done.known_s, (done.to_90k - done.from_90k) / 90_000)
    yield f"{rule.name}: {done.raised} event{'' if done.raised == 1 else 's'} in {known}"
    if isinstance(rule, LineRule):
        yield f"  {done.right} to the right, {done.left} to the left"
    for line in _cautions(rule, done):
        yield f"  careful: {line}"
    every = done.raised + (0 if not isinstance(rule, LineRule) else done.right + done.left)
    if every > len(done.listed) >= MAX_LISTED:
        yield f"  the newest {MAX_LISTED}:"
    for each in done.listed:
        event = each.event
        start, end = _local(event.start_90k), _local(event.end_90k or event.start_90k)
        when = f"{start:%Y-%m-%d %H:%M:%S}" + (f" to {end:%H:%M:%S}" if end > start else "")
        what = happened(event.kind, event.objects, event.count, event.way)
        yield f"  {when}  {what}{'' if each.is_raised else ' (only counted)'}"


def _cautions(rule: Rule, done: Tried) -> Iterator[str]:
    if done.doubt is not None:
        yield caution_line(Caution(rule.name, rule.objects, done.doubt, done.height_px))
    if done.is_seldom:
        yield "detectors ran less often then: no rule watched, or the machine was busy; a rule may find more"
    if rule.objects == "vehicles" and done.closely < _MIN_CLOSELY:
        yield "no rule about vehicles watched then, so they were not looked at closely: a rule finds more"


def _known(known_s: float, of_s: float) -> str:
    if known_s >= 0.98 * of_s:
        return f"{of_s / 3600:.1f} hours"
    return f"{known_s / 3600:.1f} of {of_s / 3600:.1f} hours, of the rest nothing is known"


def _local(at_90k: int) -> datetime:
    return utc_of(at_90k).astimezone()
