"""How well are events found? Rules over annotated footage, held against what happened.

    events.py [--shared DIR] [--detect-every S]

Lines: `campus.avi` with the five lines of `events/campus.lines.tsv`; what happened is computed from the reference boxes
as that file says: a foot point crosses the segment, with 4 px of hysteresis. Found: within 1 s, the same way. Too many:
what is left, as a share of what happened. Once as it is, once with every second frame dropped.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from clips import shared_folder

from passerby.config.rule import LineRule
from passerby.engine import observe
from passerby.engine.observe import DETECT_EVERY_S
from passerby.events import Watcher
from passerby.media.events import Event
from passerby.rules.events.geometry import segments_meet, signed_distance

SIZE_WH, FPS = (768, 576), 10
HYSTERESIS_PX = 4
TOLERANCE_S = 1.0

Px = tuple[float, float]


@dataclass(frozen=True)
class Result:
    """happened: crossings in the reference. missed, too_many: their times in seconds, with the way."""

    happened: int
    missed: list[tuple[float, str]]
    too_many: list[tuple[float, str]]


def lines_of(table: Path) -> list[tuple[Px, Px]]:
    """The lines of the table, in pixels."""
    lines = []
    for row in table.read_text(encoding="utf-8").splitlines()[1:]:
        a, b = row.split("\t")[0].split("-")
        lines.append((_px(a), _px(b)))
    return lines


def _px(text: str) -> Px:
    x, y = text.split(",")
    return float(x), float(y)


def feet_of(boxes: Path) -> dict[int, list[tuple[float, Px]]]:
    """By id, the foot point of each reference box with its time."""
    feet = defaultdict(list)
    for row in boxes.read_text(encoding="utf-8").splitlines():
        frame, key, left, top, width, height = (float(value) for value in row.split(",")[:6])
        feet[int(key)].append(((frame - 1) / FPS, (left + width / 2, top + height)))
    return {key: sorted(steps) for key, steps in feet.items()}


def crossings(feet: dict[int, list[tuple[float, Px]]], line: tuple[Px, Px]) -> list[tuple[float, str]]:
    """What happened at a line: when, and which way."""
    happened = []
    for steps in feet.values():
        before: tuple[str, Px] | None = None
        for time_s, foot in steps:
            distance = signed_distance(foot, *line)
            if abs(distance) <= HYSTERESIS_PX:
                continue
            side = "right" if distance > 0 else "left"
            if before and before[0] != side and segments_meet(before[1], foot, *line):
                happened.append((time_s, side))
            before = side, foot
    return sorted(happened)


def compare(happened: list[tuple[float, str]], found: list[tuple[float, str]]) -> Result:
    rest, missed = list(found), []
    for time_s, way in happened:
        near = [each for each in rest if each[1] == way and abs(each[0] - time_s) <= TOLERANCE_S]
        if near:
            rest.remove(min(near, key=lambda each: abs(each[0] - time_s)))
        else:
            missed.append((time_s, way))
    return Result(len(happened), missed, rest)


def events_in(clip: Path, lines: list[tuple[Px, Px]], detect_every_s: float) -> list[Event]:
    width, height = SIZE_WH
    rules = [
        LineRule(name=str(n), kind="line", line=((a[0] / width, a[1] / height), (b[0] / width, b[1] / height)))
        for n, (a, b) in enumerate(lines)
    ]
    watcher, found = Watcher(rules), []
    observe(clip, lambda view: found.extend(watcher.note(view)), detect_every_s=detect_every_s)
    return [*found, *watcher.end()]


def halved(source: Path, output: Path) -> Path:
    """The clip with every second frame, at its old times."""
    with av.open(str(source)) as clip, av.open(str(output), "w") as file:
        stream = file.add_stream("libx264", rate=FPS // 2, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = *SIZE_WH, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for n, frame in enumerate(clip.decode(video=0)):
            if n % 2 == 0:
                kept = frame.reformat(format="yuv420p")
                kept.pts, kept.time_base = n, Fraction(1, FPS)
                file.mux(stream.encode(kept))
        file.mux(stream.encode())
    return output


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shared", type=Path, default=shared_folder())
    options.add_argument("--detect-every", type=float, default=DETECT_EVERY_S)
    chosen = options.parse_args()
    footage = chosen.shared / "footage"
    table, boxes = footage / "events" / "campus.lines.tsv", footage / "campus.people.txt"
    if not table.is_file():
        sys.exit(f"no footage in '{footage}': set PASSERBY_SHARED to the folder that holds it")
    lines, feet = lines_of(table), feet_of(boxes)
    print("| lines | happened | found | too many | missed at | too many at |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        clips = {"campus": footage / "campus.avi"}
        clips["campus, every second frame"] = halved(clips["campus"], Path(work) / "half.mp4")
        for name, clip in clips.items():
            events = events_in(clip, lines, chosen.detect_every)
            results = []
            for n, line in enumerate(lines):
                found = [(event.start_s, str(event.way)) for event in events if event.rule == str(n)]
                results.append(compare(crossings(feet, line), found))
                print(_row(f"{name}, {line[0]} to {line[1]}", [results[-1]]))
            print(_row(f"**{name}**", results, places=False))


def _row(name: str, results: list[Result], *, places: bool = True) -> str:
    happened = sum(result.happened for result in results)
    missed = [each for result in results for each in result.missed]
    too_many = [each for result in results for each in result.too_many]
    found = f"{happened - len(missed)} ({1 - len(missed) / happened:.1%})".replace("%", " %")
    share = f"{len(too_many)} ({len(too_many) / happened:.1%})".replace("%", " %")
    where = [
        ", ".join(f"{time_s:.1f} s {way}" for time_s, way in times) if places else "" for times in (missed, too_many)
    ]
    return f"| {name} | {happened} | {found} | {share} | {where[0]} | {where[1]} |"


if __name__ == "__main__":
    main()
