"""What an archive asks before it sends a recording over a thin line, and for each piece of it."""

from __future__ import annotations

from typing import Protocol


class UploadStopped(Exception):
    """Nothing more is sent now: this machine is being stopped. What was begun is sent again from its beginning."""


class Uploads(Protocol):
    def may_begin(self) -> bool:
        """Whether a recording may leave now."""
        ...

    def wait(self, size: int) -> None:
        """Before so many bytes are sent: until the line has room for them. Raises UploadStopped."""
        ...
