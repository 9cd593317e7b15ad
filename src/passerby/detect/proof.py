"""Proves a detector on drawn pictures with known content, along the same path that frames take."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from passerby.detect import canary
from passerby.detect.detector import Detector
from passerby.detect.errors import DeafError
from passerby.detect.runtime import Bgr
from passerby.media import Detections, RawFrame
from passerby.media.frames import plane_views

PROOF_INDEX = -1
"""The index of a proof's frame. No frame of a source has it."""
SIZE_WH = (416, 256)
SPOTS = ((60, 40), (190, 120), (300, 60), (120, 130), (250, 30), (330, 140))
"""Left and top of the figure, used in turn: every answer must differ."""
MIDDLE_OFF = 0.25  # of the figure's height: how far off the centre of its box may be
SCORE = 0.2
WORDS = "the detector does not find what it must find"


def prove(detector: Detector, round_number: int = 0, *, keeps_network: bool = True) -> None:
    """Shows it two pictures and checks that it finds their content. Raises DetectorError: DeafError if it is deaf.

    round_number: chooses the pictures. For a model without a canary, it only checks that answers change with the
    picture. keeps_network: whether the network of this size stays in memory, about 20 MB.
    """
    try:
        _prove(detector, round_number)
    finally:
        if not keeps_network:
            detector.release(detector.input_size(SIZE_WH))


def _prove(detector: Detector, round_number: int) -> None:
    spots = [SPOTS[(2 * round_number + number) % len(SPOTS)] for number in (0, 1)]
    name = detector.model.card.canary
    if name is None:
        if not detector.hears([proof_picture("person", spot) for spot in spots]):
            raise DeafError(f"{WORDS}: '{detector.model.card.name}' answers the same to different pictures")
        return
    for spot in spots:
        found = detector.detect(_frame_of(proof_picture(name, spot)), score=SCORE)
        if not _shows(found, name, spot):
            raise DeafError(
                f"{WORDS}: '{detector.model.card.name}' missed a drawn {name}",
                hint="try passerby models test; install passerby again if it fails",
            )


def proof_picture(name: canary.FigureName, spot: tuple[int, int]) -> Bgr:
    """A drawn yard with one drawn figure."""
    rows = np.linspace(150, 90, SIZE_WH[1]).astype(np.uint8)
    picture = np.repeat(np.repeat(rows[:, None, None], SIZE_WH[0], axis=1), 3, axis=2)
    picture[: SIZE_WH[1] // 3] = (178, 160, 140)
    picture = np.ascontiguousarray(picture)
    canary.draw(picture, name, *spot)
    return picture


def _shows(found: Detections, name: canary.FigureName, spot: tuple[int, int]) -> bool:
    """Whether the figure is found exactly where it stands, and at no other spot."""
    height, width = canary.figure(name).shape[:2]
    of_kind = found.take(found.class_id == canary.KINDS[name])
    middles = (of_kind.xyxy[:, :2] + of_kind.xyxy[:, 2:]) / 2
    wanted = np.array([spot[0] + width / 2, spot[1] + height / 2], np.float32)
    return bool((np.abs(middles - wanted).max(axis=1, initial=0.0) <= MIDDLE_OFF * height).any())


def _frame_of(picture: Bgr) -> RawFrame:
    made = av.VideoFrame.from_ndarray(picture, "bgr24").reformat(format="yuv420p")
    assert len(plane_views(made)) == 3
    return RawFrame(made, PROOF_INDEX, 0, Fraction(1, 1000))
