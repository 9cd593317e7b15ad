"""What a box can be of. Boxes themselves are arrays `xyxy`: left, top, right, bottom in picture pixels."""

from enum import IntEnum


class Kind(IntEnum):
    """What a detection, a track or a cover is of. The value is the `class_id` in arrays."""

    PERSON = 0
    FACE = 1
    PLATE = 2
    VEHICLE = 3
    MOTION = 4
    """Something that is not established background; nobody knows what."""
    MANUAL = 5
    """Added by hand."""

    @property
    def label(self) -> str:
        return self.name.lower()
