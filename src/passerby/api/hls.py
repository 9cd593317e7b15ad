"""Recorded video as HLS with byte ranges: playlists for players, of a range of time or live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from passerby.archive import PlaylistEntry
from passerby.clock import utc_of
from passerby.media.segments import TICKS_PER_S

MEDIA_TYPE = "application/vnd.apple.mpegurl"


@dataclass(frozen=True, slots=True)
class Window:
    """Where a live playlist begins: how many GOPs, and how many discontinuities, came before it."""

    gops: int
    discontinuities: int


def hls_text(entries: Sequence[PlaylistEntry], base: str = "", window: Window | None = None) -> str:
    """entries: at least one. base: the prefix of URIs, relative to the playlist. window: for a live playlist."""
    longest = max(entry.gop.duration_90k for entry in entries)
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS",
        f"#EXT-X-TARGETDURATION:{-(-longest // TICKS_PER_S)}",
    ]  # fmt: skip
    if window is None:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    else:
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{window.gops}")
        lines.append(f"#EXT-X-DISCONTINUITY-SEQUENCE:{window.discontinuities}")
    init_id = ""
    for number, entry in enumerate(entries):
        if entry.is_discontinuous and number:
            lines.append("#EXT-X-DISCONTINUITY")
        if entry.init_id != init_id:
            init_id = entry.init_id
            lines.append(f'#EXT-X-MAP:URI="{base}init/{init_id}.mp4"')
        if entry.is_discontinuous or not number:
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_iso(entry.gop.start_90k)}")
        lines += _entry_lines(entry, base)
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if window is None else []), ""])


def _entry_lines(entry: PlaylistEntry, base: str) -> list[str]:
    _, _, path = entry.key.partition("/")
    return [
        f"#EXTINF:{entry.gop.duration_90k / TICKS_PER_S:.5f},",
        f"#EXT-X-BYTERANGE:{entry.gop.size}@{entry.gop.offset}",
        f"{base}objects/{path}",
    ]


def _iso(time_90k: int) -> str:
    at = utc_of(time_90k)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{time_90k % TICKS_PER_S * 1000 // TICKS_PER_S:03d}Z"
