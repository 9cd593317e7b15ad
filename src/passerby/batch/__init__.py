"""Works on many files, each by itself: in this process, in several, or on machines of Ray.

What is done to one file is the engine's business; which files there are, the command's."""

from passerby.batch.job import Address, Job, Outcome, Result, Runner, Watcher
from passerby.batch.tasks import AuditTask, EventsTask, RedactTask, Task

__all__ = [
    "Address", "AuditTask", "EventsTask", "Job", "Outcome", "RedactTask", "Result", "Runner", "Task", "Watcher",
]  # fmt: skip
