"""Makes events of the states of cameras: what is wrong with one is an event of the same list."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.media.camera import CameraState, CameraStatus
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import TICKS_PER_S

AFTER_90K = 10 * TICKS_PER_S
"""A state that lasts for less is no event: cameras are lost for a moment when a switch restarts."""
GOES_ON_WITHIN_90K = 600 * TICKS_PER_S
"""What comes back so soon is the same event, which goes on: a camera that is covered whenever the machine is busy, or a
loose cable, would be an event and a message every minute. Nobody who looked at the first needs the second."""
UNWELL = frozenset(CameraStatus) - {
    CameraStatus.CONNECTING, CameraStatus.LEARNING, CameraStatus.RECORDING, CameraStatus.STRAINED, CameraStatus.STOPPED,
}  # fmt: skip


class HealthEvents:
    """Of all cameras. Give it their states every second or so."""

    def __init__(self) -> None:
        self._open: dict[str, CameraEvent] = {}
        self._over: dict[tuple[str, str], CameraEvent] = {}
        """By camera and status, the latest that ended, for as long as it may go on."""

    def note(self, states: Mapping[str, CameraState], now_90k: int) -> list[CameraEvent]:
        """The events that began or ended, each with the status in place of a rule. One that goes on after a pause
        begins again with its first start."""
        ended = [
            self._end(camera, states[camera].since_90k if camera in states else now_90k, now_90k)
            for camera, event in list(self._open.items())
            if camera not in states or states[camera].what != event.rule
        ]
        begun = []
        for camera, state in states.items():
            lasts_90k = now_90k - state.since_90k
            if state.what in UNWELL and camera not in self._open and lasts_90k >= AFTER_90K:
                self._open[camera] = self._begin(camera, state)
                begun.append(self._open[camera])
        self._over = {
            key: event for key, event in self._over.items() if key[0] in states and _may_go_on(event, now_90k)
        }
        return ended + begun

    def _begin(self, camera: str, state: CameraState) -> CameraEvent:
        event = self._over.pop((camera, state.what), None)
        start_90k = event.start_90k if event and _may_go_on(event, state.since_90k) else state.since_90k
        return CameraEvent(camera, state.what, EventKind.CAMERA, "", start_90k, None)

    def _end(self, camera: str, at_90k: int, now_90k: int) -> CameraEvent:
        event = self._open.pop(camera)
        end_90k = min(max(event.start_90k, at_90k), max(event.start_90k, now_90k))
        ended = CameraEvent(camera, event.rule, event.kind, "", event.start_90k, end_90k)
        self._over[(camera, event.rule)] = ended
        return ended


def _may_go_on(event: CameraEvent, at_90k: int) -> bool:
    """Also where the clock was set back a little."""
    return event.end_90k is not None and abs(at_90k - event.end_90k) <= GOES_ON_WITHIN_90K
