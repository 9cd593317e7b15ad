"""Samples a scene and learns its background: of a file from sparse looks at the stretch that is to be redacted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import numpy as np

from passerby.background import Background, CameraMotion, Sample, learn, measure_motion, register, shrink, small_size
from passerby.capture import sample_frames
from passerby.detect import Detector, sample
from passerby.engine.looks import Looks, far_px
from passerby.engine.threads import ahead
from passerby.media import Detections, Kind, RawFrame

SAMPLES = 24  # the least at which a pavement with somebody on it a third of the time is learned
ALIVE = (Kind.PERSON, Kind.FACE)  # a parked car may become background
SHARES = (2 / 3, 1.0)  # of the picture's size, in turn: at the larger those who sit far away are seen
CLAIM_SCORE = 0.07  # who scores less in all of the samples is not there


class Sampler:
    """Takes samples of one source. The detectors say who must not be taken for background."""

    def __init__(self, size_wh: tuple[int, int], detectors: Iterable[Detector]) -> None:
        self._size_wh = size_wh
        self._small_wh = small_size(*size_wh)
        self._detectors = list(detectors)
        self._upright_wh = size_wh

    def sample(self, frame: RawFrame, share: float) -> list[Sample]:
        """One sample; none where a detector fails, or where the frame is of another size or damaged.

        share: of the picture's size that the networks see.
        """
        if (frame.width, frame.height) != self._size_wh or frame.damaged:
            return []
        try:
            found = Detections.merge([self._find(detector, frame, share) for detector in self._detectors])
        except Exception:  # whatever it is, nothing is known of who is in this look
            return []
        claims = found.take(np.isin(found.class_id, ALIVE))
        scale = np.array(self._small_wh, np.float32) / np.array(self._size_wh, np.float32)
        boxes = np.asarray(claims.xyxy * np.tile(scale, 2), np.float32)
        return [Sample(shrink(frame, self._small_wh), Detections(boxes, claims.confidence, claims.class_id))]

    def _find(self, detector: Detector, frame: RawFrame, share: float) -> Detections:
        self._upright_wh = sample.upright_wh(frame, sample.whole(frame))
        return detector.detect(frame, size_wh=self._input_wh(detector, share), score=CLAIM_SCORE)

    def _input_wh(self, detector: Detector, share: float) -> tuple[int, int]:
        return detector.input_size(self._upright_wh, far_px(self._upright_wh, share))

    def release(self, looks: Looks) -> None:
        """Frees the networks that only learning needs. Learning again takes a third of a second to make them anew."""
        for detector in self._detectors:
            for share in SHARES:
                input_wh = self._input_wh(detector, share)
                if not looks.use(detector, input_wh, self._upright_wh):
                    detector.release(input_wh)


class Scene:
    """What is established in a file, stretch by stretch."""

    def __init__(self, path: Path, size_wh: tuple[int, int], detectors: Iterable[Detector]) -> None:
        self._path = path
        self._sampler = Sampler(size_wh, detectors)

    def samples(
        self, start_s: float | None, end_s: float | None, seen: Callable[[int], None] | None = None
    ) -> list[Sample]:
        """Sparse looks at a stretch of the file. A look at which a detector fails is left out."""
        samples: list[Sample] = []
        looks = sample_frames(self._path, count=SAMPLES, start_s=start_s, end_s=end_s)
        with closing(ahead(looks)) as frames:
            for n, frame in enumerate(frames):
                samples += self._sampler.sample(frame, SHARES[n % len(SHARES)])
                if seen:
                    seen(len(samples))
        return samples

    def release(self, looks: Looks) -> None:
        """See `Sampler.release`."""
        self._sampler.release(looks)


def learn_scene(samples: list[Sample]) -> tuple[Background, CameraMotion] | None:
    """The background of these samples and how steady the camera was; None where there are too few to tell."""
    if len(samples) < 3:
        return None
    registered = register(samples)
    background = learn(registered.samples, is_adrift=registered.is_adrift)
    return background, measure_motion(registered, background)
