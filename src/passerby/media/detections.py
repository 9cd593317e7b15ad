"""What a detector found in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes found in one frame, in the vocabulary of `supervision.Detections`.

    xyxy: (n, 4) float32, picture pixels; confidence: (n,) float32 in 0..1; class_id: (n,) int32, a `Kind`.
    """

    xyxy: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]
    class_id: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.xyxy.shape != (n, 4) or self.confidence.shape != (n,) or self.class_id.shape != (n,):
            raise ValueError(
                f"detections of unequal length: xyxy {self.xyxy.shape}, confidence {self.confidence.shape}, "
                f"class_id {self.class_id.shape}"
            )

    def __len__(self) -> int:
        return len(self.xyxy)

    @staticmethod
    def empty() -> Detections:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))

    @staticmethod
    def merge(parts: list[Detections]) -> Detections:
        if not parts:
            return Detections.empty()
        return Detections(
            np.concatenate([p.xyxy for p in parts]),
            np.concatenate([p.confidence for p in parts]),
            np.concatenate([p.class_id for p in parts]),
        )

    @property
    def long_sides_px(self) -> npt.NDArray[np.float32]:
        """(n,): the longer side of each box, in the pixels of `xyxy`."""
        return np.asarray((self.xyxy[:, 2:] - self.xyxy[:, :2]).max(axis=1, initial=0.0), np.float32)

    def take(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Detections:
        """The detections that a mask or an index array selects."""
        return Detections(self.xyxy[which], self.confidence[which], self.class_id[which])
