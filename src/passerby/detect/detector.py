"""Finds things in frames: sample, infer, decode, map back. What to do about them is left to others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect import canary, families, sample
from passerby.detect.canary import Canary
from passerby.detect.errors import DetectorError
from passerby.detect.models import Model
from passerby.detect.runtime import DEFAULT_TIMEOUT_S, Bgr, Precision, Runtime, RuntimeName, load_runtime
from passerby.detect.suppress import drop_cut, suppress
from passerby.media import Detections, RawFrame
from passerby.media.families import FamilyName

RegionLike = tuple[float, float, float, float]

DEFAULT_LONG_SIDE_PX = 416
"""NanoDet-g was trained on pictures of 416×416."""
CUT_EDGE_PX = 2.0
"""A box within this many input pixels of its tile's edge counts as cut off by it."""


class Detector:
    """One loaded model. Do not call it from two threads at once: load one for each.

    Any failure on a frame raises DetectorError: then nothing is known about it and it must be covered whole.
    """

    def __init__(self, model: Model, runtime: Runtime) -> None:
        self.model = model
        self._runtime = runtime
        self.canary = Canary(model.card.canary) if model.card.canary else None
        """What must be found beside every picture; None for a model that does not find it."""

    @classmethod
    def load(
        cls,
        model: Model,
        threads: int | None = None,
        *,
        precision: Precision = "auto",
        runtime: RuntimeName = "openvino",
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> Detector:
        """Reads, checks and loads the model's files. Raises ModelError.

        threads: how many pictures run at once, one thread each; None for the number of processors.
        timeout_s: how long one answer may take before it raises DetectorError; onnxruntime waits for ever.
        """
        content, weights = model.read()
        card = model.card
        wanted = families.outputs_of(card.family, _output_names(card.family, content, weights))
        loaded = load_runtime(
            content,
            weights,
            card.input,
            wanted,
            threads=threads,
            precision=precision,
            runtime=runtime,
            timeout_s=timeout_s,
        )
        return cls(model, loaded)

    @property
    def precision(self) -> str:
        """The number format in use; known after the first picture."""
        return self._runtime.precision

    def input_size(self, region_wh: tuple[float, float], long_side_px: int = DEFAULT_LONG_SIDE_PX) -> tuple[int, int]:
        """The input's width and height for a region of that shape: fixed, or with a longer side near `long_side_px`."""
        spec = self.model.card.input
        if spec.size_wh is not None:
            return spec.size_wh
        factor = long_side_px / max(region_wh)
        width, height = (max(1, round(side * factor / spec.multiple)) * spec.multiple for side in region_wh)
        return width, height

    def release(self, size_wh: tuple[int, int]) -> None:
        """Frees the memory for inputs of this size, until the next one."""
        self._runtime.release(self._network_size(size_wh))

    def _network_size(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """The input size including the canary's strip."""
        return canary.with_strip(size_wh) if self.canary else size_wh

    def detect(
        self,
        frame: RawFrame,
        region_xyxy: RegionLike | None = None,
        size_wh: tuple[int, int] | None = None,
        score: float | None = None,
    ) -> Detections:
        """What is in the frame or in one region of it, in picture pixels as coded. Boxes may reach beyond the region.

        size_wh: of the upright picture that the network sees; None for `input_size`. Raises DetectorError.
        """
        region = sample.snap(frame, region_xyxy or sample.whole(frame))
        size = size_wh or self.input_size(sample.upright_wh(frame, region))
        return suppress(self._run(frame, [region], size, score)[0], self.model.card.iou)

    def detect_tiles(
        self,
        frame: RawFrame,
        regions_xyxy: Sequence[RegionLike],
        size_wh: tuple[int, int] | None = None,
        score: float | None = None,
    ) -> Detections:
        """The same for several regions at once, each seen at `size_wh`. An object in several of them is returned once.

        Regions should overlap by more than the size of the objects, or be used in addition to the whole picture.
        """
        if not regions_xyxy:
            return Detections.empty()
        regions = [sample.snap(frame, region) for region in regions_xyxy]
        size = size_wh or self.input_size(sample.upright_wh(frame, regions[0]))
        parts = [suppress(found, self.model.card.iou) for found in self._run(frame, regions, size, score)]
        tile = np.repeat(np.arange(len(parts)), [len(found) for found in parts])
        cut = np.concatenate([_is_cut(*pair, frame, size) for pair in zip(parts, regions, strict=True)])
        return suppress(drop_cut(Detections.merge(parts), tile, cut), self.model.card.iou)

    def detect_bgr(self, picture: Bgr, score: float | None = None) -> Detections:
        """What is in a picture that already has the network's size, in its own pixels. Raises DetectorError."""
        return suppress(self._read([picture], score)[0], self.model.card.iou)

    def hears(self, pictures: Sequence[Bgr]) -> bool:
        """Whether the network's answers to different pictures of one size differ. For models without a canary."""
        width, height = self.input_size((pictures[0].shape[1], pictures[0].shape[0]))
        fitted = [np.asarray(cv2.resize(picture, (width, height)), np.uint8) for picture in pictures]
        answers = [self._runtime.infer([picture])[0] for picture in fitted]
        sums = {tuple(float(values.sum()) for values in answer.values()) for answer in answers}
        return len(sums) == len(answers)

    def _run(
        self, frame: RawFrame, regions: Sequence[sample.Region], size_wh: tuple[int, int], score: float | None
    ) -> list[Detections]:
        found = self._read([sample.sample_bgr(frame, region, size_wh) for region in regions], score)
        return [
            Detections(sample.to_picture(part.xyxy, frame, region, size_wh), part.confidence, part.class_id)
            for part, region in zip(found, regions, strict=True)
        ]

    def _read(self, pictures: Sequence[Bgr], score: float | None) -> list[Detections]:
        """Raises DetectorError, and DeafError if the canary beside a picture is not found in its place."""
        least = self.model.card.score if score is None else score
        if self.canary is None:
            return self._answers(pictures, least)
        extended = [self.canary.extend(picture) for picture in pictures]
        answers = self._answers([picture for picture, _ in extended], min(least, canary.MIN_SCORE))
        checked = [self.canary.check(found, place) for found, (_, place) in zip(answers, extended, strict=True)]
        return [found.take(found.confidence >= least) for found in checked]

    def _answers(self, pictures: Sequence[Bgr], least: float) -> list[Detections]:
        card = self.model.card
        size_wh = (pictures[0].shape[1], pictures[0].shape[0])
        answers = self._runtime.infer(pictures)
        if len(answers) != len(pictures):
            raise DetectorError(f"the runtime answered {len(answers)} of {len(pictures)} pictures")
        return [families.decode(card.family, answer, size_wh, card.classes, least) for answer in answers]


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did on a drawn picture. found: detections at its own score; there should be few. proved: it finds a
    drawn figure in its place, so its silence would be noticed."""

    size_wh: tuple[int, int]
    milliseconds: float
    precision: str
    found: int
    proved: bool = True


def try_model(model: Model, *, threads: int | None = None, runtime: RuntimeName = "openvino") -> Trial:
    """Loads the model, runs it on a drawn picture and decodes. Raises ModelError or DetectorError if that fails."""
    detector = Detector.load(model, threads, runtime=runtime)
    size_wh = detector.input_size((4, 3))
    picture = drawn_picture(size_wh)
    detector.detect_bgr(picture)  # The first run compiles. A canary that is not found raises DeafError here.
    started = time.perf_counter()
    found = detector.detect_bgr(picture)
    return Trial(
        size_wh, (time.perf_counter() - started) * 1000, detector.precision, len(found), detector.canary is not None
    )


def drawn_picture(size_wh: tuple[int, int]) -> Bgr:
    """A fixed picture of slopes and edges, identical on every machine. It shows nobody."""
    column, row = np.meshgrid(np.arange(size_wh[0]), np.arange(size_wh[1]))
    shades = [(column * 3 + row) % 256, (row * 2 + (column // 40) * 60) % 256, (column * row // 64) % 256]
    return np.stack(shades, axis=2).astype(np.uint8)


def _output_names(family: FamilyName, content: bytes, weights: bytes | None) -> list[str]:
    """The file's own output names; only SSD networks differ in them."""
    if family != "ssd":
        return []
    from passerby.detect.guess import read_anatomy

    return list(read_anatomy(content, weights).outputs)


def _is_cut(
    found: Detections, region: sample.Region, frame: RawFrame, size_wh: tuple[int, int]
) -> npt.NDArray[np.bool_]:
    """Which boxes touch an edge of the region that is not the picture's own edge."""
    left, top, right, bottom = region
    near = CUT_EDGE_PX * max(right - left, bottom - top) / max(size_wh)
    x0, y0, x1, y1 = found.xyxy.T
    touches = np.zeros(len(found), np.bool_)
    if left > 0:
        touches |= x0 <= left + near
    if top > 0:
        touches |= y0 <= top + near
    if right < frame.width:
        touches |= x1 >= right - near
    if bottom < frame.height:
        touches |= y1 >= bottom - near
    return touches
