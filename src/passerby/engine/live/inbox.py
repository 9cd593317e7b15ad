"""Reads a live source in its own thread, so that it never has to wait. Frames that there is no time for are dropped."""

from __future__ import annotations

import queue
import threading
import time

from passerby.capture.live.source import LiveSource
from passerby.errors import SourceUnavailable, Trouble
from passerby.media import RawFrame
from passerby.media.health import Flow

DEPTH = 12  # frames: half a second to two seconds, depending on frame rate; the longest stall without dropped frames
LEAVE_AFTER_S = 1.0  # a source that does not stop is left to its own timeouts


class Inbox:
    """The frames of one source, in order. `left_out` of `read` frames were dropped because there was no room."""

    def __init__(self, source: LiveSource) -> None:
        """Takes over the source and closes it in the reading thread."""
        self._source = source
        self._frames: queue.Queue[tuple[RawFrame, Flow]] = queue.Queue(DEPTH)
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self.flow = Flow(0)
        """What the source had received when it produced the last frame that was taken, however late that happens."""
        self.read = self.left_out = 0
        self.read_at_s = time.monotonic()
        """When the source produced its newest frame, on the monotonic clock."""
        self.thread = threading.Thread(target=self._read, name="passerby-read", daemon=True)
        """Ends when the source is closed."""
        self.thread.start()

    def next(self, timeout_s: float) -> RawFrame | None:
        """The next frame, or None after the timeout. Raises the source's error after all frames before it."""
        try:
            frame, self.flow = self._frames.get(timeout=0.0 if self._ended.is_set() else timeout_s)
            return frame
        except queue.Empty:
            if self._ended.is_set() and self._frames.empty():
                self._raise()
            return None

    def _raise(self) -> None:
        """Raises the error once and drops it: its traceback would hold a whole path and its pictures in memory."""
        error, self._error = self._error, None
        try:
            if error is not None:
                raise error from None
        finally:
            del error

    @property
    def has_ended(self) -> bool:
        """No more frames will come: it was closed, or it broke off."""
        return self._ended.is_set() and self._frames.empty()

    def give_up_after(self, silent_s: float) -> None:
        """Raises SourceUnavailable if nothing was read for this long: the source should have given up earlier."""
        if not self._ended.is_set() and time.monotonic() - self.read_at_s > silent_s:
            said = f"it gave no picture for {silent_s:g} s, and hangs"
            raise SourceUnavailable(Trouble.TIMED_OUT, said, "it is opened again as soon as it lets go")

    def close(self) -> None:
        """Closes the source. A thread that hangs in it is left behind."""
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
        except BaseException as error:  # not swallowed: it is raised where the frames are taken
            self._error = error
        finally:
            self._ended.set()
