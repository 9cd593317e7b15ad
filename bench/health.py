"""How well a camera's health is judged, and what the checks cost.

    python bench/health.py [--hours 8] [--load idle] [--jobs 2] [--footage FOLDER]
    python bench/health.py --cost [--seconds 60]

Hours of drawn cameras and the whole of some real footage are played on a fast clock, first as on an idle machine, then
as on one that is too slow: a third of the pictures and some seconds are left out, and every processor is kept busy.
What is wrong when is known; it prints what was found, missed, found late, and reported falsely.

The cost is CPU time for one camera, as a share of one core. The pictures are drawn before; only measuring and judging
are counted. Before and after, the same number of pictures is gone through without them, and that is taken off.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from passerby.background import SmallPicture, learn, shrink, small_size
from passerby.background.claims import Sample
from passerby.capture.drawn import draw_street
from passerby.engine.health.gauge import Gauge
from passerby.media import Detections, RawFrame
from passerby.media.health import Flow
from passerby.media.segments import TICKS_PER_S
from passerby.rules.health.checks import Health

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # what the tests share
from passerby.capture.drawn.cameras import CAMERAS, DrawnCamera, Wrong
from passerby.capture.drawn.scenes import CAR_PARK, PLATFORM, STREET, YARD
from passerby.media.frames import plane_views
from tests.drawn_health import Count, coded, findings_of, frames, judge, learned, overloaded
from tests.health import clip, established

DRAWN: dict[str, tuple[DrawnCamera, int | None]] = {
    **{f"{name}, nothing wrong": (CAMERAS[name], None) for name in ("street", "square", "platform", "car-park")},
    "platform, nothing wrong, coded": (CAMERAS["platform"], 32),
    "freezes": (CAMERAS["freezes"], None),
    "freezes, noise left out": (DrawnCamera(PLATFORM, 5, "freezes", 35, 70, 100), 32),
    "loops": (CAMERAS["loops"], None),
    "loops, coded again": (CAMERAS["loops"], 26),
    "covered": (CAMERAS["covered"], None),
    "turned": (DrawnCamera(CAR_PARK, 8, "turned", 40, 110, 150), None),
    "lamps off": (DrawnCamera(STREET, 9, "dark", 30, 60, 100), None),
    "one lamp off": (DrawnCamera(YARD, 10, "dimmed", 30, 60, 100), None),
}
"""Each with the crf of the encoder that it comes through, if any."""
TAMPERED = [Wrong("covered", 1936 / 30, 1988 / 30), Wrong("turned", 2001 / 30, 2975 / 30)]
FOOTAGE: dict[str, list[Wrong]] = {
    "campus.avi": [], "corridor.mp4": [], "cars.mp4": [], "square.mp4": [], "events/carriageways.mp4": [],
    "events/left-bag.avi": [], "tamper.mp4": TAMPERED,
}  # fmt: skip
CLEAN_FRAMES = 1900  # of tamper.mp4, see SOURCES.md there; the others have fewer

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


def play_drawn(name: str, seconds: float, is_overloaded: bool) -> Count:
    """One drawn camera for so long."""
    camera, crf = DRAWN[name]
    some = frames(camera, seconds) if crf is None else coded(camera, seconds, crf)
    findings = findings_of(overloaded(some) if is_overloaded else some, learned(camera.scene), is_coded=crf is not None)
    return judge(camera.wrongs(seconds), findings, seconds)


def play_footage(name: str, folder: Path, is_overloaded: bool) -> Count:
    """One real clip in its whole length, with what its first part shows as the reference, and without one."""
    total = Count()
    few = list(itertools.islice(clip(folder / name), 0, CLEAN_FRAMES, 40))
    background = established([np.asarray(plane_views(each.picture)[0]) for each in few])
    for reference in (background, None) if not FOOTAGE[name] else (background,):
        some = clip(folder / name)
        findings = findings_of(overloaded(some) if is_overloaded else some, reference, is_coded=True)
        total += judge(FOOTAGE[name], findings, float("inf"))
    return total


def _play(task: tuple[str, float, Path, bool]) -> tuple[str, Count]:
    name, seconds, folder, is_overloaded = task
    cv2.setNumThreads(1)
    if name in DRAWN:
        return name, play_drawn(name, seconds, is_overloaded)
    return name, play_footage(name, folder, is_overloaded)


def _be_busy() -> None:
    while True:
        sum(range(10_000))


def play(hours: float, jobs: int, folder: Path, loads: tuple[bool, ...]) -> int:
    """Prints a row for each camera; how many were missed, late, or false."""
    wrong = 0
    seconds = hours * 3600 / len(DRAWN)
    names = [*(DRAWN if hours else ()), *(name for name in FOOTAGE if (folder / name).exists())]
    for is_overloaded in loads:
        busy = [multiprocessing.Process(target=_be_busy, daemon=True) for _ in range(os.cpu_count() or 1)]
        for each in busy if is_overloaded else []:
            each.start()
        print(f"\n{'too slow, and busy' if is_overloaded else 'idle'}: {hours:g} hours drawn", flush=True)
        print("| | found | missed | late | false | slowest |\n|---|---|---|---|---|---|", flush=True)
        with multiprocessing.Pool(jobs) as pool:
            for name, count in pool.imap(_play, [(name, seconds, folder, is_overloaded) for name in names]):
                wrong += count.missed + count.late + len(count.false)
                row = f"{count.found} | {count.missed} | {count.late} | {len(count.false)} | {count.slowest_s:.1f} s"
                print(f"| {name} | {row} |{' ' if count.false else ''}{'; '.join(count.false)}", flush=True)
        for each in busy if is_overloaded else []:
            each.kill()
    return wrong


def cost(seconds: float) -> None:
    """Prints what the checks cost."""
    cv2.setNumThreads(1)  # as in a worker
    for size_wh, fps in CASES:
        with tempfile.TemporaryDirectory() as folder:
            some = frames_of(pictures(size_wh, fps, Path(folder)), fps, seconds)
        before, with_checks, after = (cpu_s(some, checks=each) for each in (False, True, False))
        share = (with_checks - (before + after) / 2) / seconds
        print(f"{size_wh[0]}×{size_wh[1]} at {fps:g} fps: {100 * share:.2f} % of a core")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", action="store_true", help="only what the checks cost")
    parser.add_argument("--seconds", type=float, default=60.0, help="of pictures, each case of the cost")
    parser.add_argument("--hours", type=float, default=8.0, help="of drawn time, all cameras together")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    shared = Path(os.environ.get("PASSERBY_SHARED", "../shared"))
    parser.add_argument("--footage", type=Path, default=shared / "footage", help="left out where it is not there")
    parser.add_argument("--load", choices=("idle", "busy", "both"), default="both")
    asked = parser.parse_args()
    if asked.cost:
        cost(asked.seconds)
        return 0
    loads = {"idle": (False,), "busy": (True,), "both": (False, True)}[asked.load]
    return 1 if play(asked.hours, asked.jobs, asked.footage, loads) else 0


if __name__ == "__main__":
    sys.exit(main())
