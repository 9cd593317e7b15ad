"""What runs in a process of Ray. It is told and answers text, so that no picture can get into Ray's object store."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.batch.installed import installed
from passerby.batch.job import Outcome
from passerby.batch.messages import Done, Order, Step
from passerby.batch.one_file import Loaded, work_on
from passerby.errors import sentence
from passerby.processes import leave_no_core

if TYPE_CHECKING:
    from passerby.engine import Progress


class Stopped(Exception):
    """The run was interrupted: whatever is half done is undone on the way out."""


class RayWorker:
    """An actor. `work` is for one file; `step` and `stop` are called meanwhile. Nothing is raised into Ray, which would
    keep the error with all that hangs on it."""

    def __init__(self) -> None:
        leave_no_core()
        self._loaded = Loaded()
        self._step: Step | None = None
        self._stopping = threading.Event()

    def install(self) -> str:
        """What is installed here: an `Installed`, or a `Done` with the error."""
        try:
            return installed().model_dump_json()
        except Exception as error:
            message, hint = sentence(error)
            return Done(error=message, hint=hint).model_dump_json()

    def work(self, order: str) -> str:
        """An `Order` to a `Done`."""
        try:
            return self._work(Order.model_validate_json(order)).model_dump_json()
        except Exception as error:
            return Done(error=f"an error in passerby itself ({type(error).__name__})").model_dump_json()

    def step(self) -> str:
        """The latest `Step` of the file that is worked on; empty before the first."""
        step = self._step
        return "" if step is None else step.model_dump_json()

    def stop(self) -> str:
        """Ends the work on a file soon, without a result."""
        self._stopping.set()
        return ""

    def _work(self, order: Order) -> Done:
        self._step = None
        if isinstance(order.source, Path) and not order.source.parent.is_dir():
            says = f"this machine has no folder '{order.source.parent}'"
            return Done(error=says, hint="share the folder with all machines, at the same place, or use a bucket")
        return Done.of(work_on(order.job, order.task, self._note, self._loaded) or Outcome(order.job))

    def _note(self, progress: Progress) -> None:
        if self._stopping.is_set():
            raise Stopped
        self._step = Step(
            stage=progress.stage, done=progress.frames_done, total=progress.frames_total, fps=progress.fps
        )
