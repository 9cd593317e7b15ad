"""Reads a live source in a thread of its own, so that it never waits for us. What there is no time for is left out."""

from __future__ import annotations

import queue
import threading
import time

from passerby.capture.live.source import LiveSource
from passerby.errors import SourceUnavailable, Trouble
from passerby.media import RawFrame
from passerby.media.health import Flow

DEPTH = 12  # frames: half a second to two, by the camera's rate; so long may everything else stand still
LEAVE_AFTER_S = 1.0  # what does not stop is left to its own time-outs


class Inbox:
    """The frames of one source, in order. `left_out` of `read` frames found no room."""

    def __init__(self, source: LiveSource) -> None:
        """The source is closed here, in the thread that reads it."""
        self._source = source
        self._frames: queue.Queue[tuple[RawFrame, Flow]] = queue.Queue(DEPTH)
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self.flow = Flow(0)
        """What had come from the source when it gave the frame that was taken last: so it does not matter how late that
        is looked at."""
        self.read = self.left_out = 0
        self.read_at_s = time.monotonic()
        """When the source gave its newest frame, by the count of seconds."""
        self.thread = threading.Thread(target=self._read, name="passerby-read", daemon=True)
        """Ends once the source is closed."""
        self.thread.start()

    def next(self, timeout_s: float) -> RawFrame | None:
        """The next frame, None if there is none in time. Raises the source's error once all before it was given."""
        try:
            frame, self.flow = self._frames.get(timeout=0.0 if self._ended.is_set() else timeout_s)
            return frame
        except queue.Empty:
            if self._ended.is_set() and self._frames.empty():
                self._raise()
            return None

    def _raise(self) -> None:
        """Once. An error that is kept where its trace leads to would keep a whole path, and its pictures, in memory."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error from None
        finally:
            del error

    @property
    def has_ended(self) -> bool:
        """Nothing comes any more: it was closed, or it broke off."""
        return self._ended.is_set() and self._frames.empty()

    def give_up_after(self, silent_s: float) -> None:
        """Raises SourceUnavailable where nothing was read for so long: the source should have given up before."""
        if not self._ended.is_set() and time.monotonic() - self.read_at_s > silent_s:
            said = f"it gave no picture for {silent_s:g} s, and hangs"
            raise SourceUnavailable(Trouble.TIMED_OUT, said, "it is opened again as soon as it lets go")

    def close(self) -> None:
        """A thread that hangs in its source is left behind."""
        self._source.stop()
        self.thread.join(LEAVE_AFTER_S)

    def _read(self) -> None:
        try:
            with self._source as frames:
                for frame in frames:
                    self.read, self.read_at_s = self.read + 1, time.monotonic()
                    try:
                        self._frames.put_nowait((frame, self._source.flow))
                    except queue.Full:
                        self.left_out += 1
                    del frame
        except BaseException as error:  # passed on, not swallowed: whoever takes the frames raises it
            self._error = error
        finally:
            self._ended.set()
