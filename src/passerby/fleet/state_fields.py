"""The state of a camera as JSON has it, in messages between processes and machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from passerby.media.camera import BoxNow, CameraState, CameraStatus, ViewNow
from passerby.media.health import Check, Finding, Verdict


def state_fields(state: CameraState) -> list[Any]:
    """For JSON: see `state_of`."""
    return [
        state.what, state.reason, state.since_90k, state.progress, list(state.figures),
        [[each.check, each.verdict, each.reason, each.since_90k] for each in state.findings],
        state.reference_at_90k, state.events_trouble, _view_fields(state.view),
    ]  # fmt: skip


def state_of(fields: Sequence[Any]) -> CameraState:
    """The inverse of `state_fields`. Raises ValueError, TypeError."""
    what, reason, since_90k, progress, figures, findings, reference_at_90k, events_trouble, view = fields
    return CameraState(
        CameraStatus(what),
        reason,
        since_90k,
        progress,
        tuple((name, value) for name, value in figures),
        tuple(Finding(Check(check), Verdict(verdict), says, at) for check, verdict, says, at in findings),
        reference_at_90k,
        events_trouble,
        None if view is None else _view(*view),
    )


def _view_fields(view: ViewNow | None) -> list[Any] | None:
    if view is None:
        return None
    boxes = [[each.objects, *(round(share, 4) for share in each.shares)] for each in view.boxes]
    return [view.at_90k, view.size_wh, view.is_whole, boxes]


def _view(at_90k: int, size_wh: Sequence[int], is_whole: bool, boxes: Sequence[Sequence[Any]]) -> ViewNow:
    shown = tuple(
        BoxNow(str(objects), (float(left), float(top), float(right), float(bottom)))
        for objects, left, top, right, bottom in boxes
    )
    width, height = size_wh
    return ViewNow(int(at_90k), (int(width), int(height)), bool(is_whole), shown)
