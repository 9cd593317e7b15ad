"""Which events a user may see: of which cameras, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, and_, false, or_, true
from sqlalchemy.sql.elements import SQLColumnExpression


@dataclass(frozen=True, slots=True)
class Sight:
    """since_90k: by camera, from when on its events may be seen: earlier ones are of another camera that had the same
    name. None: all events of all cameras, also of removed ones."""

    since_90k: Mapping[str, int] | None

    def includes(self, camera: str, start_90k: int) -> bool:
        return (self.since_90k is None or camera in self.since_90k) and start_90k >= self.from_90k(camera)

    def from_90k(self, camera: str) -> int:
        """From when on what is of a camera may be seen. camera: one that may be seen."""
        return 0 if self.since_90k is None else self.since_90k[camera]

    def where(self, camera: Column[str], time: SQLColumnExpression[int]) -> ColumnElement[bool]:
        """time: of the row, in ticks."""
        if self.since_90k is None:
            return true()
        each = [and_(camera == name, time >= since_90k) for name, since_90k in self.since_90k.items()]
        return or_(*each) if each else false()


ALL_CAMERAS = Sight(None)
