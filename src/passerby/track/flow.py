"""Measures coarsely how the picture moved from one frame to the next, and whether the scene was cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt

FLOW_WIDTH_PX = 384  # a person 24 px high in 960 is still 10 px high, and a frame takes 2 ms
GRID_STEP = 4  # the ultrafast preset gives no finer flow
PROBES = 5  # a box's motion is the median over PROBES × PROBES places in it; odd, so that the median is one of them
PROBED = np.linspace(0.2, 0.8, PROBES, dtype=np.float32)
CUT_DIFFERENCE = 22.0  # mean grey levels between thumbnails: fast pans stay below, cuts rarely do
CUT_CORRELATION = 0.35
THUMBNAIL_WH = (32, 18)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Motion from the previous frame to this one.

    grid: (rows, columns, 2) float32 over the whole picture, in picture pixels right and down. is_cut: a new scene
    began.
    """

    grid: npt.NDArray[np.float32]
    size_wh: tuple[int, int]
    is_cut: bool = False

    def carry(self, boxes_xyxy: npt.NDArray[np.float32], *, backwards: bool = False) -> npt.NDArray[np.float32]:
        """Moves boxes (n, 4) of the previous frame to where they are now; backwards: boxes of now to where they
        were."""
        if not len(boxes_xyxy):
            return boxes_xyxy
        rows, columns = self.grid.shape[:2]
        across = boxes_xyxy[:, :1] + (boxes_xyxy[:, 2:3] - boxes_xyxy[:, :1]) * PROBED
        down = boxes_xyxy[:, 1:2] + (boxes_xyxy[:, 3:] - boxes_xyxy[:, 1:2]) * PROBED
        column = np.clip(across * (columns / self.size_wh[0]), 0, columns - 1).astype(np.intp)
        row = np.clip(down * (rows / self.size_wh[1]), 0, rows - 1).astype(np.intp)
        flows = self.grid[row[:, :, None], column[:, None, :]].reshape(len(boxes_xyxy), -1, 2)
        # Avoids the checks of `np.median`, which take longer than the work.
        way = np.partition(flows, PROBES**2 // 2, axis=1)[:, PROBES**2 // 2]
        moved: npt.NDArray[np.float32] = boxes_xyxy + np.concatenate([way, way], axis=1) * (-1 if backwards else 1)
        return moved


class FlowMeter:
    """Dense inverse search optical flow (Kroeger et al., 2016) between consecutive frames of one source."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._size_wh = size_wh
        scale = min(1.0, FLOW_WIDTH_PX / max(size_wh))
        self._small_wh = (max(32, round(size_wh[0] * scale)), max(32, round(size_wh[1] * scale)))
        self._grid_wh = (max(1, self._small_wh[0] // GRID_STEP), max(1, self._small_wh[1] // GRID_STEP))
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: npt.NDArray[np.uint8] | None = None
        self._thumbnail_before: npt.NDArray[np.float32] | None = None

    def measure(self, luma: npt.NDArray[np.uint8]) -> Motion:
        """The motion since the previous luma plane; none for the first one and across a cut."""
        now = np.asarray(cv2.resize(luma, self._small_wh, interpolation=cv2.INTER_AREA), np.uint8)
        thumbnail = cv2.resize(now, THUMBNAIL_WH, interpolation=cv2.INTER_AREA).astype(np.float32)
        before, thumbnail_before = self._before, self._thumbnail_before
        self._before, self._thumbnail_before = now, thumbnail
        if before is None or thumbnail_before is None or _is_cut(thumbnail_before, thumbnail):
            still = np.zeros((self._grid_wh[1], self._grid_wh[0], 2), np.float32)
            return Motion(still, self._size_wh, is_cut=before is not None)
        dense = self._flow.calc(before, now, cast(Any, None))
        flow = cv2.resize(dense, self._grid_wh, interpolation=cv2.INTER_AREA)
        scale = np.array(self._size_wh, np.float32) / np.array(self._small_wh, np.float32)
        return Motion(np.asarray(flow * scale, np.float32), self._size_wh)


def _is_cut(before: npt.NDArray[np.float32], now: npt.NDArray[np.float32]) -> bool:
    if float(np.abs(before - now).mean()) < CUT_DIFFERENCE:
        return False
    a, b = before - before.mean(), now - now.mean()
    return float((a * b).mean()) < CUT_CORRELATION * float(before.std() * now.std() + 1e-6)
