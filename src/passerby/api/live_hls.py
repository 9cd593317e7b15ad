"""Live pictures as HLS, for players without Media Source Extensions: the newest recorded GOPs in a live playlist."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from passerby.api.cameras import CameraName
from passerby.api.gate import recordings_of, signed_in_of
from passerby.api.hls import MEDIA_TYPE, Window, hls_text
from passerby.api.ports import services_of
from passerby.api.problems import problem
from passerby.archive import PlaylistEntry
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Action

router = APIRouter(prefix="/api/cameras/{camera}/live", tags=["live"])

WINDOW_90K = 24 * TICKS_PER_S  # a player starts three target durations before the end, and needs a reserve


@router.get(
    "/playlist.m3u8", summary="Live as HLS, a few seconds late; the WebSocket is faster", response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)  # fmt: skip
def live_playlist(camera: CameraName, request: Request) -> Response:
    services = services_of(request)
    now_90k = services.installation.clock.now_90k()
    entries = recordings_of(request).playlist(camera, now_90k - WINDOW_90K, now_90k).entries
    if not entries:
        raise problem(404, "there is no live picture now", "see the camera's state")
    me = signed_in_of(request)
    services.installation.audit.look_each_minute(me, Action.WATCH_LIVE, camera)
    window = request.app.state.live_windows.of(camera, entries)
    return Response(hls_text(entries, "../timeline/", window), media_type=MEDIA_TYPE)


class LiveWindows:
    """Numbers the GOPs of each camera as they arrive: players identify them by number."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, dict[int, Window]] = {}

    def of(self, camera: str, entries: Sequence[PlaylistEntry]) -> Window:
        """The window of the first entry. entries: at least one, in order of time."""
        with self._lock:
            before = self._numbers.get(camera, {})
            windows: dict[int, Window] = {}
            last: Window | None = None
            for entry in entries:
                start_90k = entry.gop.start_90k
                last = before.get(start_90k) or _next(last, entry)
                windows[start_90k] = last
            self._numbers[camera] = windows
            return windows[entries[0].gop.start_90k]


def _next(last: Window | None, entry: PlaylistEntry) -> Window:
    """If there is none yet, or after a restart: the seconds since 1970, which exceed the number of GOPs so far."""
    if last is None:
        seconds = entry.gop.start_90k // TICKS_PER_S
        return Window(seconds, seconds)
    return Window(last.gops + 1, last.discontinuities + entry.is_discontinuous)
