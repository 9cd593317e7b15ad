"""Exports a range of time as one MP4: the recorded pictures themselves, not re-encoded."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
from av.container import Flags, InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from passerby.archive.playlist import Playlist
from passerby.clock import utc_of
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S, Fragment
from passerby.record.partfile import BUFFER_BYTES, PartFile, RecordedFile, output_error

if TYPE_CHECKING:
    from av.container.core import Chapter

TICK = Fraction(1, TICKS_PER_S)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """file: what was written. start_90k, end_90k: what it shows, in whole GOPs. gaps_90k: what is missing from it.

    Gaps are cut out, since a frozen picture would look like a camera that saw nothing happen. Each stretch is a
    chapter, named by its time (UTC).
    """

    file: RecordedFile
    start_90k: int
    end_90k: int
    gaps_90k: tuple[tuple[int, int], ...]


def export_range(
    playlist: Playlist, fragments: Iterable[Fragment], path: Path, *, overwrite: bool = False
) -> ExportedFile:
    """fragments: those of the playlist, in order. The file gets its name when it is complete.

    Raises OutputError if it cannot be written, if the range is empty, or if the size of the picture changes.
    """
    entries = playlist.entries
    if not entries:
        raise OutputError(f"couldn't export to '{path}': nothing is recorded there", hint="ask for another time")
    changed = next((each for each in entries if each.init_id != entries[0].init_id), None)
    if changed:
        raise OutputError(
            f"couldn't export to '{path}': the picture has another size from {_words(changed.gop.start_90k)} on",
            hint="export what is before and after it as two files",
        )
    part = PartFile(path, overwrite=overwrite, source=None)
    try:
        frames = _remux(fragments, _stretches(playlist), part)
        file = part.finish(frames)
    except BaseException as error:
        part.abort()
        if isinstance(error, av.FFmpegError | OSError) and not isinstance(error, OutputError):
            raise output_error(path, OSError(str(error))) from error
        raise
    return ExportedFile(file, entries[0].gop.start_90k, entries[-1].gop.end_90k, playlist.gaps_90k)


def _stretches(playlist: Playlist) -> list[tuple[int, int]]:
    """Start and end of each stretch without a gap."""
    found: list[tuple[int, int]] = []
    for gop in (entry.gop for entry in playlist.entries):
        if found and found[-1][1] == gop.start_90k:
            found[-1] = (found[-1][0], gop.end_90k)
        else:
            found.append((gop.start_90k, gop.end_90k))
    return found


def _remux(fragments: Iterable[Fragment], stretches: list[tuple[int, int]], part: PartFile) -> int:
    """Copy the packets, moving each stretch to the end of the one before. Returns the number of frames."""
    options = {"movie_timescale": str(TICKS_PER_S)}
    frames = 0
    with (
        cast(InputContainer, av.open(_Joined(fragments), format="mp4")) as source,
        av.open(part, "w", format="mp4", container_options=options, buffer_size=BUFFER_BYTES) as target,
    ):
        target.flags |= cast(int, Flags.bitexact.value)
        video = target.add_stream_from_template(source.streams.video[0])
        _name_chapters(target, stretches)
        left = list(stretches)
        shift_90k = -left[0][0]
        for packet in source.demux(video=0):
            if packet.pts is None:
                continue
            while packet.pts >= left[0][1]:
                shift_90k -= left[1][0] - left[0][1]
                left.pop(0)
            _move(packet, shift_90k, video)
            target.mux(packet)
            frames += 1
    return frames


def _move(packet: Packet[VideoStream], shift_90k: int, video: VideoStream) -> None:
    assert packet.pts is not None and packet.dts is not None
    packet.pts, packet.dts, packet.stream = packet.pts + shift_90k, packet.dts + shift_90k, video


def _name_chapters(target: OutputContainer, stretches: list[tuple[int, int]]) -> None:
    """Players show them: they say when each stretch was recorded."""
    begin = 0
    chapters: list[Chapter] = []
    for number, (start_90k, end_90k) in enumerate(stretches):
        end = begin + end_90k - start_90k
        title = {"title": _words(start_90k)}
        chapters.append({"id": number, "start": begin, "end": end, "time_base": TICK, "metadata": title})
        begin = end
    target.set_chapters(chapters)


def _words(time_90k: int) -> str:
    return f"{utc_of(time_90k):%Y-%m-%d %H:%M:%S} UTC"


class _Joined(io.RawIOBase):
    """The init segment and all fragments as one file, read lazily from start to end."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        self._pieces = _pieces(fragments)
        self._left = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            self._left = next(self._pieces, b"")
        some, self._left = self._left[:size], self._left[size:]
        return some


def _pieces(fragments: Iterable[Fragment]) -> Iterator[bytes]:
    for number, fragment in enumerate(fragments):
        if not number:
            yield fragment.init.data
        yield fragment.data
