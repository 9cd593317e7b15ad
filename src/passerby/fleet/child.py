"""One worker as its parent sees it: a process, a pipe, and the time of its last message."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from passerby.fleet.messages import Ask, Drop, Order, Reader, Run, States, Stop, pack_order
from passerby.fleet.plan import CameraPlan
from passerby.fleet.worker import Places, work
from passerby.media.requests import CameraRequest, Watched
from passerby.media.segments import Fragment
from passerby.processes import NEW_PROCESS

BORN_WITHIN_S = 30.0  # loading takes 2 s, longer on a busy machine
HUNG_AFTER_S = 5.0  # ten heartbeats


class Child:
    """A running worker. Its cameras are those it was ordered to run."""

    def __init__(self, places: Places, plans: dict[str, CameraPlan], publish: Callable[[str, Fragment], None]) -> None:
        self.plans = dict(plans)
        self._publish = publish
        self._watched: frozenset[str] = frozenset()
        self._pipe, theirs = NEW_PROCESS.Pipe()
        self._sending = threading.Lock()
        self._process = NEW_PROCESS.Process(target=work, args=(theirs, places), name="passerby-worker", daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe closes with the worker
        self.born_s = time.monotonic()
        self.states = States({}, ready=False)
        self._heard_s: float | None = None
        self._broke = False
        self._thread = threading.Thread(target=self._listen, name="passerby-listen", daemon=True)
        self._thread.start()
        for plan in plans.values():
            self._send(Run(plan))

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def is_ready(self) -> bool:
        """Whether it has loaded everything it needs."""
        return self.states.ready

    @property
    def age_s(self) -> float:
        return time.monotonic() - self.born_s

    def run(self, plan: CameraPlan) -> None:
        self.plans[plan.camera] = plan
        self._watched -= {plan.camera}  # the camera starts again, and is asked again
        self._send(Run(plan))

    def drop(self, camera: str) -> None:
        if self.plans.pop(camera, None) is not None:
            self._send(Drop(camera))

    def ask(self, camera: str, request: CameraRequest) -> None:
        self._send(Ask(camera, request))

    def note_watched(self, cameras: frozenset[str]) -> None:
        """Tells each of its cameras whether it is watched live, if that has changed."""
        for camera in cameras ^ self._watched:
            self.ask(camera, Watched(camera in cameras))
        self._watched = cameras

    def trouble(self) -> str | None:
        """Why it must be replaced, in words; None if all is well."""
        if not self._process.is_alive():
            return "its process ended"
        if self._broke:
            return "it sent invalid data"
        if self._heard_s is None or not self.is_ready:
            return "it did not start" if self.age_s > BORN_WITHIN_S else None
        if time.monotonic() - self._heard_s > HUNG_AFTER_S:
            return "it stopped responding"
        if self.states.stuck:
            return f"camera '{self.states.stuck[0]}' made it hang"
        return None

    def tell_to_stop(self) -> None:
        """`join` waits for it to end. A worker that is still loading has recorded nothing, and is killed at once."""
        if self.is_ready:
            self._send(Stop())
        else:
            self._process.kill()

    def join(self, within_s: float) -> None:
        """Waits for it to end, then kills it."""
        self._process.join(max(0.0, within_s))
        self.kill()

    def kill(self) -> None:
        """Kills it at once. Recovery finishes what it recorded."""
        self._process.kill()
        self._process.join()
        self._thread.join(1.0)
        self._pipe.close()

    def _send(self, order: Order) -> None:
        with self._sending, suppress(OSError):  # it is gone: the watchdog handles it
            self._pipe.send_bytes(pack_order(order))

    def _listen(self) -> None:
        reader = Reader()
        try:
            while True:
                received = reader.read(self._pipe.recv_bytes())
                if isinstance(received, States):
                    self._heard_s, self.states = time.monotonic(), received
                elif received is not None:
                    self._publish(*received)
        except (EOFError, OSError):
            return
        except (ValueError, KeyError, TypeError):
            self._broke = True
