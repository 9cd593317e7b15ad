"""One opened video: its properties, and its frames in order. Opening is left to `file`."""

from __future__ import annotations

import math
import struct
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.buffer import Buffer
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.capture.decode import Decoder
from passerby.capture.order import is_timed_by_decoding
from passerby.capture.picture import Deinterlacer, PictureFitter
from passerby.capture.probe import check_matrix, check_size, video_streams
from passerby.capture.problems import ProblemLog, SourceProblem
from passerby.capture.timestamps import Timestamps
from passerby.closing import Closing
from passerby.errors import SourceError
from passerby.media.frames import RawFrame
from passerby.media.stream import StreamFormat

SMALLEST_FRAME_BYTES = 12  # of a file: a frame that repeats the last, including its entry in the container
MAX_START_S = 2**33 / 90_000  # the clock of a TS, the longest that continues over many recordings: a day and a half
SHORT_BY_S = 1.0  # a last frame this much before the declared end means that the rest is missing
MAX_RATE_RATIO = 50  # of the usual rate and the average: above it, gaps decide the average
FROM_FIRST = -(2**62)  # before any tick


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """What is known about a picture that waits in the deinterlacer."""

    pts: int
    damaged: bool


class VideoSource(Closing):
    """The frames of one video file, in presentation order, once.

    Use it in a `with` block and iterate. `problems` grows while it is read. origin_pts: the tick at which the requested
    range begins (0 for a whole file), so that a cut can start at zero.
    """

    def __init__(
        self,
        path: Path,
        container: InputContainer,
        stream: VideoStream,
        start_s: float | None,
        end_s: float | None,
    ) -> None:
        self.path = path
        self._container = container
        self._stream = stream
        self._log = ProblemLog()
        self._decoder = Decoder(path, container, stream, self._log)
        self._fitter = PictureFitter()
        if stream.time_base is None:
            raise SourceError(f"couldn't read '{path}': its video has no clock", hint="convert it first")
        self.time_base: Fraction = stream.time_base
        self.average_rate = _rate_of(stream)
        self.duration_s = duration_of_s(container, stream)
        start = stream.start_time or 0
        self._moved = -start if abs(start * self.time_base) > MAX_START_S else 0
        self.start_pts = start + self._moved
        self._range = _tick_range(self.start_pts, self.time_base, start_s, end_s)
        self.origin_pts = 0 if start_s is None else max(self._range[0], self.start_pts)
        self._timestamps = Timestamps(self.time_base, self.start_pts, self.average_rate, self._log, self._moved)
        if stream.codec_context.has_b_frames and is_timed_by_decoding(path, stream.index):
            self._timestamps.go_by_decoding()
        if self._moved:
            self._log.note("timestamps", 0.0, "the clock of the source begins at no possible time: zero is taken")
        self._note_other_tracks()
        self._deinterlacer = Deinterlacer(self.time_base)
        self._last_pts: int | None = None
        self._seek()
        self._frames = self._numbered()
        self._first = next(self._frames, None)
        if self._first is None:
            raise SourceError(
                f"couldn't read '{path}': not one frame of it could be decoded"
                + (" in the time asked for" if start_s or end_s else ""),
                hint="does it play elsewhere?",
            )
        self.format = _describe(self._first, stream, self.average_rate)

    @property
    def width(self) -> int:
        return self.format.width

    @property
    def height(self) -> int:
        return self.format.height

    @property
    def pixel_format(self) -> str:
        return self.format.pixel_format

    @property
    def sample_aspect_ratio(self) -> Fraction | None:
        return self.format.sample_aspect_ratio

    @property
    def turn(self) -> int:
        return self.format.turn

    @property
    def codec_name(self) -> str:
        return self._stream.codec_context.name

    @property
    def audio_streams(self) -> int:
        """The number of sound tracks in the file."""
        return len(self._container.streams.audio)

    @property
    def range_s(self) -> tuple[float | None, float | None]:
        """The requested range on the container's clock, for taking the sound of the same time; None: open."""
        start, end = self._range
        from_s = None if start == FROM_FIRST else float((start - self._moved) * self.time_base)
        return from_s, None if end is None else float((end - self._moved) * self.time_base)

    @property
    def problems(self) -> list[SourceProblem]:
        return self._log.problems

    @property
    def frame_count_estimate(self) -> int | None:
        """How many frames to expect in the requested range, for a progress bar; None if unknown."""
        start, end = self._range
        if self._stream.frames and start <= self.start_pts and end is None:
            return self._stream.frames
        if self.duration_s is None or not self.average_rate:
            return self._stream.frames or None
        if self.duration_s * self.average_rate > self.path.stat().st_size / SMALLEST_FRAME_BYTES:
            return None  # its clock jumps, so it is unknown
        whole_s = self.duration_s
        until_s = whole_s if end is None else min(whole_s, float((end - self.start_pts) * self.time_base))
        from_s = max(0.0, float((start - self.start_pts) * self.time_base))
        return max(1, round((until_s - from_s) * float(self.average_rate)))

    def close(self) -> None:
        """Releases the file and every picture still held."""
        self._first = None
        self._frames.close()
        self._container.close()

    def __iter__(self) -> Iterator[RawFrame]:
        first, self._first = self._first, None
        if first is not None:
            yield first
            del first
        yield from self._frames

    def _note_other_tracks(self) -> None:
        tracks = video_streams(self._container)
        if len(tracks) > 1:
            size = f"{self._stream.codec_context.width}x{self._stream.codec_context.height}"
            number = [track.index for track in tracks].index(self._stream.index) + 1
            self._log.note(
                "streams",
                0.0,
                f"the source has {len(tracks)} video tracks: number {number} ({size}) is redacted, no other",
            )

    def _seek(self) -> None:
        """Goes to the last key frame before the range. If that fails, reading from the start is slow but correct."""
        if self._range[0] <= self.start_pts:
            return
        try:
            self._container.seek(self._range[0] - self._moved, stream=self._stream)
        except (av.FFmpegError, OSError):
            self._log.note("streams", 0.0, "the source cannot be searched: it is read from its start")

    def _numbered(self) -> Generator[RawFrame, None, None]:
        start, end = self._range
        index = 0
        for picture, waiting in self._progressive():
            if waiting.pts < start:
                continue
            if end is not None and waiting.pts >= end:
                return
            self._last_pts = waiting.pts
            yield self._frame(picture, waiting, index)
            index += 1
        self._note_if_cut_short()

    def _frame(self, picture: av.VideoFrame, waiting: _Waiting, index: int) -> RawFrame:
        check_size(picture.width, picture.height, self.path)
        check_matrix(int(picture.colorspace), self.path)
        if self._fitter.size not in (None, (picture.width, picture.height)):
            self._log.note(
                "resized",
                self._time_s(waiting.pts),
                "the picture's size changes: later frames are scaled to the first",
            )
        fitted = self._fitter.fit(picture)
        return RawFrame(fitted, index, waiting.pts, self.time_base, waiting.damaged, turn_of(picture))

    def _progressive(self) -> Iterator[tuple[av.VideoFrame, _Waiting]]:
        waiting: deque[_Waiting] = deque()
        for decoded in self._decoder:
            picture = decoded.picture
            waiting.append(_Waiting(self._timestamps.next(picture.pts, picture.dts), decoded.damaged))
            for ready in self._deinterlacer.push(picture):
                yield ready, waiting.popleft()
        for ready in self._deinterlacer.flush():
            yield ready, waiting.popleft()

    def _note_if_cut_short(self) -> None:
        if self._timestamps.clock_jumps:
            self.duration_s = self._end_s()  # the container's duration assumes a single clock
        if self.duration_s is None or self._last_pts is None or self._decoder.stopped:
            return
        last_s = self._time_s(self._last_pts)
        frame_s = 1 / float(self.average_rate) if self.average_rate else 0.0
        on_its_clock_s = float((self._last_pts - self._moved) * self.time_base)  # from zero, as Matroska counts
        if max(last_s, on_its_clock_s) + frame_s + SHORT_BY_S < self.duration_s:
            self._log.note(
                "truncated", last_s, f"the source ends here, though it says that it is {self.duration_s:.1f} s long"
            )

    def _end_s(self) -> float | None:
        frame_s = 1 / float(self.average_rate) if self.average_rate else 0.0
        return None if self._last_pts is None else self._time_s(self._last_pts) + frame_s

    def _time_s(self, pts: int) -> float:
        return float((pts - self.start_pts) * self.time_base)


