"""What the API is given by others: the cameras at work, a way to try one, the archive, the people. It makes none."""

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
from passerby.notify.alarms import Alarms
from passerby.settings import Settings


class Fleet(Protocol):
    """The cameras at work, in worker processes. Its methods may be called from any thread."""

    @property
    def trouble(self) -> str | None:
        """Why the cameras that are configured cannot be read at the moment, one sentence."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None:
        """Ends every object that is being written."""
        ...

    def cameras_changed(self) -> None:
        """Read the configured cameras again."""
        ...

    def states(self) -> Mapping[str, CameraState]:
        """By camera."""
        ...

    def rebase(self, camera: str) -> bool:
        """What it shows now is what it should show. Whether somebody was there to be told."""
        ...

    def reference(self, camera: str) -> bytes | None:
        """A redacted JPEG of what it should show, None while there is none."""
        ...

    def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        """Redacted video: the init segment first, then fragments from the newest key frame on; the init segment again
        where it changed. A slow reader is dropped to the newest key frame. Raises SourceUnavailable."""
        ...


class CameraTrial(Protocol):
    """What came of trying an address. reason: why it gave no picture, in words, None where it did. size_wh: pixels.
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
    """A file that somebody brought, and what became of it. bytes: of the clear file. corrections: what was added by
    hand. stage, progress (0..1): while it runs. reason, hint: why it failed. has_output: something was made.
    is_current: with all corrections that were told. *_90k: UTC in ticks of 1/90000 s since 1970."""

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
    """A clear file on its way into memory. id: what it will be. Raises OutputError where there is no room."""

    @property
    def id(self) -> str: ...
    def write(self, data: bytes) -> None: ...
    def finish(self) -> Redaction: ...

    def abandon(self) -> None:
        """Does nothing after `finish`."""
        ...


class Redactions(Protocol):
    """Redacts files that users bring. owner: a user's handle, which no other user ever
    has, as hex; what is not theirs is not there: KeyError. Its methods may be
    called from any thread, and do not wait for the work."""

    @property
    def refuses(self) -> str | None:
        """Why no file can be taken here at all, in a sentence."""
        ...

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def receive(self, owner: str, name: str, settings: Settings) -> ReceivingFile:
        """Raises LimitError where they have enough here, OutputError where there is no room for another file."""
        ...

    def list(self, owner: str) -> Sequence[Redaction]: ...
    def find(self, owner: str, job_id: str) -> Redaction: ...

    def file(self, owner: str, job_id: str, name: str | None = None) -> Path | None:
        """What was made last: the output, or report.json, report.html. None where nothing was made."""
        ...

    def correct(self, owner: str, job_id: str, corrections: Sequence[TimedBox]) -> Redaction:
        """Hides these boxes too, in place of those told before, and renders again."""
        ...

    def discard(self, owner: str, job_id: str) -> None: ...
    def discard_all(self, owner: str) -> None: ...
    def discard_all_but(self, owners: Collection[str]) -> None: ...


@dataclass(frozen=True)
class Services:
    """scratch: a folder for exports on their way, redacted as all recordings. fleet: None while recording is absent,
    which is then said. redactions: None where no files are redacted. try_camera: given an address (SECRET), transport
    and whether any certificate is trusted; blocks for seconds. alarms: which stand."""

    installation: Installation
    archive: Archive
    scratch: Path
    fleet: Fleet | None = None
    try_camera: Callable[[str, str, bool], CameraTrial] | None = None
    redactions: Redactions | None = None
    alarms: Alarms = field(default_factory=Alarms)


def services_of(connection: HTTPConnection) -> Services:
    found = connection.app.state.services
    assert isinstance(found, Services)
    return found
