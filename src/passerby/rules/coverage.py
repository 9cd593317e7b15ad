"""Decides what is hidden in a frame. Finding and painting it are left to others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from passerby.media import Cover, CoverBox, Kind, Track
from passerby.media.cover import CORE_SHARE
from passerby.settings import Settings

Box = tuple[float, float, float, float]
Mask = npt.NDArray[np.uint8]

FACE_MARGIN = 0.12  # a face box ends at chin and hairline, but ears identify too; 0.25 hides 1 more of 732
PLATE_MARGIN = 0.15
MARGINS = {Kind.FACE: FACE_MARGIN, Kind.PLATE: PLATE_MARGIN}
LOWER_PART = 0.40  # plates hang below this share of a vehicle's height
CUT_ABOVE = 0.05  # of a vehicle's height, the error of its box: one this near to the top edge continues beyond it
READABLE_VEHICLE_PX = 100  # a plate takes up to 0.29 of a front: on a narrower one it is under 29 px wide and 6 px high
MIN_PADDING_PX = 2.0
ROUNDING_SHARE = (1 / CORE_SHARE - 1) / 2  # of a box on each side, 0.074: padded so, its rounded shape contains the box
SURE_TRACK = 0.5  # mean score: such a track is covered even if nothing differs from the background
STIRRING_SHARE = 0.05  # of a less certain track's box must differ from the background


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of coverage: which kinds to hide and how wide. plates_found: a detector finds plates themselves.
    upright: down in the picture is down in the world."""

    kinds: frozenset[Kind]
    margin: float
    plates_found: bool = False
    upright: bool = True

    @classmethod
    def of(cls, settings: Settings, *, plates_found: bool = False, turn: int = 0) -> Policy:
        return cls(frozenset(hide.kind for hide in settings.hide), settings.margin, plates_found, turn == 0)

    def wider(self, by: float) -> Policy:
        """The same with this much more margin."""
        return replace(self, margin=self.margin + by) if by else self


def cover_found(tracks: Sequence[Track], policy: Policy) -> tuple[CoverBox, ...]:
    """Cover mode: one padded box for every track to be hidden."""
    boxes = (box_of(track.kind, track.xyxy, policy) for track in tracks)
    return _without_contained([box for box in boxes if box is not None])


def _without_contained(boxes: Sequence[CoverBox]) -> tuple[CoverBox, ...]:
    """Drops boxes that others contain, as many do in a crowd. The rest hides the same."""
    if len(boxes) < 2:
        return tuple(boxes)
    xyxy = np.array([box.xyxy for box in boxes], np.float32)
    corner = (1 - CORE_SHARE) / 2 * (xyxy[:, 2:] - xyxy[:, :2])
    inner, outer = xyxy.T[:, :, None], np.concatenate([xyxy[:, :2] + corner, xyxy[:, 2:] - corner], axis=1).T
    inside = (inner[0] >= outer[0]) & (inner[1] >= outer[1]) & (inner[2] <= outer[2]) & (inner[3] <= outer[3])
    kinds = np.array([box.kind for box in boxes])
    inside &= kinds[:, None] == kinds[None]  # a box of another kind has its own colour
    np.fill_diagonal(inside, False)
    return tuple(box for box, is_inside in zip(boxes, inside.any(axis=1), strict=True) if not is_inside)


def box_of(kind: Kind, xyxy: Box, policy: Policy) -> CoverBox | None:
    """The cover for one detected object; None if it is not to be hidden."""
    if kind is Kind.VEHICLE and Kind.VEHICLE not in policy.kinds:
        return _lower_part(xyxy, policy)
    if kind not in policy.kinds:
        return None
    return CoverBox(padded(xyxy, policy.margin + MARGINS.get(kind, 0.0)), kind)


def _lower_part(xyxy: Box, policy: Policy) -> CoverBox | None:
    """Where a vehicle's plates may be, if no detector finds plates themselves."""
    left, top, right, bottom = xyxy
    if Kind.PLATE not in policy.kinds or policy.plates_found or right - left < READABLE_VEHICLE_PX:
        return None
    height = bottom - top
    # If the vehicle is cut off at the top or the picture is turned, the lower part is unknown.
    shown_above = 0.0 if top <= CUT_ABOVE * height or not policy.upright else LOWER_PART
    return CoverBox(padded((left, top + shown_above * height, right, bottom), policy.margin / 2), Kind.PLATE)


def padded(xyxy: Box, margin: float) -> Box:
    """The box grown on each side by `margin` of its size, or by more where rounded corners would cut into it."""
    left, top, right, bottom = xyxy
    margin = max(margin, ROUNDING_SHARE)
    across = max(MIN_PADDING_PX, margin * (right - left))
    down = max(MIN_PADDING_PX, margin * (bottom - top))
    return (left - across, top - down, right + across, bottom + down)


def cover_unestablished(
    tracks: Sequence[Track], stirring: Mask, size_wh: tuple[int, int], policy: Policy
) -> list[tuple[Track, CoverBox]]:
    """Reveal mode: the tracks to hide, each with its padded box. Anything else that moves is hidden anyway.

    A weak detection on unchanged background is a lamppost; a certain person there became background by mistake.
    stirring: (rows, columns) over the whole picture, nonzero where the frame differs from the background or has none.
    """
    covers = []
    for track, share in zip(tracks, stirring_shares([track.xyxy for track in tracks], stirring, size_wh), strict=True):
        xyxy = track.xyxy
        if share >= STIRRING_SHARE:
            covers.append((track, CoverBox(padded(xyxy, policy.margin), track.kind)))
        elif track.confidence >= SURE_TRACK and (box := box_of(track.kind, xyxy, policy)) is not None:
            covers.append((track, box))
    return covers


def stirring_shares(boxes_xyxy: Iterable[Sequence[float]], stirring: Mask, size_wh: tuple[int, int]) -> list[float]:
    """For each box, the share of it that differs from the background or has none."""
    rows, columns = stirring.shape
    shares = []
    for left, top, right, bottom in boxes_xyxy:
        x0, x1 = max(0, int(left * columns / size_wh[0])), max(0, int((right + 1) * columns / size_wh[0]) + 1)
        y0, y1 = max(0, int(top * rows / size_wh[1])), max(0, int((bottom + 1) * rows / size_wh[1]) + 1)
        part = stirring[y0:y1, x0:x1]
        shares.append(np.count_nonzero(part) / part.size if part.size else 0.0)
    return shares


def activity_share(cover: Cover, size_wh: tuple[int, int]) -> float:
    """About what share of a picture is hidden for detections or for what moves on, 0..1. What sways in its place does
    not count, nor do unestablished parts."""
    if cover.whole is not None:
        return 1.0
    boxes = [box.xyxy for box in cover.boxes if not box.sways]
    if not boxes:
        return 0.0
    edges = np.array(boxes, np.float32)
    sides = np.minimum(edges[:, 2:], np.array(size_wh, np.float32)) - np.maximum(edges[:, :2], 0)
    return float(min(1.0, np.clip(sides, 0, None).prod(axis=1).sum() / (size_wh[0] * size_wh[1])))


def with_manual(cover: Cover, adds: Sequence[Box], keeps: Sequence[Box]) -> Cover:
    """The cover with boxes added and removed by hand. A frame that is covered whole stays so."""
    if not adds and not keeps:
        return cover
    manual = tuple(CoverBox(box, Kind.MANUAL) for box in adds)
    return Cover((*cover.boxes, *manual), cover.cells, cover.whole, tuple(keeps))
