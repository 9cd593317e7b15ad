"""What a box can show. Boxes themselves are arrays `xyxy`: left, top, right, bottom in picture pixels."""

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a detection, a track or a cover is of. The value is the `class_id` in arrays."""

    PERSON = 0
    FACE = 1
    PLATE = 2
    VEHICLE = 3
    MOTION = 4
    """Something unknown that is not established background."""
    MANUAL = 5
    """Added by hand."""

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class BoxShare:
    """A box that does not depend on picture size: each value is a share 0..1 of width or height."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Share of the picture."""
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def words(self) -> str:
        """For people."""
        return ", ".join(
            f"{side} {share:.1%}".replace("%", " %")
            for side, share in zip(("left", "top", "right", "bottom"), self._all, strict=True)
        )

    @property
    def _all(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.right, self.bottom
