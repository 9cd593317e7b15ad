"""Assembles the empty scene at the picture's full size, so that detectors can examine what reveal mode will show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask, Sample
from passerby.background.learn import Background
from passerby.media import RawFrame
from passerby.media.frames import Plane, plane_views

MATCHES = 10  # grey levels: a sample shows the background where it differs by no more than this or the spread


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """frame: the empty scene at the source's size, 8 bit. CLEAR until it is examined: treat it like any `RawFrame`.
    missing: (rows, columns) of the small picture, where no kept sample shows the background, so that it cannot be
    examined."""

    frame: RawFrame = field(repr=False)
    missing: Mask


def make_plate(samples: Sequence[Sample], background: Background) -> Plate | None:
    """The mean of the samples kept at full size, each where it shows the background. None if none was kept."""
    kept = [(sample, sample.frame) for sample in samples if sample.frame is not None]
    if not kept:
        return None
    like = kept[0][1]
    sums = [np.zeros(plane.shape, np.uint32) for plane in like.planes()]
    counts = [np.zeros(plane.shape, np.uint8) for plane in like.planes()]
    seen = np.zeros(background.established.shape, np.bool_)
    for sample, frame in kept:
        shows = _shows_background(sample, background)
        seen |= shows
        for total, count, plane in zip(sums, counts, frame.planes(), strict=True):
            here = _resized(shows.astype(np.uint8), plane.shape).astype(np.bool_)
            np.add(total, _in_place(plane, sample, shows.shape), out=total, where=here)
            np.add(count, 1, out=count, where=here)
    picture = _picture_like(like)
    for place, total, count, small in zip(plane_views(picture), sums, counts, background.picture, strict=True):
        mean = (total >> (like.depth - 8)) // np.maximum(count, 1)
        np.copyto(place, np.where(count > 0, mean, _resized(small, place.shape)).astype(np.uint8))
    plate = RawFrame(picture, 0, like.pts, like.time_base, turn=like.turn)
    return Plate(plate, background.established & ~seen)


def _shows_background(sample: Sample, background: Background) -> Mask:
    apart = cv2.absdiff(sample.picture.y, background.picture.y)
    coloured = [cv2.absdiff(getattr(sample.picture, p), getattr(background.picture, p)) for p in "uv"]
    shows = (apart <= np.maximum(MATCHES, background.spread)) & (np.maximum(*coloured) <= MATCHES)
    shows &= background.established
    return np.asarray(shows if sample.beyond is None else shows & ~sample.beyond, np.bool_)


def _in_place(plane: Plane, sample: Sample, small_shape: tuple[int, ...]) -> Plane:
    """The plane as seen from the reference's position."""
    if sample.placed is None:
        return plane
    rows, columns = plane.shape
    placed = sample.placed.copy()
    placed[:, 2] *= (columns / small_shape[1], rows / small_shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(plane, placed, (columns, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return cast(Plane, moved)


def _resized(values: npt.NDArray[np.uint8], shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST), np.uint8)


def _picture_like(frame: RawFrame) -> av.VideoFrame:
    """An empty 8-bit picture of the same size, subsampling and colours."""
    picture = av.VideoFrame(frame.width, frame.height, frame.picture.format.name.removesuffix("10le"))
    picture.colorspace, picture.color_range = frame.picture.colorspace, frame.picture.color_range
    picture.color_trc, picture.color_primaries = frame.picture.color_trc, frame.picture.color_primaries
    return picture
