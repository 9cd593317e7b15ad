"""Decides what is hidden in a frame. Finding it is for others; painting it too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from passerby.media import Cover, CoverBox, Kind, Track
from passerby.settings import Settings

Box = tuple[float, float, float, float]
Mask = npt.NDArray[np.uint8]

FACE_MARGIN = 0.25  # a face box ends at chin and brows; hair and ears tell too
PLATE_MARGIN = 0.15
LOWER_PART = 0.40  # plates hang below this share of a vehicle's height
READABLE_VEHICLE_PX = 80  # a plate takes up to 0.29 of a front: on a narrower one it is under 24 px wide, 3 px a letter
LEAST_PADDING_PX = 2.0
SURE_TRACK = 0.5  # mean score: such a track is covered even where nothing differs from the background
STIRRING_SHARE = 0.05  # of a track's box must differ from the background for a less sure one
OF_TRACK_SHARE = 0.5  # of a moving box inside a track's box: it belongs to that track


@dataclass(frozen=True, slots=True)
class Policy:
    """What coverage is told: which kinds to hide, how wide. plates_found: a detector finds plates themselves."""

    kinds: frozenset[Kind]
    margin: float
    plates_found: bool = False

    @classmethod
    def of(cls, settings: Settings, *, plates_found: bool = False) -> Policy:
        return cls(frozenset(hide.kind for hide in settings.hide), settings.margin, plates_found)


def cover_found(tracks: Sequence[Track], policy: Policy) -> tuple[CoverBox, ...]:
    """Cover mode: one padded box for every track that is to be hidden. Every track has its one point of this frame."""
    boxes = (box_of(track.kind, track.points[0].xyxy, policy) for track in tracks)
    return tuple(box for box in boxes if box is not None)


def box_of(kind: Kind, xyxy: Box, policy: Policy) -> CoverBox | None:
    """The cover over one found thing, None where it is not to be hidden."""
    if kind is Kind.VEHICLE and Kind.VEHICLE not in policy.kinds:
        return _lower_part(xyxy, policy)
    if kind not in policy.kinds:
        return None
    extra = {Kind.FACE: FACE_MARGIN, Kind.PLATE: PLATE_MARGIN}.get(kind, 0.0)
    return CoverBox(padded(xyxy, policy.margin + extra), kind)


def _lower_part(xyxy: Box, policy: Policy) -> CoverBox | None:
    """Where a vehicle's plates may be, if nothing looks for plates themselves."""
    left, top, right, bottom = xyxy
    if Kind.PLATE not in policy.kinds or policy.plates_found or right - left < READABLE_VEHICLE_PX:
        return None
    return CoverBox(padded((left, top + LOWER_PART * (bottom - top), right, bottom), policy.margin / 2), Kind.PLATE)


def padded(xyxy: Box, margin: float) -> Box:
    """A box grown on each side by `margin` of its size, and never by less than `LEAST_PADDING_PX`."""
    left, top, right, bottom = xyxy
    across = max(LEAST_PADDING_PX, margin * (right - left))
    down = max(LEAST_PADDING_PX, margin * (bottom - top))
    return (left - across, top - down, right + across, bottom + down)


def cover_unestablished(
    moving_boxes: Sequence[Box], tracks: Sequence[Track], stirring: Mask, size_wh: tuple[int, int], policy: Policy
) -> tuple[CoverBox, ...]:
    """Reveal mode: all that moves, whatever it is, and what is surely one of the policy's kinds though it does not.

    moving_boxes: picture pixels, already padded. stirring: (rows, columns) over the whole picture, nonzero where the
    frame differs from the background or has none.
    """
    stirs = [track for track in tracks if is_stirring(track, stirring, size_wh)]
    boxes = [CoverBox(padded(track.points[0].xyxy, policy.margin), track.kind) for track in stirs]
    boxes += cover_found([t for t in tracks if t not in stirs and _needs_no_motion(t)], policy)
    loose = [box for box in moving_boxes if not any(_inside(box, known.xyxy) >= 1.0 for known in boxes)]
    return (*(CoverBox(box, _kind_at(box, boxes)) for box in loose), *boxes)


def is_stirring(track: Track, stirring: Mask, size_wh: tuple[int, int]) -> bool:
    """Whether the place of a track differs from its background, or has none."""
    rows, columns = stirring.shape
    left, top, right, bottom = track.points[0].xyxy
    x0, x1 = (int(np.clip(v * columns / size_wh[0], 0, columns)) for v in (left, right + 1))
    y0, y1 = (int(np.clip(v * rows / size_wh[1], 0, rows)) for v in (top, bottom + 1))
    part = stirring[y0 : y1 + 1, x0 : x1 + 1]
    return bool(part.size and np.count_nonzero(part) >= STIRRING_SHARE * part.size)


def _needs_no_motion(track: Track) -> bool:
    """A poor detection on unchanged background is a lamp-post; a sure person was taken for background by mistake."""
    return track.confidence >= SURE_TRACK


def _kind_at(box: Box, known: Iterable[CoverBox]) -> Kind:
    """The kind of the track that a moving box belongs to, for its colour."""
    best = max(known, key=lambda other: _inside(box, other.xyxy), default=None)
    return best.kind if best is not None and _inside(box, best.xyxy) >= OF_TRACK_SHARE else Kind.MOTION


def _inside(box: Box, other: Box) -> float:
    """Share of `box` that lies in `other`."""
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1e-6)
    return max(0.0, across) * max(0.0, down) / area


def with_manual(cover: Cover, adds: Sequence[Box], keeps: Sequence[Box]) -> Cover:
    """The cover with what a person added and took away by hand. A frame covered whole stays so."""
    if not adds and not keeps:
        return cover
    manual = tuple(CoverBox(box, Kind.MANUAL) for box in adds)
    return Cover((*cover.boxes, *manual), cover.cells, cover.whole, tuple(keeps))
