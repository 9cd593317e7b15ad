"""Lists where a redacted video still shows somebody, so that a human can look: is it a miss, or is the box wrong?

    misses.py SOURCE REDACTED [BOXES] [--shared DIR]

Frames count from 1, boxes are left,top,right,bottom in picture pixels. The rule is that of exposed.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from clips import ClipMissing, shared_folder
from study_sizes import MIN_CONFIDENCE, MIN_HEIGHT_PX, load_measure


@dataclass(frozen=True, slots=True)
class Miss:
    """One person in one frame who is still there. xywh: the reference box."""

    frame: int
    person: int
    xywh: tuple[float, float, float, float]
    head: bool
    body: bool

    def words(self) -> str:
        x, y, w, h = self.xywh
        what = " and ".join(part for part, shows in (("head", self.head), ("body", self.body)) if shows)
        return f"{what} at {x:.0f},{y:.0f},{x + w:.0f},{y + h:.0f}"


def find_misses(measure: Any, source: Path, redacted: Path, boxes: Path) -> Iterator[Miss]:
    """Every person-frame that is exposed, in order of frames."""
    people = measure.read_boxes(str(boxes), MIN_CONFIDENCE, MIN_HEIGHT_PX)
    pictures = zip(measure.luma(str(source)), measure.luma(str(redacted)), strict=False)
    for frame, (before, after) in enumerate(pictures, 1):
        for person, *xywh in people.get(frame, []):
            head, body = (
                measure.exposed(measure.patch(before, *xywh, *part), measure.patch(after, *xywh, *part))
                for part in ((0.28, 0.72, 0, 0.15), (0.2, 0.8, 0, 0.6))
            )
            if head or body:
                yield Miss(frame, person, tuple(xywh), head, body)


def runs_of(misses: list[Miss]) -> Iterator[list[Miss]]:
    """Misses of one person in frames that follow each other (frames without reference boxes may lie between)."""
    for _, of_one in groupby(sorted(misses, key=lambda m: (m.person, m.frame)), key=lambda m: m.person):
        run: list[Miss] = []
        for miss in of_one:
            if run and miss.frame - run[-1].frame > 3:
                yield run
                run = []
            run.append(miss)
        yield run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("redacted", type=Path)
    parser.add_argument("boxes", type=Path, nargs="?", help="default: SOURCE with .people.txt")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder with the measures")
    asked = parser.parse_args()
    try:
        measure = load_measure(asked.shared)
    except ClipMissing as error:
        print(error, file=sys.stderr)
        return 1
    boxes = asked.boxes or asked.source.with_suffix(".people.txt")
    for run in sorted(runs_of(list(find_misses(measure, asked.source, asked.redacted, boxes))), key=lambda r: -len(r)):
        print(f"person {run[0].person}, frames {run[0].frame} to {run[-1].frame} ({len(run)}): first {run[0].words()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
