"""Reads boxes that a person adds or removes by hand from a JSON file, documented in docs/reference/covers-file.md."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from passerby.errors import SettingsError

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the picture as a player shows it, turned upright."""
Time = Annotated[float, Field(ge=0)]
"""Seconds from the start of the source."""
PLAYER_ROUNDS_S = 0.001  # a paused player may report a time slightly before the frame's own


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BoxAt(_Strict):
    """Where a moving box is at one time."""

    t_s: Time
    xyxy: Box

    @model_validator(mode="after")
    def _check(self) -> BoxAt:
        _check_box(self.xyxy)
        return self


class TimedBox(_Strict):
    """One box over time: either at rest (start_s, end_s, xyxy) or moving in straight lines between points.

    A moving box exists from its first point to its last, both included; start_s and end_s may lengthen
    that, the box then waits at its first or last place.
    """

    start_s: Time | None = None
    end_s: Time | None = None
    xyxy: Box | None = None
    points: tuple[BoxAt, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> TimedBox:
        if (self.xyxy is None) == (not self.points):
            raise ValueError("a box needs either 'xyxy' or 'points', not both")
        if self.xyxy is not None:
            _check_box(self.xyxy)
        if any(a.t_s >= b.t_s for a, b in pairwise(self.points)):
            raise ValueError("the points of a box must follow each other in time")
        first_s, last_s = self.span_s
        if last_s < first_s:
            raise ValueError(f"a box ends at {last_s:g} s, before it starts at {first_s:g} s")
        if self.points and not first_s <= self.points[0].t_s <= self.points[-1].t_s <= last_s:
            raise ValueError("start_s and end_s of a moving box must not lie inside its points")
        return self

    @property
    def span_s(self) -> tuple[float, float]:
        """First and last time. A missing end is infinite."""
        first = self.points[0].t_s if self.points else 0.0
        last = self.points[-1].t_s if self.points else float("inf")
        return (first if self.start_s is None else self.start_s, last if self.end_s is None else self.end_s)

    def at(self, time_s: float) -> Box | None:
        """The box at this time, None if there is none."""
        first_s, last_s = self.span_s
        if not first_s <= time_s <= last_s:
            return None
        if self.xyxy is not None:
            return self.xyxy
        if time_s <= self.points[0].t_s:
            return self.points[0].xyxy
        for before, after in pairwise(self.points):
            if time_s <= after.t_s:
                return _between(before, after, time_s)
        return self.points[-1].xyxy

    def during(self, from_s: float, until_s: float) -> Box | None:
        """The box in a frame shown from from_s until just before until_s, None if there is none in that time."""
        first_s, last_s = self.span_s
        if until_s <= first_s or last_s + PLAYER_ROUNDS_S < from_s:
            return None
        return self.at(min(max(from_s, first_s), last_s))

    @property
    def places(self) -> tuple[Box, ...]:
        """Every place given for the box."""
        return (self.xyxy,) if self.xyxy is not None else tuple(point.xyxy for point in self.points)


class ManualCovers(_Strict):
    """add: hidden whatever is found there. remove: shown whatever is found there, but not in a frame covered whole."""

    version: Literal[1]
    add: tuple[TimedBox, ...] = ()
    remove: tuple[TimedBox, ...] = ()

    @classmethod
    def read(cls, path: Path | str) -> ManualCovers:
        """Raises SettingsError if the file cannot be read or is not valid."""
        name = Path(path).name
        try:
            return cls.model_validate_json(Path(path).read_bytes())
        except OSError as error:
            raise SettingsError(f"couldn't read the covers file '{name}': {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(step) for step in first["loc"]) or "the file"
            raise SettingsError(
                f"the covers file '{name}' is wrong at {where}: {first['msg']}",
                hint="docs/reference/covers-file.md describes it",
            ) from error

    def at(self, time_s: float) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """The boxes to hide and the boxes to show at this time."""
        return (
            tuple(box for timed in self.add if (box := timed.at(time_s))),
            tuple(box for timed in self.remove if (box := timed.at(time_s))),
        )

    def during(self, from_s: float, until_s: float) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """The same for a frame shown from from_s until just before until_s. Boxes to show go by the start time alone,
        boxes to hide by the whole time: when in doubt, hide."""
        hidden = tuple(box for timed in self.add if (box := timed.during(from_s, until_s)))
        return hidden, self.at(from_s)[1]

    def of_still(self) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """The same for a still, which has no time: every added box is hidden, whatever its times."""
        return tuple(box for timed in self.add for box in timed.places), self.at(0.0)[1]


def to_coded(box: Box, turn: int, width: int, height: int) -> Box:
    """From the upright picture to the coded one (width × height), which `turn` degrees clockwise turn upright."""
    left, top, right, bottom = box
    if turn == 90:
        return (top, height - right, bottom, height - left)
    if turn == 180:
        return (width - right, height - bottom, width - left, height - top)
    if turn == 270:
        return (width - bottom, left, width - top, right)
    return box


def to_upright(box: Box, turn: int, width: int, height: int) -> Box:
    """From the coded picture (width × height) to the upright one."""
    return to_coded(box, (360 - turn) % 360, *((height, width) if turn % 180 else (width, height)))


def _check_box(box: Box) -> None:
    left, top, right, bottom = box
    if right <= left or bottom <= top:
        raise ValueError(f"a box is left, top, right, bottom: {box} is empty")


def _between(before: BoxAt, after: BoxAt, time_s: float) -> Box:
    share = (time_s - before.t_s) / (after.t_s - before.t_s)
    left, top, right, bottom = (a + (b - a) * share for a, b in zip(before.xyxy, after.xyxy, strict=True))
    return (left, top, right, bottom)
