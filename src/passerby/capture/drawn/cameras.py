"""The drawn cameras by name: each with a scene, sensor noise, and for some of them temporary faults."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn.incidents import CAR_PARK_AT_WORK, PLATFORM_AT_WORK, YARD_AT_NIGHT, YARD_AT_WORK
from passerby.capture.drawn.scenery import Picture
from passerby.capture.drawn.scenes import PLATFORM, SIZE_WH, STREET, YARD, Scene
from passerby.capture.drawn.street import NOISE_SIGMA

FPS = 5
_SPARE_PX = 64  # the noise is cut from a larger field at changing places: none repeats for hours
LOOP_S = 10

_TURNED_PX = 64
_DARK = 0.04  # of the light remains when all lamps are off
_DIM = 0.55

Fault = Literal["freezes", "loops", "covered", "turned", "dark", "dimmed"]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A fault of a drawn camera, with start and end in seconds since it was opened."""

    fault: Fault
    from_s: float
    to_s: float


@dataclass(frozen=True)
class DrawnCamera:
    """A camera without a lens. fault: its fault from `from_s` to `to_s` of every `period_s` seconds.

    `turned`: somebody bumps into the camera. `dark`: all lamps go out. `dimmed`: one lamp does, which is not a fault.
    """

    scene: Scene
    seed: int
    fault: Fault | None = None
    from_s: int = 0
    to_s: int = 0
    period_s: int = 1

    def fault_at(self, number: int) -> Fault | None:
        """The fault in picture `number`."""
        is_wrong = self.from_s * FPS <= number % (self.period_s * FPS) < self.to_s * FPS
        return self.fault if is_wrong else None

    def wrongs(self, until_s: float) -> list[Wrong]:
        """All faults until then, in order. Pictures are drawn from this, and checks are judged by it."""
        if self.fault is None:
            return []
        laps = range(int(until_s // self.period_s) + 1)
        all_of = (Wrong(self.fault, lap * self.period_s + self.from_s, lap * self.period_s + self.to_s) for lap in laps)
        return [each for each in all_of if each.from_s < until_s]

    def planes(self, number: int) -> npt.NDArray[np.uint8]:
        """Picture `number` since it was opened, at FPS per second: (540, 640) uint8, yuv420p. The same number gives the
        same bytes."""
        lap, at = divmod(number, self.period_s * FPS)
        first = self.from_s * FPS
        fault = self.fault_at(number)
        if fault == "freezes":
            at = first
        elif fault == "loops":
            at = first - LOOP_S * FPS + (at - first) % (LOOP_S * FPS)
        shown_number = lap * self.period_s * FPS + at
        shown = _changed(self.scene.picture(shown_number / FPS), fault, lap)
        planes = np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2YUV_I420), np.uint8)
        height = SIZE_WH[1]
        planes[:height] = cv2.add(planes[:height], _noise(self.seed, shown_number), dtype=cv2.CV_8U)
        return planes

    def frame(self, number: int) -> av.VideoFrame:
        """The same as a picture of 640 by 360."""
        return av.VideoFrame.from_ndarray(self.planes(number), format="yuv420p")


CAMERAS: Mapping[str, DrawnCamera] = {
    "street": DrawnCamera(STREET, 1),
    "square": DrawnCamera(YARD_AT_WORK, 2),
    "platform": DrawnCamera(PLATFORM_AT_WORK, 3),
    "car-park": DrawnCamera(CAR_PARK_AT_WORK, 4),
    "night": DrawnCamera(YARD_AT_NIGHT, 8),
    "freezes": DrawnCamera(PLATFORM, 5, "freezes", 25, 60, 100),
    "loops": DrawnCamera(STREET, 6, "loops", 24, 84, 125),
    "covered": DrawnCamera(YARD, 7, "covered", 28, 50, 95),
}


def _changed(shown: Picture, fault: Fault | None, lap: int) -> Picture:
    """Applies a fault of the lens or the light to a picture."""
    if fault == "covered":
        return _sprayed() if lap % 2 else np.full_like(shown, 14)
    if fault == "turned":
        move = np.array([[1, 0, -_TURNED_PX], [0, 1, _TURNED_PX / 4]], np.float64)
        return np.asarray(cv2.warpAffine(shown, move, SIZE_WH, borderMode=cv2.BORDER_REFLECT), np.uint8)
    if fault in ("dark", "dimmed"):
        return np.asarray(cv2.convertScaleAbs(shown, alpha=_DARK if fault == "dark" else _DIM), np.uint8)
    return shown


def _noise(seed: int, number: int) -> npt.NDArray[np.int16]:
    place = np.random.default_rng((seed, number)).integers(0, _SPARE_PX, 2)
    top, left = int(place[0]), int(place[1])
    width, height = SIZE_WH
    return _field()[top : top + height, left : left + width]


@functools.cache
def _field() -> npt.NDArray[np.int16]:
    rng = np.random.default_rng(9)
    size = (SIZE_WH[1] + _SPARE_PX, SIZE_WH[0] + _SPARE_PX)
    return np.asarray(np.rint(rng.standard_normal(size) * NOISE_SIGMA), np.int16)


@functools.cache
def _sprayed() -> npt.NDArray[np.uint8]:
    """Paint on the lens: nothing is sharp, with a little light at the rim."""
    blots = cv2.resize(np.random.default_rng(3).normal(0, 10, (5, 8)).astype(np.float32), SIZE_WH)
    paint = np.array([52, 70, 58], np.float32) + blots[..., None]
    return np.asarray(np.clip(paint, 0, 255), np.uint8)
