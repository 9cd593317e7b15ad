"""Makes events of the states of cameras: what is wrong with one is an event of the same list."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.media.camera import CameraState, CameraStatus
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import TICKS_PER_S

AFTER_90K = 10 * TICKS_PER_S
"""A state that lasts for less is no event: cameras are lost for a moment when a switch restarts."""
UNWELL = frozenset(CameraStatus) - {
    CameraStatus.CONNECTING, CameraStatus.LEARNING, CameraStatus.RECORDING, CameraStatus.STRAINED, CameraStatus.STOPPED,
}  # fmt: skip


class HealthEvents:
    """Of all cameras. Give it their states every second or so."""

    def __init__(self) -> None:
        self._open: dict[str, CameraEvent] = {}

    def note(self, states: Mapping[str, CameraState], now_90k: int) -> list[CameraEvent]:
        """The events that began or ended, each with the status in place of a rule."""
        ended = [
            self._end(camera, states[camera].since_90k if camera in states else now_90k, now_90k)
            for camera, event in list(self._open.items())
            if camera not in states or states[camera].what != event.rule
        ]
        begun = []
        for camera, state in states.items():
            lasts_90k = now_90k - state.since_90k
            if state.what in UNWELL and camera not in self._open and lasts_90k >= AFTER_90K:
                self._open[camera] = CameraEvent(camera, state.what, EventKind.CAMERA, "", state.since_90k, None)
                begun.append(self._open[camera])
        return ended + begun

    def _end(self, camera: str, at_90k: int, now_90k: int) -> CameraEvent:
        event = self._open.pop(camera)
        end_90k = min(max(event.start_90k, at_90k), max(event.start_90k, now_90k))
        return CameraEvent(camera, event.rule, event.kind, "", event.start_90k, end_90k)
