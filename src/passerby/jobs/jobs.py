"""Accepts files and hands out redacted copies: who owns which, whose turn it is, when they are deleted."""

from __future__ import annotations

import os
import secrets
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from passerby.clock import Clock
from passerby.covers_file import TimedBox
from passerby.errors import LimitError, OutputError, PasserbyError, os_reason
from passerby.folders import emptied
from passerby.jobs.child import HUNG_AFTER_S, Child
from passerby.jobs.job import Job, Redaction, safe_name
from passerby.jobs.messages import Ended, Step
from passerby.jobs.upload import NO_MEMORY_FILES, Upload, has_memory_files
from passerby.media.segments import TICKS_PER_S
from passerby.settings import Mode, Settings

HEAR_EVERY_S = 0.2  # how soon a discarded file's process is killed
MAINTAIN_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """max_bytes: of one file. max_files: in memory at once, of all users; max_files_per_user: of one. keep_s:
    without a request."""

    max_bytes: int = 500_000_000
    max_files: int = 4
    keep_s: float = 3600.0
    max_files_per_user: int = 2

    @property
    def of_a_user(self) -> int:
        """Whatever is configured, one place stays free for others, unless there is only one."""
        return max(1, min(self.max_files_per_user, self.max_files - 1))


class Receiving:
    """A file being uploaded. Ends with either `finish` or `abandon`."""

    def __init__(self, jobs: Jobs, owner: str, name: str, settings: Settings, upload: Upload) -> None:
        self.id = secrets.token_hex(8)
        self._jobs, self._owner, self._name, self._settings, self._upload = jobs, owner, name, settings, upload
        self._is_over = False

    def write(self, data: bytes) -> None:
        """Raises OutputError if memory or the size limit is exhausted."""
        if self._upload.bytes + len(data) > self._jobs.limits.max_bytes:
            raise OutputError(f"a file can have at most {self._jobs.limits.max_bytes / 1e6:g} MB")
        self._upload.write(data)

    def finish(self) -> Redaction:
        """The upload is complete; the file waits for its turn."""
        self._upload.seal()
        self._is_over = True
        return self._jobs._received(self.id, self._owner, self._name, self._settings, self._upload)

    def abandon(self) -> None:
        """Frees its memory. Does nothing after `finish`."""
        if not self._is_over:
            self._is_over = True
            self._jobs._abandoned(self._owner, self._upload)


