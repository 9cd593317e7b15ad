"""Samples a scene and learns its background; for a file, from sparse samples of the stretch to be redacted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from passerby.background import (
    Background,
    CameraMotion,
    Sample,
    learn,
    make_plate,
    mask_of,
    measure_motion,
    register,
    shrink,
    small_size,
)
from passerby.capture import sample_frames
from passerby.detect import Detector, sample
from passerby.engine.passes import Passes, far_px
from passerby.engine.plate import PlateExaminer, claimed_boxes
from passerby.engine.threads import ahead
from passerby.media import Detections, Kind, RawFrame
from passerby.media.boxes import BoxShare
from passerby.rules.not_people import says_not_a_person

SAMPLES = 24  # the minimum to learn a pavement that has somebody on it a third of the time
ALIVE = (Kind.PERSON, Kind.FACE)  # a parked car may become background
SHARES = (2 / 3, 1.0)  # of the picture's size, in turn: the larger shows people who sit far away
CLAIM_SCORE = 0.07  # anything that scores less in all samples is not a person
VEHICLE_SCORE = 0.3  # anything that scores less may be a person in front of something large
WHOLE_EVERY = 3  # one sample in this many is kept at full size for the plate: 8 of 24, which take 25 MB in 1920×1080


class Sampler:
    """Takes samples of one source. The detectors find people, who must not become background."""

    def __init__(
        self, size_wh: tuple[int, int], detectors: Iterable[Detector], not_people: Sequence[BoxShare] = ()
    ) -> None:
        """not_people: claims inside one of these do not count."""
        self._size_wh = size_wh
        self._not_people = not_people
        self._small_wh = small_size(*size_wh)
        self._detectors = list(detectors)
        self._upright_wh = size_wh

    def sample(self, frame: RawFrame, number: int) -> list[Sample]:
        """One sample; none if a detector fails, or if the frame is damaged or has another size.

        number: how many were taken before; it decides how large a picture the networks see.
        """
        if (frame.width, frame.height) != self._size_wh or frame.damaged:
            return []
        try:
            share = SHARES[number % len(SHARES)]
            found = Detections.merge([self._find(detector, frame, share) for detector in self._detectors])
        except Exception:  # whatever went wrong, nobody knows who is in this sample
            return []
        claims = without(found.take(np.isin(found.class_id, ALIVE)), self._not_people, self._size_wh)
        vehicles = found.take((found.class_id == Kind.VEHICLE) & (found.confidence >= VEHICLE_SCORE))
        return [
            Sample(
                shrink(frame, self._small_wh),
                Detections(self._to_small(claims.xyxy), claims.confidence, claims.class_id),
                vehicles=self._to_small(vehicles.xyxy),
                frame=frame if number % WHOLE_EVERY == 0 else None,
            )
        ]

    def _to_small(self, boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        scale = np.array(self._small_wh, np.float32) / np.array(self._size_wh, np.float32)
        return np.asarray(boxes * np.tile(scale, 2), np.float32)

    def _find(self, detector: Detector, frame: RawFrame, share: float) -> Detections:
        self._upright_wh = sample.upright_wh(frame, sample.whole(frame))
        return detector.detect(frame, size_wh=self._input_wh(detector, share), score=CLAIM_SCORE)

    def _input_wh(self, detector: Detector, share: float) -> tuple[int, int]:
        return detector.input_size(self._upright_wh, far_px(self._upright_wh, share))

    def release(self, passes: Passes) -> None:
        """Frees the networks that only learning needs. Learning again takes a third of a second to build them again."""
        for detector in self._detectors:
            for share in SHARES:
                input_wh = self._input_wh(detector, share)
                if not passes.use(detector, input_wh, self._upright_wh):
                    detector.release(input_wh)


class Scene:
    """Learns what is established in a file, stretch by stretch."""

    def __init__(self, path: Path, size_wh: tuple[int, int], detectors: Iterable[Detector]) -> None:
        self._path = path
        self._sampler = Sampler(size_wh, detectors)
        self.span_s = 0.0
        """The span of time that the last samples cover."""

    def samples(
        self, start_s: float | None, end_s: float | None, seen: Callable[[int], None] | None = None
    ) -> list[Sample]:
        """Takes sparse samples of a stretch of the file. A sample on which a detector fails is left out."""
        samples: list[Sample] = []
        times_s: list[float] = []
        sampled = sample_frames(self._path, count=SAMPLES, start_s=start_s, end_s=end_s)
        with closing(ahead(sampled)) as frames:
            for n, frame in enumerate(frames):
                samples += self._sampler.sample(frame, n)
                times_s.append(frame.time_s)
                if seen:
                    seen(len(samples))
        self.span_s = max(times_s, default=0.0) - min(times_s, default=0.0)
        return samples

    def release(self, passes: Passes) -> None:
        """See `Sampler.release`."""
        self._sampler.release(passes)


@dataclass(frozen=True, slots=True)
class LearnedScene:
    """What was learned from a set of samples. samples: aligned with each other. They hold clear pictures."""

    background: Background
    motion: CameraMotion
    samples: list[Sample] = field(repr=False)


def learn_scene(samples: list[Sample]) -> LearnedScene | None:
    """The background of these samples and how steady the camera was; None if there are too few samples."""
    if len(samples) < 3:
        return None
    registered = register(samples)
    background = learn(registered.samples, is_adrift=registered.is_adrift)
    return LearnedScene(background, measure_motion(registered, background), registered.samples)


def without(found: Detections, not_people: Sequence[BoxShare], size_wh: tuple[int, int]) -> Detections:
    """The detections without those that a user marked as not a person. size_wh: of the picture."""
    shares = np.asarray(found.xyxy / np.array(size_wh * 2, np.float32), np.float32)
    return found.take(~says_not_a_person(shares, not_people))


def examined(scene: LearnedScene, examiner: PlateExaminer, not_people: Sequence[BoxShare] = ()) -> Background:
    """The background without anything that may be a person. Only this may be shown. Raises DetectorError."""
    background = scene.background
    plate = make_plate(scene.samples, background)
    if plate is None:  # there is no full-size sample to examine
        return background.without(background.established)
    found = without(examiner.examine(plate.frame), not_people, (plate.frame.width, plate.frame.height))
    claims = claimed_boxes(found)
    rows, columns = background.established.shape
    scale = np.array([columns / plate.frame.width, rows / plate.frame.height] * 2, np.float32)
    return background.without(mask_of(claims * scale, (rows, columns)) | plate.missing)
