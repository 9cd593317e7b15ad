"""The process that redacts one file for a job. It ends with its parent and leaves no core dump."""

from __future__ import annotations

import os
import threading
import time
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.config.about import LANGUAGES
from passerby.errors import PasserbyError
from passerby.jobs.messages import Ended, Order, Step
from passerby.processes import begin_child

if TYPE_CHECKING:
    from passerby.engine import Progress

NICE = 10  # recording comes first
TELL_EVERY_S = 0.2


def work(pipe: Connection) -> None:
    """Takes a handle of the clear file, then an order; reports progress and the result. Started in a new process."""
    begin_child()
    os.nice(NICE)
    try:
        handle = reduction.recv_handle(pipe)
        order = Order.model_validate_json(pipe.recv_bytes())
    except (EOFError, OSError):
        return
    threading.Thread(target=_end_with_parent, args=(pipe,), name="passerby-parent", daemon=True).start()
    ended = _made(order, handle, pipe)
    try:
        pipe.send_bytes(ended.model_dump_json().encode())
    except OSError:
        return  # the parent is gone


def _end_with_parent(pipe: Connection) -> None:
    """The parent sends nothing more, so anything received means that it has ended."""
    try:
        pipe.recv_bytes(1)
    except (EOFError, OSError):
        pass
    finally:
        os._exit(1)


def _made(order: Order, handle: int, pipe: Connection) -> Ended:
    try:
        _make(order, handle, pipe)
    except PasserbyError as error:
        return Ended(reason=_without_folder(error.message, order), hint=error.hint)
    except MemoryError:
        return Ended(reason="there is not enough memory for this file", hint="try a smaller one")
    except Exception as error:
        # A bug of ours. Its message may hold anything, so only its type is reported.
        return Ended(reason=f"an error in passerby itself ({type(error).__name__})")
    return Ended()


def _make(order: Order, handle: int, pipe: Connection) -> None:
    from passerby.engine import redact  # here, since the parent imports this module and must not load a decoder

    shelf = order.folder / "source"
    shelf.mkdir()
    # The engine opens files by name: this link leads to the memory, and to nothing once this process has ended.
    named = shelf / order.name
    named.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
    os.chdir(shelf)  # so that messages name only the file
    teller = _Teller(pipe)
    report = redact(order.name, order.folder / order.output, order.settings, covers=order.covers, progress=teller.tell)
    report.write(order.folder / "report.json")
    for language in LANGUAGES:
        report.write(order.folder / f"report.{language}.html", language)
    os.chdir("/")
    named.unlink()
    shelf.rmdir()


def _without_folder(message: str, order: Order) -> str:
    return message.replace(f"{order.folder}{os.sep}", "").replace(f"{Path.cwd()}{os.sep}", "")


class _Teller:
    """Reports progress, but not for every frame."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._reported_s = float("-inf")
        self._stage = ""

    def tell(self, progress: Progress) -> None:
        now_s = time.monotonic()
        if progress.stage == "auditing" or (progress.stage == self._stage and now_s < self._reported_s + TELL_EVERY_S):
            return
        self._reported_s, self._stage = now_s, progress.stage
        step = Step(stage=progress.stage, done=progress.frames_done, total=progress.frames_total)
        self._pipe.send_bytes(step.model_dump_json().encode())
