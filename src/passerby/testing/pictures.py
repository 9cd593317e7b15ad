"""Makes synthetic pictures as a camera would send them: a still scene with noise, in any format and size."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from passerby.media import RawFrame
from passerby.media.frames import Plane, plane_views

FRAME_S = Fraction(1, 25)


def scene_frame(width: int, height: int, pixel_format: str, index: int, *, scene: int = 1, noise: int = 1) -> RawFrame:
    """One frame of a scene of random tiles. The same `scene` gives the same tiles. noise: maximum error of a sample."""
    picture = av.VideoFrame(width, height, pixel_format)
    sensor = np.random.default_rng([scene, index])
    for number, plane in enumerate(plane_views(picture)):
        tiles = np.random.default_rng([scene, number]).integers(40, 200, (height // 8 + 1, width // 8 + 1))
        still = tiles.repeat(8, axis=0).repeat(8, axis=1)[: plane.shape[0], : plane.shape[1]]
        noisy = still + sensor.integers(-noise, noise + 1, plane.shape)
        plane[:] = noisy << 2 if plane.dtype == np.uint16 else noisy
    return frame_of(picture, index)


def frame_of(picture: av.VideoFrame, index: int = 0) -> RawFrame:
    picture.pts, picture.time_base = index, FRAME_S
    return RawFrame(picture, index, index, FRAME_S)


def copies_of_planes(picture: av.VideoFrame) -> list[Plane]:
    """Copies of Y, U and V, which may outlive the picture."""
    return [plane.copy() for plane in plane_views(picture)]
