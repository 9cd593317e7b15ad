"""What the API gets from other parts: the fleet, a way to try a camera, the archive, the users.

It creates none of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from fastapi.requests import HTTPConnection

from passerby.access import Installation
from passerby.archive import Archive
from passerby.covers_file import TimedBox
from passerby.media.camera import CameraState
from passerby.media.machines import Machines
from passerby.media.requests import CameraRequest
from passerby.notify.alarms import Alarms, Standing
from passerby.notify.configured import ConfiguredNotifier
from passerby.settings import Mode, Settings


class Fleet(Protocol):
    """The running cameras, in worker processes. Thread-safe."""

    @property
    def trouble(self) -> str | None:
        """Why the configured cameras cannot be read at the moment, one sentence."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None:
        """Closes every object that is being written."""
        ...

    def cameras_changed(self) -> None:
        """Read the configured cameras again."""
        ...

    def states(self) -> Mapping[str, CameraState]:
        """By camera."""
        ...

    def ask(self, camera: str, request: CameraRequest) -> bool:
        """Passes a request on to a camera. Returns whether a worker has it."""
        ...

    def reference(self, camera: str) -> bytes | None:
        """A redacted JPEG of what it should show, None if there is none yet."""
        ...

    def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        """Redacted video: the init segment first, then fragments from the newest key frame on; the init segment again
        when it changes. A slow reader skips to the newest key frame. Raises SourceUnavailable."""
        ...


class CameraTrial(Protocol):
    """The result of trying an address. reason: why it gave no picture, in words, None if it did. size_wh: pixels.
    still: a redacted JPEG. covered: why all of it is covered, if it is."""

    @property
    def reason(self) -> str | None: ...
    @property
    def size_wh(self) -> tuple[int, int] | None: ...
    @property
    def codec(self) -> str | None: ...
    @property
    def fps(self) -> float | None: ...
    @property
    def still(self) -> bytes | None: ...
    @property
    def covered(self) -> str | None: ...


class Redaction(Protocol):
    """An uploaded file and its result. bytes: of the clear file. corrections: boxes added by hand. dismissed: the
    report's entries that its owner found to be nothing, by id. stage, progress (0..1): while it runs. reason, hint: why
    it failed. has_output: there is output. is_current: with all corrections so far. *_90k: UTC in ticks of 1/90000 s
    since 1970."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def corrections(self) -> tuple[TimedBox, ...]: ...
    @property
    def dismissed(self) -> tuple[str, ...]: ...
    @property
    def state(self) -> Literal["queued", "running", "done", "failed"]: ...
    @property
    def stage(self) -> Literal["starting", "learning", "redacting"] | None: ...
    @property
    def progress(self) -> float | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def hint(self) -> str | None: ...
    @property
    def has_output(self) -> bool: ...
    @property
    def is_current(self) -> bool: ...
    @property
    def output_name(self) -> str: ...
    @property
    def made_at_90k(self) -> int: ...
    @property
    def expires_at_90k(self) -> int: ...


class ReceivingFile(Protocol):
    """A clear file being received into memory. id: of the future job. Raises OutputError if there is no room."""

    @property
    def id(self) -> str: ...
    def write(self, data: bytes) -> None: ...
    def finish(self) -> Redaction: ...

    def abandon(self) -> None:
        """Does nothing after `finish`."""
        ...


class Redactions(Protocol):
    """Redacts files that users upload. owner: a user's handle, never reused, as hex; what belongs to others does not
    exist: KeyError. Thread-safe; methods do not wait for the work."""

    @property
    def refuses(self) -> str | None:
        """Why no file can be accepted here at all, in a sentence."""
        ...

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def receive(self, owner: str, name: str, settings: Settings) -> ReceivingFile:
        """Raises LimitError if the owner has too many files, OutputError if there is no room for another file."""
        ...

    def list(self, owner: str) -> Sequence[Redaction]: ...
    def find(self, owner: str, job_id: str) -> Redaction: ...

    def file(self, owner: str, job_id: str, name: str | None = None) -> Path | None:
        """The latest output, or report.json, report.en.html. None if there is none yet."""
        ...

    def correct(self, owner: str, job_id: str, corrections: Sequence[TimedBox], mode: Mode | None = None) -> Redaction:
        """Hides these boxes too, replacing earlier corrections, and renders again. mode: None for the same as
        before."""
        ...

    def dismiss(self, owner: str, job_id: str, dismissed: Sequence[str]) -> Redaction:
        """Remembers these entries of the report as dealt with, replacing earlier ones."""
        ...

    def discard(self, owner: str, job_id: str) -> None: ...
    def discard_all(self, owner: str) -> None: ...
    def discard_all_but(self, owners: Collection[str]) -> None: ...


@dataclass(frozen=True)
class Services:
    """scratch: a folder for exports in progress, redacted as all recordings are. fleet: None if nothing can be
    recorded, which is then reported. redactions: None if no files are redacted. try_camera: takes an address (SECRET),
    transport and whether any certificate is trusted; blocks for seconds. alarms: the active ones. notifier: None if
    nobody is told of anything. machines: None if this one is all there is. alarms_elsewhere: those of the others."""

    installation: Installation
    archive: Archive
    scratch: Path
    fleet: Fleet | None = None
    try_camera: Callable[[str, str, bool], CameraTrial] | None = None
    redactions: Redactions | None = None
    alarms: Alarms = field(default_factory=Alarms)
    notifier: ConfiguredNotifier | None = None
    machines: Callable[[], Machines] | None = None
    alarms_elsewhere: Callable[[], Sequence[Standing]] = tuple

    def cameras_changed(self) -> None:
        """Tells the fleet, once the change can be read."""
        if self.fleet:
            self.fleet.cameras_changed()

    def channels_changed(self) -> None:
        """Tells the notifier, once the change can be read. Other machines look for it themselves."""
        if self.notifier:
            self.notifier.follow()


def services_of(connection: HTTPConnection) -> Services:
    found = connection.app.state.services
    assert isinstance(found, Services)
    return found
