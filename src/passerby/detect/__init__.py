"""A frame → what is in it. One model and one runtime at a time. What to do about it is left to others."""

from passerby.detect.cards import Card
from passerby.detect.detector import Detector, Trial, try_model
from passerby.detect.errors import DetectorError
from passerby.detect.models import Model, ModelStore, bundled_models, models_folder
from passerby.detect.runtime import InputSpec
from passerby.detect.suppress import suppress

__all__ = [
    "Card",
    "Detector",
    "DetectorError",
    "InputSpec",
    "Model",
    "ModelStore",
    "Trial",
    "bundled_models",
    "models_folder",
    "suppress",
    "try_model",
]
