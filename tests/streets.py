"""The drawn street that flow tests share, and clips made from it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from passerby.capture.drawn import ReferenceBox, scenery
from passerby.capture.drawn.blend import blend
from passerby.capture.drawn.figure import Look, standing
from tests.exposure import BODY, Part, exposed_share

Bgr = npt.NDArray[np.uint8]

FPS = 10
SIZE_WH = (640, 360)
CLOCK = Fraction(1, 10_000)
STANDS = 3
"""The actor who waits from the first frame to the last."""
WALKS = 1
"""The nearest actor, who walks in from the left."""
NEAR_PX = 100
"""Whoever is at least so high in the drawn street is plain to see for any detector."""


@dataclass(frozen=True)
class Street:
    """A drawn video and where everybody in it is. frames: how many."""

    path: Path
    boxes: list[ReferenceBox]
    frames: int

    @property
    def near(self) -> list[ReferenceBox]:
        return [box for box in self.boxes if box.xyxy[3] - box.xyxy[1] >= NEAR_PX]

    def of(self, actor: int) -> list[ReferenceBox]:
        return [box for box in self.boxes if box.id == actor]

    def near_exposed(self, source: Path, redacted: Path, part: Part = BODY) -> float:
        """Share of those who are near that can be seen in the output."""
        return exposed_share(source, redacted, self.near, part)


def pictures(path: Path, first: int = 0, stop: int | None = None) -> Iterator[Bgr]:
    with av.open(str(path)) as clip:
        for picture in itertools.islice(clip.decode(video=0), first, stop):
            yield np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)


def write_clip(
    path: Path,
    shown: Iterable[Bgr],
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    *,
    turn: int = 0,
    pts: Sequence[int] = range(0, 1_000_000, 1000),
) -> None:
    """A video of these pictures. turn: what a player is told to turn them by, clockwise. pts: ticks of CLOCK."""
    numbered = iter(zip(shown, pts, strict=False))
    first = next(numbered)
    height, width = first[0].shape[:2]
    with av.open(str(path), "w") as made:
        stream = made.add_stream(codec, rate=FPS, options={"crf": "18", "preset": "veryfast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = width, height, pixel_format, CLOCK
        stream.codec_context.time_base = CLOCK
        if turn:
            stream.set_display_rotation(-turn)
        for bgr, ticks in itertools.chain([first], numbered):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(bgr), format="bgr24").reformat(
                format=pixel_format
            )
            picture.pts, picture.time_base = ticks, CLOCK
            made.mux(stream.encode(picture))
        made.mux(stream.encode(None))


def empty_street(size_wh: tuple[int, int] = SIZE_WH) -> Bgr:
    """The drawn street with nobody in it."""
    return np.asarray(scenery.street(*size_wh, np.random.default_rng(1)), np.uint8)


def put_somebody(street: Bgr, left: float, top: float, height_px: float, *, lies: bool = False, seed: int = 0) -> Part:
    """Draws somebody who looks at us, standing or lying; where they are. height_px: from head to foot."""
    tops, trousers = ((40, 44, 156), (128, 84, 36), (150, 156, 172)), ((78, 60, 48), (52, 52, 56), (104, 112, 124))
    look = Look((124, 158, 206), (28, 34, 44), tops[seed % 3], trousers[seed % 3], (30, 30, 34), 0)
    sprite = standing(look, np.random.default_rng(seed), phases=1)[0].picture
    sprite = np.ascontiguousarray(np.rot90(sprite)) if lies else sprite
    scale = height_px / max(sprite.shape[:2])
    soft = cv2.GaussianBlur(sprite, (0, 0), max(0.1, 0.4 / scale))  # as a lens does: blending alone would alias
    blend(street, np.asarray(soft, np.float32), np.array([[scale, 0, left], [0, scale, top]]))
    return left, top, left + scale * sprite.shape[1], top + scale * sprite.shape[0]


def with_noise(street: Bgr, count: int) -> Iterator[Bgr]:
    """The same picture again and again, as a sensor takes it."""
    for number in range(count):
        grain = np.random.default_rng(number).normal(0, 2, street.shape)
        yield np.clip(street + grain, 0, 255).astype(np.uint8)


def times_s(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [cast(int, picture.pts) * cast(Fraction, picture.time_base) for picture in container.decode(video=0)]
