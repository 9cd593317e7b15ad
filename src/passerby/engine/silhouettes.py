"""Makes reveal mode's covers: one smooth shape per track, including what moves around it, and shapes for the rest.

Every moving pixel and every box of a track is inside one of them. Shapes grow at once and shrink slowly, so that a
stride, a hand or a noisy box does not show. What flickers in one place stays under one steady cover.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background import hull_of, joined, pieces_of
from passerby.engine.travelling_motion import TravellingMotion
from passerby.media import CoverBox, Kind, Track
from passerby.rules import hulls
from passerby.rules.coverage import MIN_PADDING_PX, Policy

Mask = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint16]

REACH_SHARE = 0.15  # of a box's size: movement this near to it, such as an arm or a bag, is drawn as part of it
REACH_PX = 4  # of the small picture, minimum: a far person's box has few pixels
MAX_ROUNDNESS = 1.4  # times the hull of a body and what moves beside it: a walker fills 3/4 of the box around it
MOVED_PADDING = 0.04, 0.075  # of its width and height, minimum: detected movement leaves out hair and soles
SHRINK_HALF_S = 0.1  # half of a shape's excess is gone after this; 0.3 hides a tenth more for nothing
SETTLED_PX = 0.5  # a shape this near to its final size takes it: what stays the same is painted only once
HOLD_S = 0.1  # how long a place stays hidden after movement that belongs to no track
RESTLESS_HOLD_S = 3.0  # the same for a restless place: leaves between two gusts
RESTLESS_AFTER = 4.0  # this many recent starts of movement make a place restless
CALM_HALF_S = 30.0  # half of those are forgotten after this


class Silhouettes:
    """Draws the covers of one source in reveal mode, frame by frame, in order."""

    def __init__(self, size_wh: tuple[int, int], small_wh: tuple[int, int]) -> None:
        self._scale = size_wh[0] / small_wh[0], size_wh[1] / small_wh[1]
        self._small_wh = small_wh
        self._shapes: dict[int, tuple[float, hulls.Reach]] = {}  # per track: when, and how far around its centre
        self._joined: tuple[Mask, Mask] | None = None
        self._loose = Loose(small_wh)
        self._travelling = TravellingMotion()

    def cover(
        self, moving: Mask, tracked: Sequence[tuple[Track, CoverBox]], time_s: float, policy: Policy
    ) -> tuple[CoverBox, ...]:
        """moving: (rows, columns) of the small picture, nonzero where something moves. tracked: with padded boxes."""
        if self._joined is None or self._joined[0] is not moving:
            self._joined = moving, joined(moving)
        moves = self._joined[1]
        shapes = self._tracked(moves, tracked, time_s, policy)
        owners = self._owners(shapes)
        unclaimed = np.asarray(cv2.bitwise_and(moves, owners), np.uint8)
        travelling = self._travelling.update(unclaimed, time_s)
        left = cv2.bitwise_and(self._loose.hold(unclaimed, time_s), owners)
        pieces = pieces_of(np.asarray(left, np.uint8))
        loose = _padded(np.array([self._pixels(piece) for piece in pieces]).reshape(-1, hulls.DIRECTIONS), policy)
        kinds = [Kind.MOTION] * len(pieces) + [box.kind for _, box in tracked]
        sways = [not _has_any(travelling, piece) for piece in pieces] + [False] * len(tracked)
        # What belongs to no track is drawn below the tracks.
        return _drawn(np.concatenate([loose, shapes]), kinds, sways)

    def _tracked(
        self, moves: Mask, tracked: Sequence[tuple[Track, CoverBox]], time_s: float, policy: Policy
    ) -> hulls.Reach:
        """The shape of each track: (n, DIRECTIONS)."""
        if not tracked:
            self._shapes = {}
            return np.empty((0, hulls.DIRECTIONS))
        boxes = np.array([box.xyxy for _, box in tracked])
        reach = hulls.of_boxes(boxes)
        own = self._labelled(boxes)
        moved: dict[int, hulls.Reach] = {}
        for number, near in enumerate(self._around(boxes)):
            owner = own[near]
            around = hull_of(moves[near] * ((owner == 0) | (owner == number + 1)))
            if around is not None:
                moved[number] = self._pixels(np.add(around, (near[1].start, near[0].start)))
        if moved:
            reach[[*moved]] = np.maximum(reach[[*moved]], _padded(np.array([*moved.values()]), policy))
        reach = hulls.roundest(reach, MAX_ROUNDNESS)
        at_middles = (boxes[:, :2] + boxes[:, 2:]) / 2 @ hulls.WAYS.T
        before, self._shapes = self._shapes, {}
        for number, (track, _) in enumerate(tracked):
            shape = _slowly(before.get(track.tracker_id), reach[number] - at_middles[number], time_s)
            self._shapes[track.tracker_id] = time_s, shape
            reach[number] = shape + at_middles[number]
        return reach

    def _owners(self, shapes: hulls.Reach) -> Mask:
        """255 for each small pixel that is not completely under a track's shape, 0 for those that are."""
        free = np.full(self._small_wh[::-1], 255, np.uint8)
        widths = shapes[:, 0] + shapes[:, hulls.DIRECTIONS // 2]
        large = shapes[widths > 4 * self._scale[0]]
        inner = hulls.corners(large - np.hypot(*self._scale)) / self._scale
        for corners in np.clip(np.rint(inner - 0.5), -9999, 9999).astype(np.int32):
            cv2.fillConvexPoly(free, corners, 0)
        return free

    def _labelled(self, boxes: npt.NDArray[np.float64]) -> Labels:
        """For each small pixel the number, from 1, of the smallest box that it is in."""
        labels = np.zeros(self._small_wh[::-1], np.uint16)
        areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        small = np.clip(boxes / (*self._scale, *self._scale), 0, 9999).astype(np.intp).tolist()
        for number in np.argsort(-areas, kind="stable").tolist():
            left, top, right, bottom = small[number]
            labels[top : bottom + 1, left : right + 1] = number + 1
        return labels

    def _around(self, boxes: npt.NDArray[np.float64]) -> list[tuple[slice, slice]]:
        """The rows and columns of the small picture that belong to each box and its reach."""
        small = boxes / (*self._scale, *self._scale)
        by = np.maximum(REACH_PX, REACH_SHARE * (small[:, 2:] - small[:, :2]))
        reached = np.concatenate([small[:, :2] - by, small[:, 2:] + by + 1], axis=1)
        edges = np.clip(reached, 0, 9999).astype(np.intp).tolist()
        return [(slice(top, bottom), slice(left, right)) for left, top, right, bottom in edges]

    def _pixels(self, points: npt.NDArray[np.int32]) -> hulls.Reach:
        """How far a hull of small pixels reaches, in picture pixels."""
        return hulls.of_pixels(points * np.array(self._scale), self._scale)


class Loose:
    """Movement that belongs to no track. Where it keeps coming and going, the cover stays instead of flickering."""

    def __init__(self, small_wh: tuple[int, int]) -> None:
        shape = small_wh[::-1]
        self._until_s = np.full(shape, -np.inf, np.float32)
        self._begun = np.zeros(shape, np.float32)
        self._start_s: float | None = None
        self._at_s = 0.0
        self._held_to_s = -np.inf

    def hold(self, moves: Mask, time_s: float) -> Mask:
        """What moves now or did a moment ago; in a restless place, a while ago."""
        self._start_s = time_s if self._start_s is None else self._start_s
        now_s = time_s - self._start_s  # from the first frame: float32 is not precise enough for the time of day
        left, top, width, height = cv2.boundingRect(moves)
        if width:
            part = slice(top, top + height), slice(left, left + width)
            here, until_s = moves[part] > 0, self._until_s[part]
            self._begun *= np.float32(0.5 ** ((now_s - self._at_s) / CALM_HALF_S))
            self._at_s = now_s
            self._begun[part] += here & (until_s < now_s - HOLD_S)
            hold_s = np.where(self._begun[part] >= RESTLESS_AFTER, np.float32(RESTLESS_HOLD_S), np.float32(HOLD_S))
            np.maximum(until_s, np.float32(now_s) + hold_s, out=until_s, where=here)
            self._held_to_s = max(self._held_to_s, float(until_s.max()))
        if self._held_to_s < now_s:
            return moves
        return (self._until_s >= now_s).view(np.uint8)


def _slowly(before: tuple[float, hulls.Reach] | None, reach: hulls.Reach, time_s: float) -> hulls.Reach:
    """At least as far as now, and not much less than just before. before: when, and how far."""
    if before is None:
        return reach
    rest = 0.5 ** ((time_s - before[0]) / SHRINK_HALF_S)
    slow = np.maximum(reach, before[1] * rest + reach * (1 - rest))
    return reach if float((slow - reach).max()) < SETTLED_PX else slow


def _padded(reach: hulls.Reach, policy: Policy) -> hulls.Reach:
    sides = hulls.sides(reach)
    share = np.maximum(MOVED_PADDING, policy.margin / 2)
    sizes = np.maximum(MIN_PADDING_PX, share * (sides[:, 2:] - sides[:, :2]))
    return reach + hulls.padding(sizes[:, 0], sizes[:, 1])


def _has_any(mask: Mask, piece: npt.NDArray[np.int32]) -> bool:
    """Whether anything of the mask is in the box around a piece."""
    (left, top), (right, bottom) = piece.min(axis=0), piece.max(axis=0)
    return bool(mask[top : bottom + 1, left : right + 1].any())


def _drawn(reach: hulls.Reach, kinds: Sequence[Kind], sways: Sequence[bool]) -> tuple[CoverBox, ...]:
    boxes, outlines = (
        hulls.sides(reach).tolist(),
        hulls.corners(reach).round(1).reshape(len(reach), 2 * hulls.DIRECTIONS).tolist(),
    )
    return tuple(
        CoverBox((box[0], box[1], box[2], box[3]), kind, tuple(outline), sway)
        for box, outline, kind, sway in zip(boxes, outlines, kinds, sways, strict=True)
    )
