"""The process that works on one file, as its job sees it: what it reports, and why it must be killed."""

from __future__ import annotations

import time
from multiprocessing import reduction

from passerby.jobs.messages import MAX_BYTES, Ended, Order, Step, read_said
from passerby.jobs.work import work
from passerby.processes import NEW_PROCESS

HUNG_AFTER_S = 120.0  # a large still takes half a minute on a busy machine, without progress reports


class Child:
    """Works from the start. Call `hear` until it returns `Ended`; `kill` at any time."""

    def __init__(self, upload_handle: int, order: Order, hung_after_s: float = HUNG_AFTER_S) -> None:
        self._hung_after_s = hung_after_s
        self._pipe, theirs = NEW_PROCESS.Pipe()
        self._process = NEW_PROCESS.Process(target=work, args=(theirs,), name="passerby-redact", daemon=True)
        self._process.start()
        theirs.close()  # so that the pipe closes with the child
        self._heard_s = time.monotonic()
        try:
            reduction.send_handle(self._pipe, upload_handle, self.pid)
            self._pipe.send_bytes(order.model_dump_json().encode())
        except OSError:
            pass  # it is gone already: `hear` reports it

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def hear(self, within_s: float) -> Step | Ended | None:
        """Its next message, None if there is none in this time. Death, silence and invalid messages return
        `Ended` too."""
        try:
            if not self._pipe.poll(within_s):
                return self._silence()
            said = read_said(self._pipe.recv_bytes(MAX_BYTES))
        except ValueError:
            return Ended(reason="the process that redacted the file sent invalid data")
        except (EOFError, OSError):
            self._process.join(5.0)
            return Ended(
                reason=f"the process that redacted the file died (exit code {self._process.exitcode})",
                hint="perhaps memory ran out: try a shorter or smaller file",
            )
        self._heard_s = time.monotonic()
        return said

    def _silence(self) -> Ended | None:
        if time.monotonic() - self._heard_s <= self._hung_after_s:
            return None
        return Ended(reason=f"the process that redacted the file made no progress for {self._hung_after_s:g} s")

    def kill(self) -> None:
        """At once. Its unfinished output has no name yet."""
        self._process.kill()
        self._process.join()
        self._pipe.close()
