"""Takes a sparse sample of a file: some frames over its whole length, for little work.

If a file has enough key frames, each look is one seek and one decoded picture. A short file with few key frames is read
through instead, leaving out pictures that no others depend on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.capture.decode import Decoder
from passerby.capture.picture import Deinterlacer, PictureFitter
from passerby.capture.probe import check_matrix, check_size, open_container
from passerby.capture.problems import ProblemLog
from passerby.capture.source import duration_of_s, turn_of
from passerby.capture.trust import Decoded
from passerby.errors import SourceError
from passerby.media.frames import RawFrame

MAX_WALK_FRAMES = 3000  # 2 to 10 s of decoding; a longer file has enough key frames
FEW_LOOKS = 8  # with fewer, background cannot be told from what stands in it: walk, however long it takes


def sample(
    path: Path, times_s: Sequence[float] | None, count: int, start_s: float | None, end_s: float | None
) -> Iterator[RawFrame]:
    """See `file.sample_frames`."""
    container, stream = open_container(path)
    with container:
        looks = _Looks(path, container, stream)
        ticks = looks.ticks(times_s, count, start_s, end_s)
        found = False
        for index, frame in enumerate(looks.take(ticks)):
            found = True
            yield looks.frame(frame, index)
        if not found and times_s is None:
            raise SourceError(
                f"couldn't read '{path}': not one frame of it could be decoded", hint="does it play elsewhere?"
            )


class _Looks:
    """Takes looks at one opened file."""

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream) -> None:
        if stream.time_base is None:
            raise SourceError(f"couldn't read '{path}': its video has no clock", hint="convert it first")
        self._path = path
        self._container = container
        self._stream = stream
        self._time_base: Fraction = stream.time_base
        self._start = stream.start_time or 0
        self._fitter = PictureFitter()

    def ticks(
        self, times_s: Sequence[float] | None, count: int, start_s: float | None, end_s: float | None
    ) -> list[int]:
        """The wanted times in ticks, sorted: those given, or `count` at the centres of equal parts of the range."""
        if times_s is None:
            from_s = start_s or 0.0
            whole_s = duration_of_s(self._container, self._stream) or from_s + 1.0
            until_s = whole_s if end_s is None else min(whole_s, end_s)
            times_s = [from_s + (until_s - from_s) * (i + 0.5) / count for i in range(count)]
        return sorted(self._start + round(Fraction(t) / self._time_base) for t in times_s)

    def take(self, ticks: list[int]) -> Iterator[av.VideoFrame]:
        """Intact pictures at or near the wanted ticks, in order, none twice."""
        if not ticks or self._should_walk(ticks):
            yield from self._walk(ticks)
            return
        held: list[av.VideoFrame] = []
        looks = self._key_looks(ticks)
        for picture in looks:
            held.append(picture)
            if len(held) >= min(FEW_LOOKS, len(ticks)):
                yield from held
                yield from looks
                return
        held.clear()
        yield from self._walk(ticks)

    def frame(self, picture: av.VideoFrame, index: int) -> RawFrame:
        check_size(picture.width, picture.height, self._path)
        check_matrix(int(picture.colorspace), self._path)
        deinterlacer = Deinterlacer(self._time_base)
        progressive = [*deinterlacer.push(picture), *deinterlacer.flush()][0]
        return RawFrame(
            self._fitter.fit(progressive), index, _tick(picture) or 0, self._time_base, False, turn_of(picture)
        )

    def _should_walk(self, ticks: list[int]) -> bool:
        frames = self._stream.frames
        if not frames:
            rate = self._stream.average_rate or Fraction(25)
            frames = round((duration_of_s(self._container, self._stream) or 1e9) * rate)
        if frames > MAX_WALK_FRAMES or not self._seek(ticks[0]):  # some formats read their index at the first seek
            return False
        keys = sum(entry.is_keyframe for entry in self._stream.index_entries)
        return keys < min(frames, len(ticks))

    def _seek(self, tick: int) -> bool:
        try:
            self._container.seek(tick, stream=self._stream)
        except (av.FFmpegError, OSError):
            return False
        return True

    def _key_looks(self, ticks: list[int]) -> Iterator[av.VideoFrame]:
        """One picture for each key frame at or before a wanted tick."""
        context = self._stream.codec_context
        if not context.is_open:
            context.thread_count = 1  # see `Trust`
        last: int | None = None
        for tick in ticks:
            picture = self._key_picture() if self._seek(tick) else None
            at = None if picture is None else _tick(picture)
            if picture is None or (at is not None and last is not None and at <= last):
                continue
            last = at
            yield picture

    def _key_picture(self) -> av.VideoFrame | None:
        """The next key picture, if it is intact. Nothing after it is read."""
        try:
            for packet in self._container.demux(self._stream):
                if not packet.is_keyframe or not packet.size:
                    continue
                pictures = [*self._stream.decode(packet), *self._stream.decode(None)]
                return pictures[0] if pictures and not pictures[0].is_corrupt else None
        except (av.FFmpegError, OSError):
            return None
        return None

    def _walk(self, ticks: list[int]) -> Iterator[av.VideoFrame]:
        """The first intact picture at or after each wanted one; the last one of the file for those after it.

        Pictures are counted, so the same bitstream gives the same ones in every container, whatever its clock.
        """
        times = self._times()
        ranks = _ranks(times, ticks)
        container, stream = open_container(self._path)
        with container:
            stream.codec_context.skip_frame = "NONREF"
            decoder = Decoder(self._path, container, stream, ProblemLog())
            yield from _pick(iter(decoder), ranks, times)

    def _times(self) -> list[int]:
        """The presentation time of each picture of the file, in order, without decoding any."""
        container, stream = open_container(self._path)
        times: list[int] = []
        with container:
            try:
                for packet in container.demux(stream):
                    tick = packet.pts if packet.pts is not None else packet.dts
                    if packet.size and tick is not None:
                        times.append(tick)
            except (av.FFmpegError, OSError):
                pass  # pictures after damage are not counted, though they may still be decoded
        return sorted(times)


def _ranks(times: list[int], ticks: list[int]) -> list[int]:
    """For each wanted tick, how many pictures come before it: evenly from the first wanted picture to the last."""
    if not times or not ticks:
        return [0 for _ in ticks]
    first = bisect_left(times, ticks[0] - (ticks[-1] - ticks[0]) // max(1, 2 * (len(ticks) - 1)))
    beyond = ticks[-1] + (ticks[-1] - ticks[0]) // max(1, 2 * (len(ticks) - 1))
    count = max(1, bisect_left(times, beyond) - first)
    return [first + int((n + 0.5) * count / len(ticks)) for n in range(len(ticks))]


def _pick(decoded: Iterator[Decoded], ranks: list[int], times: list[int]) -> Iterator[av.VideoFrame]:
    wanted = 0
    unused: av.VideoFrame | None = None
    for number, item in enumerate(decoded):
        if item.damaged:
            continue
        unused = item.picture
        tick = _tick(item.picture)
        if wanted >= len(ranks):
            return
        rank = number if tick is None else bisect_left(times, tick)
        if rank < ranks[wanted]:
            continue
        unused = None
        yield item.picture
        while wanted < len(ranks) and ranks[wanted] <= rank:
            wanted += 1
    if unused is not None and wanted < len(ranks):
        yield unused


def _tick(picture: av.VideoFrame) -> int | None:
    return picture.pts if picture.pts is not None else picture.dts
