"""Tests whether an added model finds a drawn figure. If so, it must find one in every picture."""

from __future__ import annotations

import numpy as np

from passerby.detect.canary import KINDS, FigureName
from passerby.detect.cards import Card
from passerby.detect.detector import Detector
from passerby.detect.errors import DetectorError
from passerby.detect.models import Model
from passerby.detect.proof import SPOTS, prove

SIZES_PX = (320, 416, 640, 960)
SHADES = (0, 60, 128, 200, 255)


def canary_of(model: Model) -> FigureName | None:
    """The figure that the model finds in every place, beside dark and bright pictures and noise; None if there is none.
    Raises ModelError if the model cannot be loaded."""
    for name, kind in KINDS.items():
        if kind in model.card.kinds and model.card.input.size_wh is None and _finds(model, name):
            return name
    return None


def _finds(model: Model, name: FigureName) -> bool:
    card: Card = model.card.model_copy(update={"canary": name})
    detector = Detector.load(Model(card, model.folder, model.bundled), 1)
    noise = np.random.default_rng(1)
    try:
        for number in range(len(SPOTS)):
            prove(detector, number)
        for size_px in SIZES_PX:
            width, height = detector.input_size((5, 3), size_px)
            for shade in SHADES:
                plain = np.full((height, width, 3), shade, np.float32)
                for spread in (0, 12, 50):
                    shown = np.clip(plain + noise.normal(0, spread, plain.shape), 0, 255)
                    detector.detect_bgr(shown.astype(np.uint8))
    except DetectorError:
        return False
    return True
