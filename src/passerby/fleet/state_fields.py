"""The state of a camera as JSON has it, in messages between processes and machines.

Lists grow at their ends only: see `fleet.wire`. A status that is not known is `unknown`, a check that is not known is
left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from passerby.media.camera import BoxNow, CameraState, CameraStatus, ViewNow
from passerby.media.health import Check, Finding, Verdict

_ALWAYS = 3
"""What every version says: status, reason, since when."""
_MISSING: tuple[Any, ...] = (None, (), (), None, None, None)
"""What the rest is where it is not said."""
_FIELDS = _ALWAYS + len(_MISSING)
_STATUSES, _CHECKS, _VERDICTS = frozenset(CameraStatus), frozenset(Check), frozenset(Verdict)


def state_fields(state: CameraState) -> list[Any]:
    """For JSON: see `state_of`."""
    return [
        state.what, state.reason, state.since_90k, state.progress, list(state.figures),
        [[each.check, each.verdict, each.reason, each.since_90k] for each in state.findings],
        state.reference_at_90k, state.events_trouble, _view_fields(state.view),
    ]  # fmt: skip


def state_of(fields: Sequence[Any]) -> CameraState:
    """The inverse of `state_fields`, also of those of other versions. Raises ValueError, TypeError."""
    what, reason, since_90k, progress, figures, findings, reference_at_90k, events_trouble, view = (
        *fields[:_FIELDS],
        *_MISSING[len(fields) - _ALWAYS :],
    )
    return CameraState(
        CameraStatus(what) if what in _STATUSES else CameraStatus.UNKNOWN,
        str(reason),
        int(since_90k),
        None if progress is None else float(progress),
        tuple((str(name), _number(value)) for name, value, *_ in figures),
        tuple(_finding(*each) for each in findings if each[0] in _CHECKS),
        None if reference_at_90k is None else int(reference_at_90k),
        None if events_trouble is None else str(events_trouble),
        None if view is None else _view(*view),
    )


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else float(value)


def _finding(check: str, verdict: str, reason: str, since_90k: int, *_: object) -> Finding:
    known = Verdict(verdict) if verdict in _VERDICTS else Verdict.UNKNOWN
    return Finding(Check(check), known, str(reason), int(since_90k))


def _view_fields(view: ViewNow | None) -> list[Any] | None:
    if view is None:
        return None
    boxes = [[each.objects, *(round(share, 4) for share in each.shares)] for each in view.boxes]
    return [view.at_90k, view.size_wh, view.is_whole, boxes]


def _view(at_90k: int, size_wh: Sequence[int], is_whole: bool, boxes: Sequence[Sequence[Any]], *_: object) -> ViewNow:
    shown = tuple(
        BoxNow(str(objects), (float(left), float(top), float(right), float(bottom)))
        for objects, left, top, right, bottom, *_ in boxes
    )
    width, height = size_wh
    return ViewNow(int(at_90k), (int(width), int(height)), bool(is_whole), shown)
