"""What the API is given by others: the cameras at work, a way to try one, the archive, the people. It makes none."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fastapi.requests import HTTPConnection

from passerby.access import Installation
from passerby.archive import Archive
from passerby.media.health import Finding


class CameraState(Protocol):
    """How a camera is. what: one word. reason: a sentence. since: UTC. progress: 0..1 while it learns."""

    @property
    def what(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def since(self) -> datetime: ...
    @property
    def progress(self) -> float | None: ...
    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of every check; none while it is not open."""
        ...

    @property
    def reference_at_90k(self) -> int | None:
        """When the reference was made, None while there is none."""
        ...


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


@dataclass(frozen=True)
class Services:
    """scratch: a folder for exports on their way, redacted as all recordings. fleet: None while recording is absent,
    which is then said. try_camera: given an address (SECRET), transport and whether any certificate is trusted; blocks
    for seconds."""

    installation: Installation
    archive: Archive
    scratch: Path
    fleet: Fleet | None = None
    try_camera: Callable[[str, str, bool], CameraTrial] | None = None


def services_of(connection: HTTPConnection) -> Services:
    found = connection.app.state.services
    assert isinstance(found, Services)
    return found