def duration_of_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _rate_of(stream: VideoStream) -> Fraction | None:
    """Frames per second; None if unknown. The average says nothing of a file with a gap of hours in it."""
    average, usual = stream.average_rate, stream.guessed_rate
    return usual if average and usual and usual > MAX_RATE_RATIO * average else average or usual


def _tick_range(
    start_pts: int, time_base: Fraction, start_s: float | None, end_s: float | None
) -> tuple[int, int | None]:
    """The requested range in ticks: from the first to before the second."""

    def tick(time_s: float) -> int:
        # 0.4 as a float is a little more than 0.4, and must not miss the frame at 0.4.
        return start_pts + math.ceil(Fraction(time_s).limit_denominator(1_000_000) / time_base)

    return (tick(start_s) if start_s else FROM_FIRST), (None if end_s is None else tick(end_s))


def turn_of(picture: av.VideoFrame) -> int:
    """Degrees clockwise to be upright, rounded to quarter turns. FFmpeg gives them counterclockwise."""
    return round(-picture.rotation / 90) * 90 % 360


def _display_matrix(picture: av.VideoFrame) -> tuple[int, ...] | None:
    try:
        side_data = cast(Mapping[str, Buffer], picture.side_data).get("DISPLAYMATRIX")
    except ValueError:  # PyAV 18 does not know EXIF side data, and then shows no side data at all
        return None
    return None if side_data is None else struct.unpack("=9i", bytes(side_data)[:36])


def _describe(first: RawFrame, stream: VideoStream, rate: Fraction | None) -> StreamFormat:
    picture = first.picture
    return StreamFormat(
        width=first.width,
        height=first.height,
        pixel_format=picture.format.name,
        time_base=first.time_base,
        average_rate=rate,
        sample_aspect_ratio=stream.sample_aspect_ratio or None,
        color_range=int(picture.color_range),
        color_primaries=int(picture.color_primaries),
        color_trc=int(picture.color_trc),
        colorspace=int(picture.colorspace),
        turn=first.turn,
        display_matrix=_display_matrix(picture),
    )
