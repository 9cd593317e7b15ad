"""RawFrame → what is established background, what moves, and whether the camera moves. Decisions are left to rules."""

from passerby.background.absorb import Absorber
from passerby.background.changes import Changes
from passerby.background.claims import Sample, mask_of
from passerby.background.learn import Background, learn
from passerby.background.model import BackgroundModel, Observation
from passerby.background.packed import pack, unpack
from passerby.background.plate import Plate, make_plate
from passerby.background.regions import hull_of, joined, pieces_of
from passerby.background.register import Registered, register
from passerby.background.small import SmallPicture, shrink, shrink_luma, small_size
from passerby.background.steadiness import CameraMotion, measure_motion
from passerby.background.view import Seen, View

__all__ = [
    "Absorber",
    "Background",
    "BackgroundModel",
    "CameraMotion",
    "Changes",
    "Observation",
    "Plate",
    "Registered",
    "Sample",
    "Seen",
    "SmallPicture",
    "View",
    "hull_of",
    "joined",
    "learn",
    "make_plate",
    "mask_of",
    "measure_motion",
    "pack",
    "pieces_of",
    "register",
    "shrink",
    "shrink_luma",
    "small_size",
    "unpack",
]
