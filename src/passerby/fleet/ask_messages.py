"""Requests to a camera from another machine. Only what changes nothing of what is covered can be asked from there."""

from __future__ import annotations

import json
from typing import Any

from passerby.media.requests import CameraRequest, Rebase, ShowView

VERSION = 1
SHOWN_AT_MOST_S = 60.0


def pack_asked(request: CameraRequest) -> bytes:
    """Raises ValueError for what cannot be asked from another machine."""
    match request:
        case Rebase():
            what: dict[str, Any] = {"what": "rebase"}
        case ShowView(for_s):
            what = {"what": "show-view", "for_s": for_s}
        case _:
            raise ValueError("that cannot be asked from another machine")
    return json.dumps({"version": VERSION} | what).encode()


def unpack_asked(data: bytes) -> CameraRequest:
    """Raises ValueError for anything else."""
    try:
        read = json.loads(data)
        if read["what"] == "rebase":
            return Rebase()
        if read["what"] == "show-view":
            return ShowView(min(max(float(read["for_s"]), 0.0), SHOWN_AT_MOST_S))
    except (KeyError, TypeError) as error:
        raise ValueError("this is no request") from error
    raise ValueError("that cannot be asked from another machine")
