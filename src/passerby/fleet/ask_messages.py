"""Requests to a camera from another machine. Only what changes nothing of what is covered can be asked from there."""

from __future__ import annotations

from typing import ClassVar

from passerby.fleet.wire import Message, Unreadable
from passerby.media.requests import CameraRequest, Rebase, ShowView

SHOWN_AT_MOST_S = 60.0


class _Asked(Message):
    WHAT: ClassVar = "a request to a camera"

    what: str
    for_s: float = 0.0


def pack_asked(request: CameraRequest) -> bytes:
    """Raises ValueError for what cannot be asked from another machine."""
    match request:
        case Rebase():
            return _Asked(what="rebase").pack()
        case ShowView(for_s):
            return _Asked(what="show-view", for_s=for_s).pack()
    raise ValueError("that cannot be asked from another machine")


def unpack_asked(data: bytes) -> CameraRequest:
    """Raises Unreadable for anything else."""
    asked = _Asked.read(data)
    if asked.what == "rebase":
        return Rebase()
    if asked.what == "show-view":
        return ShowView(min(max(asked.for_s, 0.0), SHOWN_AT_MOST_S))
    raise Unreadable("that cannot be asked from another machine")
