"""What the checks of a camera's health cost: CPU time for one camera, as a share of one core.

    python bench/health.py [--seconds 60]

The pictures are drawn before; only measuring and judging are counted. Before and after, the same number of pictures is
gone through without them, and that is taken off.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2

from passerby.background import SmallPicture, learn, shrink, small_size
from passerby.background.claims import Sample
from passerby.capture.drawn import draw_street
from passerby.engine.health.gauge import Gauge
from passerby.media import Detections, RawFrame
from passerby.media.health import Flow
from passerby.media.segments import TICKS_PER_S
from passerby.rules.health import Health

CASES = (((640, 360), 5.0), ((1280, 720), 12.5))
DRAWN_S = 4
SAMPLES = 5


def pictures(size_wh: tuple[int, int], fps: float, folder: Path) -> list[av.VideoFrame]:
    """Some seconds of the drawn street."""
    path = folder / f"street-{size_wh[0]}.mp4"
    draw_street(path, seconds=DRAWN_S, size=size_wh, fps=round(fps))
    with av.open(str(path)) as clip:
        return list(clip.decode(video=0))


def frames_of(some: list[av.VideoFrame], fps: float, seconds: float) -> list[RawFrame]:
    """The pictures over and over, each with a time of its own."""
    count, step = round(fps * seconds), TICKS_PER_S / fps
    base = Fraction(1, TICKS_PER_S)
    return [RawFrame(some[n % len(some)], n, round(n * step), base) for n in range(count)]


def cpu_s(frames: list[RawFrame], *, checks: bool) -> float:
    """CPU seconds to go through them, with the checks or without."""
    size_wh = (frames[0].width, frames[0].height)
    gauge, health = Gauge(size_wh), Health()
    small_wh = small_size(*size_wh)
    samples = [Sample(SmallPicture(*shrink(each, small_wh)), Detections.empty()) for each in frames[:SAMPLES]]
    gauge.compare_with(learn(samples))
    began_s = time.process_time()
    for number, frame in enumerate(frames):
        frame.planes()
        if checks:
            health.note(gauge.note(frame), Flow(number + 1))
            if not number % round(len(frames) / 100 + 1):
                health.findings()
    return time.process_time() - began_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="of pictures, each case")
    asked = parser.parse_args()
    cv2.setNumThreads(1)  # as in a worker
    for size_wh, fps in CASES:
        with tempfile.TemporaryDirectory() as folder:
            frames = frames_of(pictures(size_wh, fps, Path(folder)), fps, asked.seconds)
        before, with_checks, after = (cpu_s(frames, checks=each) for each in (False, True, False))
        share = (with_checks - (before + after) / 2) / asked.seconds
        print(f"{size_wh[0]}×{size_wh[1]} at {fps:g} fps: {100 * share:.2f} % of a core")
    return 0


if __name__ == "__main__":
    sys.exit(main())
