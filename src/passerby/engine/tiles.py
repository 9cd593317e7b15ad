"""Lays out a picture at several scales in inputs of one size; small scales share one. Handles pixels only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect.runtime import Bgr, InputSpec
from passerby.media import Detections

MAX_SCALED_PX = 3200  # longer side of the picture at its largest scale: takes seconds for 1920×1080
MIN_SCALED_PX = 320
STEP = 1.75  # between scales; each finds people over a wider range than that
OVERLAP_PX = 160
SIDE_PX = 800  # of an input; with 992 px, heads on campus.avi were shown that are not shown with this
EDGE_PX, BEYOND = 32, (114, 114, 114)
"""Border pixels are repeated for this far beyond the picture, so that people cut off by it are found; then it is
grey."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the picture at one scale. xyxy: picture pixels. wh, at: its size and position in the input."""

    xyxy: tuple[int, int, int, int]
    scale: float
    wh: tuple[int, int]
    at: tuple[int, int] = (0, 0)
    is_largest: bool = False
    is_smallest: bool = False

    def holds(self, found: Detections) -> npt.NDArray[np.bool_]:
        """The detections whose centre is inside. Boxes in pixels of the input."""
        middles = (found.xyxy[:, :2] + found.xyxy[:, 2:]) / 2 - self.at
        inside = (middles >= -EDGE_PX) & (middles < np.array(self.wh) + EDGE_PX)
        return np.asarray(inside.all(axis=1), np.bool_)

    def to_picture(self, found: Detections) -> Detections:
        """Converts from pixels of the input. Boxes that reach into another part are cut at the edge of this one."""
        boxes = found.xyxy - np.array(self.at * 2, np.float32)
        boxes = np.clip(boxes, -EDGE_PX, np.array(self.wh * 2, np.float32) + EDGE_PX) / np.float32(self.scale)
        boxes += np.array(self.xyxy[:2] * 2, np.float32)
        return Detections(boxes.astype(np.float32), found.confidence, found.class_id)


@dataclass(frozen=True, slots=True)
class Tile:
    """What a network sees in one run: one part of the picture, or several that fit side by side."""

    parts: tuple[Part, ...]
    input_wh: tuple[int, int]

    def cut(self, picture: Bgr) -> Bgr:
        """An input with the parts in their places."""
        whole = np.full((self.input_wh[1], self.input_wh[0], 3), BEYOND, np.uint8)
        for part in self.parts:
            (x0, y0, x1, y1), (left, top) = part.xyxy, part.at
            how = cv2.INTER_CUBIC if part.scale > 1 else cv2.INTER_AREA
            resized = cv2.resize(picture[y0:y1, x0:x1], part.wh, interpolation=how)
            right = min(EDGE_PX, self.input_wh[0] - left - part.wh[0])
            below = min(EDGE_PX, self.input_wh[1] - top - part.wh[1])
            with_edge = cv2.copyMakeBorder(resized, 0, below, 0, right, cv2.BORDER_REPLICATE)
            whole[top : top + with_edge.shape[0], left : left + with_edge.shape[1]] = with_edge
        return whole


def tiles_of(picture_wh: tuple[int, int], spec: InputSpec, max_enlarged: float) -> list[Tile]:
    """All scales of a picture, the largest at most `max_enlarged` times its size. Unless the network fixes its input,
    inputs are square, and all of one size because each size has to be compiled."""
    side_px = max(1, SIDE_PX // spec.multiple) * spec.multiple
    return list(_laid_out(picture_wh, spec.size_wh or (side_px, side_px), max_enlarged))


def _laid_out(picture_wh: tuple[int, int], input_wh: tuple[int, int], max_enlarged: float) -> Iterator[Tile]:
    """Cuts scales that are larger than an input into tiles; smaller ones share an input while there is room."""
    sheet = _Sheet(input_wh)
    for part in _scales(picture_wh, max_enlarged):
        if part.wh[0] <= input_wh[0] and part.wh[1] <= input_wh[1]:
            if not sheet.put(part):
                yield sheet.tile
                sheet = _Sheet(input_wh)
                sheet.put(part)
            continue
        for top in _starts(part.wh[1], input_wh[1]):
            for left in _starts(part.wh[0], input_wh[0]):
                yield Tile((_cut(part, (left, top), input_wh),), input_wh)
    yield sheet.tile


def _scales(picture_wh: tuple[int, int], max_enlarged: float) -> Iterator[Part]:
    """The whole picture at each scale, largest first."""
    width, height = picture_wh
    largest = scale = min(max_enlarged, MAX_SCALED_PX / max(picture_wh))
    is_smallest = False
    while not is_smallest:
        is_smallest = scale * max(picture_wh) / STEP < MIN_SCALED_PX
        wh = max(1, round(width * scale)), max(1, round(height * scale))
        yield Part((0, 0, width, height), scale, wh, (0, 0), scale == largest, is_smallest)
        scale /= STEP


def _cut(whole: Part, start: tuple[int, int], input_wh: tuple[int, int]) -> Part:
    """The part of a scaled picture in the input that begins at `start`."""
    spans = [_span(whole, axis, start[axis], input_wh[axis]) for axis in (0, 1)]
    (x0, x1), (y0, y1) = spans
    wh = [min(input_wh[axis], max(1, round((end - begin) * whole.scale))) for axis, (begin, end) in enumerate(spans)]
    return replace(whole, xyxy=(x0, y0, x1, y1), wh=(wh[0], wh[1]))


def _span(whole: Part, axis: int, start: int, length: int) -> tuple[int, int]:
    """Start and end in the picture along one axis. The last input takes what rounding left over."""
    side = whole.xyxy[axis + 2]
    is_last = start + length >= whole.wh[axis]
    return int(start / whole.scale), side if is_last else min(side, -int(-(start + length) // whole.scale))


def _starts(length: int, tile: int) -> list[int]:
    """Where tiles begin, so that they overlap by more than the size of what they are searched for."""
    if length <= tile:
        return [0]
    overlap = min(OVERLAP_PX, tile // 3)
    count = -(-(length - overlap) // (tile - overlap))
    return [round(n * (length - tile) / (count - 1)) for n in range(count)]


@dataclass(slots=True)
class _Sheet:
    """An input being filled. free: left, top, right, bottom of the empty areas."""

    input_wh: tuple[int, int]
    parts: list[Part] = field(default_factory=list)
    free: list[tuple[int, int, int, int]] | None = None

    @property
    def tile(self) -> Tile:
        return Tile(tuple(self.parts), self.input_wh)

    def put(self, part: Part) -> bool:
        """Puts the part in; returns whether there was room for it and a gap to the next."""
        free = [(0, 0, *self.input_wh)] if self.free is None else self.free
        width, height = part.wh
        for number, (left, top, right, bottom) in enumerate(free):
            if width > right - left or height > bottom - top:
                continue
            beside, below = left + width + 2 * EDGE_PX, top + height + 2 * EDGE_PX
            rest = [(beside, top, right, min(below, bottom)), (left, below, right, bottom)]
            self.free = [*free[:number], *(r for r in rest if r[0] < r[2] and r[1] < r[3]), *free[number + 1 :]]
            self.parts.append(replace(part, at=(left, top)))
            return True
        return False
