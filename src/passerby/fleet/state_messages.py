"""How cameras are, from the nodes that have them: as messages, and what is known of each when nothing more comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from passerby.fleet.state_fields import state_fields, state_of
from passerby.fleet.wire import Message, Unreadable
from passerby.media.camera import CameraState, CameraStatus
from passerby.objects.names import is_camera

AT_ONCE = 100
"""Cameras in one message: some hundred kilobytes."""
TELL_EVERY_S = 1.0
NOT_HEARD = "nothing was heard of it from node {node}"
NEVER_HEARD = "no node has reported on it yet"


class _States(Message):
    WHAT: ClassVar = "a list of states of cameras"

    node: str
    cameras: dict[str, tuple[Any, ...]]
    """By name: the fencing token that the camera has on this node, and its state."""


def pack_states_of(node: str, states: Mapping[str, tuple[int, CameraState]]) -> Iterator[bytes]:
    """states: each with the fencing token that the camera has on this node."""
    names = sorted(states)
    for first in range(0, len(names), AT_ONCE):
        some = names[first : first + AT_ONCE]
        cameras = {name: (states[name][0], *state_fields(states[name][1])) for name in some}
        yield _States(node=node, cameras=cameras).pack()


@dataclass(frozen=True, slots=True)
class _Heard:
    node: str
    token: int
    at_s: float
    at_90k: int
    state: CameraState


class StatesHeard:
    """The newest of every camera. Of two nodes that report on one, who has the higher token counts. Thread-safe."""

    def __init__(self, lapse_s: float, now_90k: Callable[[], int], now_s: Callable[[], float] = time.monotonic) -> None:
        """lapse_s: after so much silence it is not known how a camera is."""
        self._lapse_s, self._now_90k, self._now_s = lapse_s, now_90k, now_s
        self._lock = threading.Lock()
        self._of: dict[str, _Heard] = {}
        self._begun_90k = now_90k()

    def note(self, message: bytes, said_by: str) -> None:
        """said_by: the node under whose name it came. Raises Unreadable for what is no such message of that node."""
        read = _States.read(message)
        if read.node != said_by:
            raise Unreadable("a node speaks for itself only")
        try:
            new = {
                camera: _Heard(read.node, int(token), self._now_s(), self._now_90k(), state_of(fields))
                for camera, (token, *fields) in read.cameras.items()
                if is_camera(camera)
            }
        except (ValueError, TypeError, OverflowError) as error:
            raise Unreadable(f"this is not {_States.WHAT}") from error
        with self._lock:
            for camera, heard in new.items():
                before = self._of.get(camera)
                if before is None or heard.token >= before.token:
                    self._of[camera] = heard

    def note_last_known(self, node: str, at_90k: int, cameras: Collection[str]) -> None:
        """From an old report: that it was heard of then. Nothing newer is replaced."""
        with self._lock:
            for camera in cameras:
                before = self._of.get(camera)
                if before is None or (before.token == 0 and before.at_90k < at_90k):
                    state = CameraState(CameraStatus.UNKNOWN, "", at_90k)
                    self._of[camera] = _Heard(node, 0, float("-inf"), at_90k, state)

    def states(self, cameras: Collection[str], *, is_complete: bool = True) -> dict[str, CameraState]:
        """Of every one of these: what its node said last, or that it is unknown since then. is_complete: of what was
        never heard of too."""
        since_s = self._now_s() - self._lapse_s
        with self._lock:
            self._of = {camera: each for camera, each in self._of.items() if camera in cameras}
            heard = dict(self._of)
        known = [each for each in cameras if is_complete or each in heard]
        return {camera: self._state(heard.get(camera), since_s) for camera in known}

    def lost(self, cameras: Collection[str]) -> frozenset[str]:
        """Those of which nothing is heard any more."""
        since_s = self._now_s() - self._lapse_s
        with self._lock:
            return frozenset(each for each in cameras if each in self._of and self._of[each].at_s < since_s)

    def node_of(self, camera: str) -> str | None:
        """Who reported on it last."""
        with self._lock:
            heard = self._of.get(camera)
            return heard.node if heard else None

    def _state(self, heard: _Heard | None, since_s: float) -> CameraState:
        if heard is None:
            return CameraState(CameraStatus.UNKNOWN, NEVER_HEARD, self._begun_90k)
        if heard.at_s < since_s:
            return CameraState(CameraStatus.UNKNOWN, NOT_HEARD.format(node=heard.node), heard.at_90k)
        return heard.state


def lapse_s_of(lease_s: float) -> float:
    """Longer than a takeover needs, so that a camera that is recorded elsewhere at once is not called unknown."""
    return lease_s + 2 * TELL_EVERY_S
