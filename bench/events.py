"""How well are events found? Rules over annotated footage, held against what happened.

    events.py [--only lines|falls|vehicles|objects|heads] [--shared DIR] [--detect-every S]

Lines: `campus.avi` with the five lines of `events/campus.lines.tsv`; what happened is computed from the reference boxes
as that file says: a foot point crosses the segment, with 4 px of hysteresis. Found: within 1 s, the same way. Too many:
what is left, as a share of what happened. Once as it is, once with every second frame dropped.

Falls and lying: the clips of `events/falls` and `events/fall-timed`, and clips in which nobody falls. Each once in the
mode that the measurement of the camera chooses, and once in cover mode; the confusion of each rule, with the clips
where it errs.

Things that are left or removed: see `events_objects.py`.

Vehicles: `events/carriageways.mp4`, forwards and backwards, with the cars and rules of `carriageways.py`.
Heads: the stills of `events/density`, with their heads in `heads.tsv`. Counted: everybody whom `passerby events STILL`
finds in the whole picture. The error of a still is a share of its heads.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import carriageways
from clips import shared_folder
from events_objects import object_rows

from passerby.config.rule import FallRule, LineRule, LyingRule, Rule, ZoneRule
from passerby.engine import Detectors, observe, observe_still
from passerby.engine.observe import DETECT_EVERY_S
from passerby.events import Watcher, standing
from passerby.media.events import Event, EventKind
from passerby.rules.events.geometry import segments_meet, signed_distance
from passerby.settings import Settings

SIZE_WH, FPS = (768, 576), 10
HYSTERESIS_PX = 4
TOLERANCE_S = 1.0
FALLS = range(1, 6)  # activities of events/falls, see SOURCES.md
LIES_DOWN = 11
NOBODY_FALLS = ("campus.avi", "square.mp4", "corridor.mp4", "parking.mp4")

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
    return applied(clip, rules, detect_every_s)


def applied(clip: Path, rules: Sequence[Rule], detect_every_s: float, settings: Settings | None = None) -> list[Event]:
    watcher, found = Watcher(rules), []
    observe(clip, lambda view: found.extend(watcher.note(view)), detect_every_s=detect_every_s, settings=settings)
    return [*found, *watcher.end()]


def postures_of(clip: Path) -> dict[EventKind, bool | None]:
    """Whether somebody falls in a clip, and lies. None: either is right."""
    activity = re.match(r"a(\d+)_", clip.name)
    if activity:
        falls = int(activity[1]) in FALLS
        return {EventKind.FALL: falls, EventKind.LYING: falls or (None if int(activity[1]) == LIES_DOWN else False)}
    timed = re.fullmatch(r"kuleuven_(\d+\.\d+)", clip.stem)
    falls = timed is not None and float(timed[1]) <= 24 <= float(timed[1]) + 10
    return {EventKind.FALL: falls, EventKind.LYING: falls}


def measure_falls(footage: Path, detect_every_s: float) -> None:
    events = footage / "events"
    clips = sorted([*(events / "falls").glob("*.mp4"), *(events / "fall-timed").glob("*.mp4")])
    clips += [footage / name for name in NOBODY_FALLS]
    rules = (FallRule(name="fall", kind="fall"), LyingRule(name="lying", kind="lying"))
    print("\n| rule, mode | it happens | found | it does not | found for nothing | missed in | for nothing in |")
    print("|---|---|---|---|---|---|---|")
    for mode in ("auto", "cover"):
        kinds = [{event.kind for event in applied(clip, rules, detect_every_s, Settings(mode=mode))} for clip in clips]
        for kind in (EventKind.FALL, EventKind.LYING):
            truths = [
                (clip.stem, postures_of(clip)[kind], kind in found) for clip, found in zip(clips, kinds, strict=True)
            ]
            missed = [name for name, is_so, is_found in truths if is_so and not is_found]
            extra = [name for name, is_so, is_found in truths if is_so is False and is_found]
            so, not_so = (sum(is_so is wanted for _, is_so, _ in truths) for wanted in (True, False))
            cells = (f"{kind}, {mode}", so, so - len(missed), not_so, len(extra), ", ".join(missed), ", ".join(extra))
            print("| " + " | ".join(map(str, cells)) + " |")


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


def measure_vehicles(clip: Path, detect_every_s: float) -> None:
    """Prints wrong ways and crossings of the cars on both carriageways, forwards and backwards."""
    print("\n| vehicles | go the wrong way | found | events | cross a line | found | too many |\n|" + "---|" * 7)
    with tempfile.TemporaryDirectory() as work:
        back = carriageways.played_backwards(clip, Path(work) / "back.mp4")
        for name, each, is_back in (("forwards", clip, False), ("backwards", back, True)):
            drive = carriageways.drive(each, detect_every_s, backwards=is_back)
            results = []
            for rule in ("line towards", "line away"):
                crossed = carriageways.lines_crossed(backwards=is_back)
                found = [(event.start_s, str(event.way)) for event in drive.events if event.rule == rule]
                results.append(compare(sorted((at_s, way) for line, at_s, way in crossed if line == rule), found))
            wrong = [event for event in drive.events if event.kind is EventKind.WRONG_WAY and event.end_s is not None]
            peaks = ", ".join(f"{event.rule}: {event.count} at once" for event in wrong) or "none"
            happened, missed = (sum(n) for n in zip(*((r.happened, len(r.missed)) for r in results), strict=True))
            too_many = sum(len(result.too_many) for result in results)
            against = len(carriageways.CARS) if is_back else 0
            cells = (name, against, len(drive.wrong), peaks, happened, happened - missed, too_many)
            print("| " + " | ".join(map(str, cells)) + " |")


def heads_in(table: Path) -> list[tuple[str, int, int]]:
    """Each still with its heads, and how many people are counted in it."""
    everywhere = ZoneRule(name="all", kind="zone", zone=((0, 0), (1, 0), (1, 1), (0, 1)))
    detectors, stills = Detectors(), []
    for row in table.read_text(encoding="utf-8").splitlines()[1:]:
        name, heads = row.split("\t")[:2]
        (found,) = standing([everywhere], observe_still(table.parent / name, detectors))
        stills.append((name, int(heads), found.count or 0))
    return stills


def measure_heads(table: Path) -> None:
    print("| still | heads | counted | error |\n|---|---|---|---|")
    errors = []
    for name, heads, counted in heads_in(table):
        errors.append(abs(counted - heads) / heads)
        print(f"| {name} | {heads} | {counted} | {100 * errors[-1]:.0f} % |")
    print(f"| **mean of {len(errors)}** | | | {100 * sum(errors) / len(errors):.1f} % |")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", choices=["lines", "falls", "vehicles", "objects", "heads"])
    options.add_argument("--shared", type=Path, default=shared_folder())
    options.add_argument("--detect-every", type=float, default=DETECT_EVERY_S)
    chosen = options.parse_args()
    footage = chosen.shared / "footage"
    table, boxes = footage / "events" / "campus.lines.tsv", footage / "campus.people.txt"
    if not table.is_file():
        sys.exit(f"no footage in '{footage}': set PASSERBY_SHARED to the folder that holds it")
    if chosen.only in (None, "lines"):
        measure_lines(footage, table, boxes, chosen.detect_every)
    if chosen.only in (None, "falls"):
        measure_falls(footage, chosen.detect_every)
    if chosen.only in (None, "objects"):
        for row in object_rows(footage, chosen.detect_every):
            print(row, flush=True)
    if chosen.only in (None, "vehicles"):
        measure_vehicles(footage / "events" / "carriageways.mp4", chosen.detect_every)
    if chosen.only in (None, "heads"):
        measure_heads(footage / "events" / "density" / "heads.tsv")


def measure_lines(footage: Path, table: Path, boxes: Path, detect_every_s: float) -> None:
    lines, feet = lines_of(table), feet_of(boxes)
    print("| lines | happened | found | too many | missed at | too many at |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        clips = {"campus": footage / "campus.avi"}
        clips["campus, every second frame"] = halved(clips["campus"], Path(work) / "half.mp4")
        for name, clip in clips.items():
            events = events_in(clip, lines, detect_every_s)
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
