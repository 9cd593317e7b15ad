"""Whether anything is noticed where nothing happens: hours of drawn scenes, and every rule that they leave quiet.

    events_quiet.py [--hours 8] [--only SCENE]

People walk, wait and stand about, cars park and drive off; nobody falls, leaves a thing, goes the wrong way or climbs
into the closed yard. The hours are divided among the scenes. Each is encoded at 5 frames per second with a sensor's
noise, and observed as `passerby events` observes a file. Each line says what was noticed, and when.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av

from passerby.capture.drawn.cameras import FPS, DrawnCamera
from passerby.capture.drawn.incidents import YARD_AT_NIGHT
from passerby.capture.drawn.scenes import CAR_PARK, PLATFORM, SIZE_WH, STREET, YARD
from passerby.config.rule import Rule, read_rules
from passerby.engine import observe
from passerby.events import Watcher, needs_changes, needs_vehicles
from passerby.media.events import Event

ALWAYS = """
[[rule]]
name = "fall"
kind = "fall"

[[rule]]
name = "lying"
kind = "lying"

[[rule]]
name = "left object"
kind = "left-object"

[[rule]]
name = "removed object"
kind = "removed-object"

[[rule]]
name = "crowd"
kind = "crowd"
zone = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
limit = 12
"""
CARS = """
[[rule]]
name = "footpath"
kind = "zone"
objects = "vehicles"
zone = [[0.0, 0.83], [1.0, 0.83], [1.0, 1.0], [0.0, 1.0]]

[[rule]]
name = "wrong way"
kind = "wrong-way"
objects = "vehicles"
zone = [[0.0, 0.55], [1.0, 0.55], [1.0, 0.78], [0.0, 0.78]]
arrow = [[0.3, 0.66], [0.7, 0.66]]

[[rule]]
name = "stopped"
kind = "stopped"
objects = "vehicles"
zone = [[0.0, 0.55], [1.0, 0.55], [1.0, 0.78], [0.0, 0.78]]
"""
CLOSED = """
[[rule]]
name = "closed"
kind = "zone"
zone = [[0.0, 0.46], [1.0, 0.46], [1.0, 1.0], [0.0, 1.0]]

[[rule]]
name = "loitering"
kind = "loitering"
zone = [[0.0, 0.46], [1.0, 0.46], [1.0, 1.0], [0.0, 1.0]]
"""
SCENES = {
    "street": (DrawnCamera(STREET, 1), ALWAYS),
    "yard": (DrawnCamera(YARD, 2), ALWAYS),
    "platform": (DrawnCamera(PLATFORM, 3), ALWAYS),
    "car park": (DrawnCamera(CAR_PARK, 4), ALWAYS + CARS),
    "closed yard at night": (DrawnCamera(replace(YARD_AT_NIGHT, courses=()), 8), ALWAYS + CLOSED),
}


def rules_of(text: str, folder: Path) -> tuple[Rule, ...]:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    return read_rules(file)


def events_of(camera: DrawnCamera, text: str, hours: float) -> tuple[int, int, list[Event]]:
    """Frames, those of which nothing is known, and what was noticed in them."""
    found = list[Event]()
    with tempfile.TemporaryDirectory() as work:
        clip, rules = Path(work) / "clip.mkv", rules_of(text, Path(work))
        watcher = Watcher(rules)
        encode(camera, round(hours * 3600 * FPS), clip)
        observed = observe(
            clip,
            lambda view: found.extend(watcher.note(view)),
            wants_changes=needs_changes(rules),
            wants_vehicles=needs_vehicles(rules),
        )
    found.extend(watcher.end())
    over = sorted((event for event in found if event.end_s is not None), key=lambda event: event.start_s)
    return observed.frames, observed.whole, over


def encode(camera: DrawnCamera, count: int, clip: Path) -> None:
    with av.open(clip, "w") as out:
        stream = out.add_stream("libx264", FPS, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt, stream.time_base = "yuv420p", Fraction(1, FPS)
        for frame in (camera.frame(number) for number in range(count)):
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def lines(hours: float, only: str | None) -> Iterator[str]:
    scenes = {name: scene for name, scene in SCENES.items() if only in (None, name)}
    yield "| scene | hours | frames, unknown | rules | events |\n|---|---|---|---|---|"
    for name, (camera, rules) in scenes.items():
        share = hours / len(scenes)
        frames, unknown, found = events_of(camera, rules, share)
        what = ", ".join(f"{event.rule} at {event.start_s:.0f} s" for event in found) or "none"
        yield f"| {name} | {share:.2g} | {frames}, {unknown} | {rules.count('[[rule]]')} | {what} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=float, default=8.0, help="of drawn time, all scenes together")
    options.add_argument("--only", choices=SCENES)
    chosen = options.parse_args()
    if not 0.01 <= chosen.hours <= 1000:
        sys.exit("--hours is a number from 0.01 to 1000")
    for line in lines(chosen.hours, chosen.only):
        print(line, flush=True)


if __name__ == "__main__":
    main()
