"""Real detectors that fail on request, in every way that detectors can fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from passerby.detect import Detector, DetectorError, Model
from passerby.detect.proof import PROOF_INDEX
from passerby.detect.runtime import Bgr, Outputs, Runtime
from passerby.engine.passes import Detectors
from passerby.media import Detections, RawFrame

Fault = Literal["raises", "unforeseen", "hangs", "nan", "truncated", "silent"]
"""raises: a DetectorError. unforeseen: any other exception. hangs: no answer in time. nan: an answer with NaN.
truncated: an output that is too short. silent: an answer that lacks one picture."""

FAULTS: tuple[Fault, ...] = ("raises", "unforeseen", "hangs", "nan", "truncated", "silent")

FaultAt = Callable[[str, RawFrame], Fault | None]
"""The fault that the model with this name meets on a frame; None for no fault. What it raises, the detector raises. It
is not called for the drawn pictures that detectors are proved with."""


class FaultyDetectors(Detectors):
    """The installed detectors; each fails where `fault_at` says, which may change between two sources.

    For `passerby.redact(..., detectors=...)`.
    """

    def __init__(self, fault_at: FaultAt, *, threads: int | None = None) -> None:
        super().__init__(threads=threads)
        self.fault_at = fault_at

    def _make(self, model: Model, threads: int | None) -> Detector:
        real, hasty = Detector.load(model, threads), Detector.load(model, 1, timeout_s=0.0)
        return _FaultyDetector(real, hasty, lambda model, frame: self.fault_at(model, frame))


class _FaultyDetector(Detector):
    """One detector whose runtime breaks. hasty: the same without any patience, so that every answer comes too late."""

    def __init__(self, real: Detector, hasty: Detector, fault_at: FaultAt) -> None:
        self._breaking = _BreakingRuntime(real._runtime)
        super().__init__(real.model, self._breaking)
        self._hasty, self._fault_at = hasty, fault_at

    def detect(
        self,
        frame: RawFrame,
        region_xyxy: tuple[float, float, float, float] | None = None,
        size_wh: tuple[int, int] | None = None,
        score: float | None = None,
    ) -> Detections:
        fault = None if frame.index == PROOF_INDEX else self._fault_at(self.model.card.name, frame)
        if fault == "hangs":
            return self._hasty.detect(frame, region_xyxy, size_wh, score)
        self._breaking.fault = fault
        return super().detect(frame, region_xyxy, size_wh, score)


class _BreakingRuntime:
    """A real runtime whose answers are corrupted on the way."""

    def __init__(self, real: Runtime) -> None:
        self._real = real
        self.fault: Fault | None = None

    @property
    def precision(self) -> str:
        return self._real.precision

    def release(self, size_wh: tuple[int, int]) -> None:
        self._real.release(size_wh)

    def infer(self, pictures: Sequence[Bgr]) -> list[Outputs]:
        if self.fault == "raises":
            raise DetectorError("the detector failed on request")
        if self.fault == "unforeseen":
            raise MemoryError("out of memory, on request")
        answers = self._real.infer(pictures)
        if self.fault == "silent":
            return answers[:-1]
        return [{name: _spoilt(values, self.fault) for name, values in answer.items()} for answer in answers]


def _spoilt(values: np.ndarray, fault: Fault | None) -> np.ndarray:
    if fault == "nan":
        return np.full_like(values, np.nan)
    return values[..., :-1] if fault == "truncated" else values