class Jobs:
    """Thread-safe. Other users' jobs do not exist for an owner: KeyError.

    owner: identifies a user, never reused for another. scratch: a folder of its own for redacted copies, emptied at
    start and end.
    """

    def __init__(self, scratch: Path, clock: Clock, limits: Limits, hung_after_s: float = HUNG_AFTER_S) -> None:
        self.limits = limits
        # Child processes change their working folder, so a relative path would lead nowhere.
        self._scratch, self._clock, self._hung_after_s = scratch.absolute(), clock, hung_after_s
        self._changed = threading.Condition()
        self._jobs: dict[str, Job] = {}
        """In order of arrival. Only under `_changed`."""
        self._receiving: Counter[str] = Counter()
        """The number of uploads in progress, by owner. Only under `_changed`."""
        self._over = False
        self._thread = threading.Thread(target=self._run, name="passerby-jobs", daemon=True)
        emptied(scratch)

    @property
    def refuses(self) -> str | None:
        """Why no file can be accepted here at all."""
        return None if has_memory_files() else NO_MEMORY_FILES

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Discards everything."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        with self._changed:
            jobs, self._jobs = list(self._jobs.values()), {}
        for job in jobs:
            job.forget()
        emptied(self._scratch)

    def receive(self, owner: str, name: str, settings: Settings) -> Receiving:
        """Raises LimitError if the owner has too many files, OutputError if there is no room for another file."""
        with self._changed:
            of_owner = sum(job.owner == owner for job in self._jobs.values()) + self._receiving[owner]
            if of_owner >= self.limits.of_a_user:
                count = self.limits.of_a_user
                raise LimitError(
                    f"you have {count} {'files' if count > 1 else 'file'} here already, the most for one user",
                    hint="discard one that you no longer need",
                )
            if len(self._jobs) + self._receiving.total() >= self.limits.max_files:
                raise OutputError(
                    f"{self.limits.max_files} files are here already, and there is no memory for more",
                    hint="discard one, or try again later",
                )
            self._receiving[owner] += 1
        try:
            return Receiving(self, owner, safe_name(name), settings, Upload())
        except PasserbyError:
            with self._changed:
                self._has_come(owner)
            raise

    def _received(self, job_id: str, owner: str, name: str, settings: Settings, upload: Upload) -> Redaction:
        job = Job(
            job_id, owner, name, settings, upload, self._scratch / job_id, self._clock.now_90k(),
            self._clock.monotonic(),
        )  # fmt: skip
        with self._changed:
            self._has_come(owner)
            self._jobs[job_id] = job
            self._changed.notify_all()
            return self._shown(job)

    def _abandoned(self, owner: str, upload: Upload) -> None:
        upload.close()
        with self._changed:
            self._has_come(owner)

    def _has_come(self, owner: str) -> None:
        """The upload has ended, completely or not."""
        self._receiving[owner] -= 1
        self._receiving += Counter()  # drops zero counts

    def list(self, owner: str) -> list[Redaction]:
        """The newest first."""
        with self._changed:
            return [self._shown(job) for job in reversed(self._jobs.values()) if job.owner == owner]

    def find(self, owner: str, job_id: str) -> Redaction:
        with self._changed:
            return self._shown(self._touched(owner, job_id))

    def file(self, owner: str, job_id: str, name: str | None = None) -> Path | None:
        """An output by name; None: the main output. Returns None if nothing is ready yet."""
        with self._changed:
            job = self._touched(owner, job_id)
            return job.file(name or job.output_name)

    def correct(self, owner: str, job_id: str, corrections: Sequence[TimedBox], mode: Mode | None = None) -> Redaction:
        """Hide these boxes too, replacing earlier corrections, and render again. mode: None for the same as before."""
        with self._changed:
            job = self._touched(owner, job_id)
            job.corrections = tuple(corrections)
            if mode is not None:
                job.settings = job.settings.model_copy(update={"mode": mode})
            job.ask_again()
            self._changed.notify_all()
            return self._shown(job)

    def dismiss(self, owner: str, job_id: str, dismissed: Sequence[str]) -> Redaction:
        """Remembers these entries of the report as dealt with, replacing earlier ones."""
        with self._changed:
            job = self._touched(owner, job_id)
            job.dismissed = tuple(dismissed)
            return self._shown(job)

    def discard(self, owner: str, job_id: str) -> None:
        with self._changed:
            self._forget(self._touched(owner, job_id))

    def discard_all(self, owner: str) -> None:
        """For a user who was removed."""
        with self._changed:
            for job in [job for job in self._jobs.values() if job.owner == owner]:
                self._forget(job)

    def discard_all_but(self, owners: Collection[str]) -> None:
        """For all users who may no longer redact files, whichever process took that permission."""
        with self._changed:
            for job in [job for job in self._jobs.values() if job.owner not in owners]:
                self._forget(job)

    def _touched(self, owner: str, job_id: str) -> Job:
        job = self._jobs[job_id]
        if job.owner != owner:
            raise KeyError(job_id)
        job.touched_s = self._clock.monotonic()
        return job

    def _forget(self, job: Job) -> None:
        """Its process, if any, is told soon; what it still writes is deleted then."""
        del self._jobs[job.id]
        job.forget()
        self._changed.notify_all()

    def _shown(self, job: Job) -> Redaction:
        left_s = job.touched_s + self.limits.keep_s - self._clock.monotonic()
        return job.shown(self._clock.now_90k() + round(left_s * TICKS_PER_S))

    def _run(self) -> None:
        """Runs in its own thread: one job at a time, and expiry."""
        while True:
            with self._changed:
                if self._over:
                    return
                self._forget_the_old()
                job = next((job for job in self._jobs.values() if job.state == "queued"), None)
                if job is None:
                    self._changed.wait(MAINTAIN_EVERY_S)
                    continue
                job.state = "running"
                asked = job.asked
            try:
                self._work(job, asked)
            except OSError as error:  # no room for a folder or another process: this job failed, others may succeed
                why = os_reason(error)
                self._end(job, asked, Ended(reason=f"couldn't start redacting the file: {why}"))

    def _forget_the_old(self) -> None:
        now_s = self._clock.monotonic()
        for job in list(self._jobs.values()):
            if now_s > job.touched_s + self.limits.keep_s:
                self._forget(job)

    def _work(self, job: Job, asked: int) -> None:
        with self._changed:
            if not self._is_wanted(job, asked):
                return
            # A handle of our own: the job, and its memory, may be freed while the process starts.
            order, handle = job.order(), os.dup(job.upload.handle)
        try:
            child = Child(handle, order, self._hung_after_s)  # takes a moment; the lock is not held
        finally:
            os.close(handle)
        try:
            ended = self._listen(child, job, asked)
        finally:
            child.kill()
        self._end(job, asked, ended)

    def _listen(self, child: Child, job: Job, asked: int) -> Ended:
        """Until it has ended or is no longer wanted, which may have happened while it started."""
        while True:
            said = child.hear(HEAR_EVERY_S)
            with self._changed:
                self._forget_the_old()
                if isinstance(said, Ended) or not self._is_wanted(job, asked):
                    return said if isinstance(said, Ended) else Ended(reason="nobody wants it any more")
                if isinstance(said, Step):
                    job.step = said

    def _end(self, job: Job, asked: int, ended: Ended) -> None:
        """Called after its process has ended."""
        with self._changed:
            if self._is_wanted(job, asked):
                job.finish(asked, ended)
                return
            job.drop(asked)
            if job.id not in self._jobs:
                job.forget()

    def _is_wanted(self, job: Job, asked: int) -> bool:
        return not self._over and job.id in self._jobs and job.asked == asked
