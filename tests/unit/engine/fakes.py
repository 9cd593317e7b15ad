"""Frames at chosen times, and a scripted detector: what the engine does with it is tested here."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

import av
import numpy as np

from passerby.detect import Detector
from passerby.engine.passes import Pass, Passes
from passerby.media import Detections, Kind, RawFrame
from passerby.media.frames import plane_views
from passerby.testing.pictures import scene_frame

MILLISECONDS = Fraction(1, 1000)
SIZE_WH = (160, 96)


def frame_at(time_s: float, index: int, *, damaged: bool = False, scene: int = 1) -> RawFrame:
    return replace(_scene(index, scene), index=index, pts=round(time_s * 1000), time_base=MILLISECONDS, damaged=damaged)


@functools.cache
def _scene(index: int, scene: int) -> RawFrame:
    return scene_frame(*SIZE_WH, "yuv420p", index, scene=scene)


def with_square(frame: RawFrame, left: int, side: int = 16) -> RawFrame:
    """The frame with something that is plain to see."""
    like, picture = frame.picture, av.VideoFrame(frame.width, frame.height, frame.picture.format.name)
    for made, plane in zip(plane_views(picture), plane_views(like), strict=True):
        made[:] = plane
    plane_views(picture)[0][32 : 32 + side, left : left + side] = 255
    return replace(frame, picture=picture)


def people(*boxes: tuple[float, float, float, float], score: float = 0.9) -> Detections:
    count = len(boxes)
    xyxy = np.array(boxes, np.float32).reshape(count, 4)
    return Detections(xyxy, np.full(count, score, np.float32), np.full(count, Kind.PERSON, np.int32))


@dataclass
class Scripted:
    """Stands for a detector: answers by frame, and remembers the times at which it was asked."""

    answer: Callable[[RawFrame], Detections]

    def __post_init__(self) -> None:
        self.asked_s: list[float] = []
        self.released: list[tuple[int, int]] = []

    def input_size(self, region_wh: tuple[float, float], long_side_px: int) -> tuple[int, int]:
        return long_side_px, long_side_px

    def release(self, size_wh: tuple[int, int]) -> None:
        self.released.append(size_wh)

    def detect(self, frame: RawFrame, size_wh: tuple[int, int], score: float) -> Detections:
        self.asked_s.append(round(frame.time_s, 3))
        return self.answer(frame)


def passes_of(*scripts: Scripted, every_s: Sequence[float] = (0.2, 0.4)) -> Passes:
    return Passes([Pass(cast(Detector, each), 416, every, 0.1) for each, every in zip(scripts, every_s, strict=False)])
