"""Sends a worker's messages in a thread of its own, so that cameras never wait for the reader."""

from __future__ import annotations

import threading
from collections import deque
from multiprocessing.connection import Connection

from passerby.fleet.messages import States, pack_fragment, pack_init, pack_states
from passerby.media.segments import Fragment

MAX_WAITING = 400  # fragments: some seconds of 60 cameras


class Sender:
    """Thread-safe. States always go first, and only the newest; fragments go in order. If too many wait, a camera's
    fragments are dropped up to its next key frame."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._states: States | None = None
        self._fragments: deque[tuple[str, Fragment]] = deque()
        self._needs_key: set[str] = set()
        self._init_sent: dict[str, str] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="passerby-sender", daemon=True)
        self._thread.start()

    def tell(self, states: States) -> None:
        with self._changed:
            self._states = states
            self._changed.notify()

    def send(self, camera: str, fragment: Fragment) -> None:
        with self._changed:
            if len(self._fragments) >= MAX_WAITING:
                self._needs_key.add(camera)
                return
            if camera in self._needs_key and not fragment.is_key:
                return
            self._needs_key.discard(camera)
            self._fragments.append((camera, fragment))
            self._changed.notify()

    def close(self, within_s: float) -> None:
        """Sends what is waiting, if there is time."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while (batch := self._next()) is not None:
                for message in batch:
                    self._pipe.send_bytes(message)
        except OSError:
            self._closed = True  # the parent is gone: the worker notices when its orders end

    def _next(self) -> list[bytes] | None:
        with self._changed:
            while self._states is None and not self._fragments and not self._closed:
                self._changed.wait()
            if self._states is not None:
                states, self._states = self._states, None
                return [pack_states(states)]
            if not self._fragments:
                return None
            camera, fragment = self._fragments.popleft()
        batch = [] if self._init_sent.get(camera) == fragment.init_id else [pack_init(camera, fragment.init)]
        self._init_sent[camera] = fragment.init_id
        return [*batch, pack_fragment(camera, fragment)]
