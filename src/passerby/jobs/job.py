"""One uploaded file: its memory, the request and its status. `Jobs` decides what happens to it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from passerby.covers_file import ManualCovers, TimedBox
from passerby.jobs.messages import Ended, Order, Step
from passerby.jobs.upload import Upload
from passerby.media.endings import copy_suffix
from passerby.settings import Settings

State = Literal["queued", "running", "done", "failed"]
Stage = Literal["starting", "learning", "redacting"]

MAX_STEM_BYTES, MAX_SUFFIX_BYTES = 150, 16  # file systems allow 255 for a name, and ours get longer


@dataclass(frozen=True, slots=True)
class Redaction:
    """Its status as an immutable copy. `api/ports.py` explains each field."""

    id: str
    name: str
    bytes: int
    settings: Settings
    corrections: tuple[TimedBox, ...]
    dismissed: tuple[str, ...]
    state: State
    stage: Stage | None
    progress: float | None
    reason: str | None
    hint: str | None
    has_output: bool
    is_current: bool
    output_name: str
    made_at_90k: int
    expires_at_90k: int


@dataclass(eq=False)
class Job:
    """Only `Jobs` uses it, under its lock.

    folder: for output; exists from the first order until `forget`. asked: the requested version, which rises with each
    correction. made: the version of the present output. dismissed: the report's entries that its owner found to be
    nothing, by id.
    """

    id: str
    owner: str
    name: str
    settings: Settings
    upload: Upload
    folder: Path
    made_at_90k: int
    touched_s: float
    corrections: tuple[TimedBox, ...] = ()
    dismissed: tuple[str, ...] = ()
    asked: int = 1
    made: int | None = None
    state: State = "queued"
    step: Step | None = None
    ended: Ended = field(default_factory=Ended)

    output_name: str = field(init=False)
    """Stills stay stills; everything else becomes MP4."""

    def __post_init__(self) -> None:
        stem, suffix = Path(self.name).stem, Path(self.name).suffix
        self.output_name = f"{stem}.redacted{copy_suffix(suffix) if self.upload.is_still(self.name) else '.mp4'}"

    def order(self) -> Order:
        """The order for the requested version, in a fresh folder."""
        folder = self.folder / str(self.asked)
        folder.mkdir(parents=True, mode=0o700)
        covers = ManualCovers(version=1, add=self.corrections) if self.corrections else None
        # The copy starts at zero, whatever the file's own clock says, so that players count time as the covers do.
        settings = self.settings.model_copy(update={"start_s": 0.0})
        return Order(name=self.name, output=self.output_name, folder=folder, settings=settings, covers=covers)

    def ask_again(self) -> None:
        """Another version is wanted: work on the one before stops."""
        self.asked += 1
        self.state, self.step, self.ended = "queued", None, Ended()

    def finish(self, asked: int, ended: Ended) -> None:
        """A version is finished or failed. A newer version replaces the earlier output."""
        self.step, self.ended = None, ended
        self.state = "failed" if ended.reason else "done"
        if ended.reason:
            self.drop(asked)
            return
        before, self.made = self.made, asked
        if before is not None:
            self.drop(before)

    def drop(self, version: int) -> None:
        shutil.rmtree(self.folder / str(version), ignore_errors=True)

    def file(self, name: str) -> Path | None:
        """A file of the latest output."""
        return None if self.made is None else self.folder / str(self.made) / name

    def forget(self) -> None:
        """Frees memory and deletes files."""
        self.upload.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def shown(self, expires_at_90k: int) -> Redaction:
        total = self.step.total if self.step else None
        return Redaction(
            id=self.id, name=self.name, bytes=self.upload.bytes, settings=self.settings, corrections=self.corrections,
            dismissed=self.dismissed, state=self.state,
            stage=(self.step.stage if self.step else "starting") if self.state == "running" else None,
            progress=min(1.0, self.step.done / total) if self.step and total else None,
            reason=self.ended.reason, hint=self.ended.hint, has_output=self.made is not None,
            is_current=self.made == self.asked, output_name=self.output_name, made_at_90k=self.made_at_90k,
            expires_at_90k=expires_at_90k,
        )  # fmt: skip


def safe_name(given: str) -> str:
    """A safe file name from the name that a browser sent: no folders, nothing that breaks a file system or a header."""
    name = re.sub(r"[^\w .()\[\]+,@=-]", "_", given.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    stem = _cut(Path(name).stem, MAX_STEM_BYTES).strip(" .")
    return f"{stem or 'file'}{_cut(Path(name).suffix, MAX_SUFFIX_BYTES)}"


def _cut(text: str, max_bytes: int) -> str:
    return text.encode(errors="ignore")[:max_bytes].decode(errors="ignore")
