"""RawFrame → what is established background, what moves, and whether the camera does. Rules decide."""

from passerby.background.learn import Background, Sample, learn
from passerby.background.model import BackgroundModel, Observation
from passerby.background.regions import boxes_of
from passerby.background.small import SmallPicture, shrink, small_size
from passerby.background.steadiness import CameraMotion, measure_motion

__all__ = [
    "Background",
    "BackgroundModel",
    "CameraMotion",
    "Observation",
    "Sample",
    "SmallPicture",
    "boxes_of",
    "learn",
    "measure_motion",
    "shrink",
    "small_size",
]
