"""Measures what a live camera still shows: a clip is played as if live, over and over, and one whole round of what is
recorded of it, once the place is learned, is held against its boxes.

    python bench/live_exposure.py campus.avi reveal
    python bench/live_exposure.py bus.mp4 cover
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream
from clips import Clip, Clips, shared_folder
from exposure import measure_video
from machine import busy_warning, describe_machine

from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import LiveSource
from passerby.engine.live.modes import LivePlan
from passerby.engine.live.run import LivePath
from passerby.engine.live.shared import Shared
from passerby.fleet.kept import KeptBackground, KeptReference
from passerby.media import RawFrame
from passerby.media.camera import CameraStatus
from passerby.media.segments import Fragment
from passerby.net.address import Address
from passerby.rules.reach import Reach
from passerby.settings import Settings

LEARNED_WITHIN_S = 300.0
AFTER_S = 4.0  # what is left of the last round comes out
RECORDS = (CameraStatus.RECORDING, CameraStatus.STRAINED)


class NotedSource(LiveSource):
    """Remembers when each frame was, UTC in ticks of 1/90000 s: frame i of all rounds of the clip."""

    def __init__(self, path: Path) -> None:
        self.times_90k: list[int] = []
        super().__init__(Address.parse(f"file:{path}"), LiveOptions(reach=Reach(files=True)))

    def __iter__(self) -> Iterator[RawFrame]:
        for frame in super().__iter__():
            self.times_90k.append(frame.pts)
            yield frame


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", help="a file of the footage that has boxes")
    parser.add_argument("mode", choices=("reveal", "cover"))
    asked = parser.parse_args()
    print(f"{describe_machine()}. {busy_warning() or ''}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as scratch:
        work = Path(scratch)
        clip = Clips(shared_folder(), work).get(asked.clip)
        times_90k, fragments = _recorded(clip, asked.mode, work)
        _write(_shown(times_90k, fragments), work / "redacted.mkv", clip)
        print(json.dumps(measure_video(shared_folder(), clip, work / "redacted.mkv"), indent=1))
    return 0


def _recorded(clip: Clip, mode: str, work: Path) -> tuple[list[int], list[Fragment]]:
    """The times of one round, and all that was recorded."""
    fragments: list[Fragment] = []
    source, plan = NotedSource(clip.path), LivePlan(Settings.model_validate({"mode": mode}))
    round_at: int | None = None
    over_s: float | None = None
    learned_by_s = time.monotonic() + LEARNED_WITHIN_S

    def is_over() -> bool:
        nonlocal round_at, over_s
        if round_at is None:
            if path.state.what in RECORDS:
                round_at = (len(source.times_90k) // clip.frames + 1) * clip.frames
            return time.monotonic() > learned_by_s
        if len(source.times_90k) < round_at + clip.frames:
            return False
        over_s = over_s or time.monotonic() + AFTER_S
        return time.monotonic() > over_s

    with Shared() as shared:
        kept = KeptBackground(work, "clip"), KeptReference(work, "clip")
        path = LivePath(source, plan, shared, *kept, fragments.append)
        path.run(is_over)
    if round_at is None:
        raise TimeoutError(f"it did not record within {LEARNED_WITHIN_S:g} s: {path.state.reason}")
    return source.times_90k[round_at : round_at + clip.frames], fragments


def _shown(times_90k: Sequence[int], fragments: Sequence[Fragment]) -> Iterator[av.VideoFrame]:
    """The picture that was to be seen at each time: the last one before."""
    half_90k = (times_90k[-1] - times_90k[0]) // (2 * (len(times_90k) - 1))
    pictures = _pictures(fragments)
    shown = next(pictures)
    coming = next(pictures, None)
    for time_90k in times_90k:
        while coming is not None and (coming.pts or 0) <= time_90k + half_90k:
            shown, coming = coming, next(pictures, None)
        yield shown


def _pictures(fragments: Sequence[Fragment]) -> Iterator[av.VideoFrame]:
    for _, some in itertools.groupby(fragments, key=lambda each: each.init.id):
        several = list(some)
        data = several[0].init.data + b"".join(each.data for each in several)
        with av.open(io.BytesIO(data), "r") as file:
            yield from file.decode(video=0)


def _write(pictures: Iterator[av.VideoFrame], path: Path, clip: Clip) -> None:
    """Without loss, at the rate of the clip."""
    with av.open(str(clip.path)) as original, av.open(str(path), "w") as copy:
        rate = original.streams.video[0].average_rate or Fraction(25)
        stream = copy.add_stream("ffv1", rate)
        assert isinstance(stream, VideoStream)
        for number, picture in enumerate(pictures):
            if number == 0:
                stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, picture.format.name
            plain = av.VideoFrame.from_ndarray(picture.to_ndarray(), format=picture.format.name)
            plain.pts, plain.time_base = number, 1 / rate
            copy.mux(stream.encode(plain))
        copy.mux(stream.encode(None))


if __name__ == "__main__":
    sys.exit(main())
