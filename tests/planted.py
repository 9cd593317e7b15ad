"""A camera that shows a place with somebody walking in it, who is a pattern: found anywhere, a clear pixel leaked."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from passerby.background import unpack
from passerby.media.frames import plane_views
from passerby.testing.patterns import FOUND_AT, SIDE_PX, found_in_bytes, found_in_media, likeness, plant
from passerby.testing.rtsp import Feed
from passerby.testing.rtsp.feed import Codec

SIZE_WH = (320, 192)
FPS = 10
COUNT = 400  # 40 s: a test is over before the first of them come again, which would be noticed


@functools.cache
def place(seed: int) -> np.ndarray:
    """Tiles with soft edges, as (rows, columns) grey."""
    tiles = np.random.default_rng(seed).integers(90, 170, (12, 20)).astype(np.uint8)
    return np.asarray(cv2.resize(tiles, SIZE_WH, interpolation=cv2.INTER_CUBIC), np.uint8)


def picture(number: int, width: int, height: int, seed: int = 5) -> av.VideoFrame:
    """The place with the pattern somewhere else each time; and with the noise of a sensor."""
    made = av.VideoFrame(width, height, "yuv420p")
    luma, *chroma = plane_views(made)
    noise = np.random.default_rng(number).integers(-2, 3, luma.shape)
    luma[:] = place(seed).astype(np.int16) + noise
    for plane in chroma:
        plane[:] = 128
    left = (number * 11) % (width - SIDE_PX)
    plant(made, left, (number * 7) % (height - SIDE_PX))
    return made


@functools.cache
def walked(seed: int = 5, codec: Codec = "h264") -> Feed:
    """The pattern is in every picture of it."""
    assert likeness(np.ascontiguousarray(plane_views(picture(3, *SIZE_WH))[0])) >= FOUND_AT
    return Feed.drawn(codec, SIZE_WH, FPS, COUNT, 2 * FPS, lambda number, w, h: picture(number, w, h, seed))


def leaks(folder: Path) -> list[str]:
    """The files of a folder, however deep, in which the pattern is to be found."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and _leaks(path)]


AT_BYTES = 8  # of a kept reference: when it was made


def _leaks(path: Path) -> bool:
    data = path.read_bytes()
    if path.suffix == ".mp4" and data and found_in_media(path):
        return True
    if path.suffix == ".jpg" and found_in_media(path):
        return True
    background = unpack(data[AT_BYTES:] if path.suffix == ".reference" else data)
    if background is not None and any(likeness(plane) >= FOUND_AT for plane in background.picture):
        return True
    return found_in_bytes(data, (SIZE_WH[0],))


def shown_pictures(folder: Path) -> Iterator[np.ndarray]:
    """The luma of every recorded picture."""
    for path in sorted(folder.rglob("*.mp4")):
        with av.open(str(path)) as clip:
            for each in clip.decode(video=0):
                yield each.to_ndarray(format="gray")


def revealed(folder: Path) -> int:
    """How many recorded pictures show some of the place."""
    wanted = place(5).astype(np.float32)
    shares = (float((np.abs(grey - wanted) < 16).mean()) for grey in shown_pictures(folder) if grey.std() > 5)
    return sum(share > 0.3 for share in itertools.islice(shares, 500))
