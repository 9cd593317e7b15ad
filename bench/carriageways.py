"""What happens on `events/carriageways.mp4`: the cars of the near half of the road, by eye, and the rules for it.

Boxes were set by hand at some frames, and are interpolated between them. A sixth car is in view for the last quarter of
a second only, and farther cars never come nearer than 34 px: both are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from passerby.config.rule import LineRule, WrongWayRule
from passerby.engine import observe
from passerby.events import Watcher
from passerby.media import InView, Track
from passerby.media.events import Event

FRAMES, FPS = 132, 30
SIZE_WH = (1280, 720)
NEAR_SHARE = 0.5  # of its own size: a track whose middle is this near to a car's box is of that car
LINE_Y = 0.75

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Car:
    """side: its carriageway. boxes: by frame number, played forwards."""

    side: str
    boxes: dict[int, Box]

    def at(self, frame: int) -> Box | None:
        known = sorted(self.boxes)
        if not known[0] <= frame <= known[-1]:
            return None
        left, top, right, bottom = (
            float(np.interp(frame, known, [self.boxes[each][side] for each in known])) for side in range(4)
        )
        return left, top, right, bottom

    def has(self, track: Track, frame: int) -> bool:
        """Whether a track is of this car."""
        box = self.at(frame)
        if box is None:
            return False
        x, y = (track.xyxy[0] + track.xyxy[2]) / 2, (track.xyxy[1] + track.xyxy[3]) / 2
        by_x, by_y = NEAR_SHARE * (box[2] - box[0]), NEAR_SHARE * (box[3] - box[1])
        return box[0] - by_x <= x <= box[2] + by_x and box[1] - by_y <= y <= box[3] + by_y

    def crosses_at(self) -> int:
        """The frame at which the lower edge of its box gets to the line."""
        frames = range(min(self.boxes), max(self.boxes) + 1)
        return min(frames, key=lambda frame: abs((self.at(frame) or (0, 0, 0, 0))[3] - LINE_Y * SIZE_WH[1]))


CARS = (
    Car("towards", {0: (526, 371, 575, 423), 9: (500, 410, 562, 462), 18: (454, 459, 542, 537),
                    27: (369, 534, 503, 681), 32: (280, 600, 440, 720)}),
    Car("towards", {0: (500, 330, 532, 363), 20: (460, 365, 500, 397), 30: (431, 386, 476, 424),
                    40: (386, 413, 449, 462), 52: (303, 480, 380, 538), 60: (206, 530, 310, 615),
                    64: (136, 564, 260, 650), 70: (10, 640, 155, 720)}),
    Car("towards", {26: (544, 300, 574, 332), 50: (511, 322, 547, 355), 64: (480, 342, 527, 379),
                    80: (438, 372, 490, 416), 90: (394, 405, 453, 455), 99: (333, 439, 415, 511),
                    108: (238, 498, 353, 596), 117: (55, 596, 235, 720)}),
    Car("away", {54: (1032, 668, 1208, 720), 60: (937, 543, 1095, 653), 63: (904, 520, 1025, 609),
                 72: (839, 440, 921, 508), 81: (800, 400, 862, 455), 90: (777, 368, 832, 410),
                 99: (761, 355, 803, 390), 108: (748, 338, 787, 367), 131: (728, 315, 757, 338)}),
)  # fmt: skip

RULES = (
    WrongWayRule(
        name="towards", kind="wrong-way", objects="vehicles",
        zone=((0, 1), (0, 0.82), (0.36, 0.5), (0.48, 0.5), (0.46, 1)), arrow=((0.42, 0.5), (0.2, 0.95)),
    ),
    WrongWayRule(
        name="away", kind="wrong-way", objects="vehicles",
        zone=((0.54, 0.5), (0.64, 0.5), (1, 0.9), (1, 1), (0.58, 1)), arrow=((0.8, 0.95), (0.6, 0.5)),
    ),
    LineRule(name="line towards", kind="line", objects="vehicles", line=((0.05, LINE_Y), (0.48, LINE_Y))),
    LineRule(name="line away", kind="line", objects="vehicles", line=((0.55, LINE_Y), (0.95, LINE_Y))),
)  # fmt: skip


@dataclass(frozen=True)
class Drive:
    """What was found. wrong: the cars that went the wrong way, each looked at alone. events: of all of them."""

    wrong: list[Car]
    events: list[Event]


def drive(clip: Path, detect_every_s: float, *, backwards: bool) -> Drive:
    """The rules applied to the clip, and to each car in it."""
    everybody, alone = Watcher(RULES), [(car, Watcher(RULES[:2])) for car in CARS]
    events, wrong = list[Event](), list[Car]()

    def note(view: InView) -> None:
        frame = FRAMES - 1 - view.index if backwards else view.index
        events.extend(everybody.note(view))
        for car, watcher in alone:
            of_it = replace(view, tracks=tuple(track for track in view.tracks if car.has(track, frame)))
            if watcher.note(of_it) and car not in wrong:
                wrong.append(car)

    observe(clip, note, detect_every_s=detect_every_s, wants_vehicles=True)
    return Drive(wrong, events + everybody.end())


def lines_crossed(*, backwards: bool) -> list[tuple[str, float, str]]:
    """The rule, the time and the way of each crossing that happens."""
    happened = []
    for car in CARS:
        frame = FRAMES - 1 - car.crosses_at() if backwards else car.crosses_at()
        comes_down = (car.side == "towards") is not backwards
        happened.append((f"line {car.side}", frame / FPS, "right" if comes_down else "left"))
    return happened


def played_backwards(source: Path, output: Path) -> Path:
    """The clip with its last frame first."""
    with av.open(str(source)) as clip:
        frames = list(clip.decode(video=0))[::-1]
    with av.open(str(output), "w") as file:
        stream = file.add_stream("libx264", rate=FPS, options={"crf": "16"})
        stream.width, stream.height, stream.pix_fmt = *SIZE_WH, "yuv420p"
        for n, frame in enumerate(frames):
            kept = frame.reformat(format="yuv420p")
            kept.pts, kept.time_base = n, Fraction(1, FPS)
            kept.pict_type = 0  # the encoder chooses, not the source
            file.mux(stream.encode(kept))
        file.mux(stream.encode())
    return output
