"""The facts that a report states. Nothing in it shows or describes a person."""

from __future__ import annotations

import base64
import math
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_serializer,
)

from passerby.config.about import Language
from passerby.covers_file import Box, ManualCovers
from passerby.media import Kind
from passerby.media.families import FAMILIES
from passerby.names import readable
from passerby.settings import Settings
from passerby.version import __version__

SCHEMA_VERSION: Final = "1"
"""Raised when a field is removed or changes its meaning, not when one is added."""

Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, BeforeValidator(readable)]
KindLabel = Literal["person", "face", "plate", "vehicle", "motion", "manual"]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceFacts(_Facts):
    """The source as it was found."""

    name: FileName = Field(
        description="File name without its folder: a path can say who and where. What is no text in it is escaped."
    )
    bytes: Count
    codec: str
    width: Count
    height: Count
    duration_s: Seconds | None = Field(
        None, description="None when the source does not say and was not read to its end."
    )
    frames_per_s: float | None = Field(None, gt=0, description="Average rate; None for a still.")
    turn: Literal[0, 90, 180, 270] = Field(0, description="Degrees clockwise to turn the coded picture upright.")

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the picture as a player shows it."""
        return (self.height, self.width) if self.turn % 180 else (self.width, self.height)


class ModeChoice(_Facts):
    """Which mode ran, and why."""

    used: Literal["reveal", "cover"]
    asked: Literal["auto", "reveal", "cover"]
    why: str = Field(description="One sentence.")
    instead: Literal["reveal", "cover"] | None = Field(
        None, description="The other mode, offered if over half of the picture is hidden."
    )
    camera_motion_px: float | None = Field(
        None, ge=0, description="Measured movement of the camera, picture pixels; None if it was not measured."
    )


class ModelUsed(_Facts):
    """A detector that ran on the frames."""

    name: str
    family: str = Field(description=f"How its output is decoded: {', '.join(FAMILIES)}.")
    sha256: Sha256


class FrameCounts(_Facts):
    """total: frames read. redacted: frames written. covered_whole: those of them that show nothing of the source."""

    total: Count
    redacted: Count
    covered_whole: Count = 0
    whole_by_reason: dict[str, Count] = Field(default_factory=dict, description="Frames covered whole, by reason.")


class Span(_Facts):
    """A stretch of the output, from start_s up to end_s, seconds from the start of the source."""

    start_s: Seconds
    end_s: Seconds
    reason: str
    frames: Count | None = None


class Doubt(Span):
    """One thing that a human should look at, with a short stretch of time in which it is in one place.

    The id says of another report on the same file whether it is the same entry.
    """

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    kind: Literal["person", "face"] = Field(description="What it may be.")
    is_covered: bool = Field(description="It is covered, though hardly seen; false: it was left visible.")
    xyxy: Box = Field(description="Where: in pixels of the picture as a player shows it, turned upright.")
    at_s: Seconds = Field(description="When a detector was surest.")

    @classmethod
    def of(cls, kind: Kind, *, is_covered: bool, start_s: float, end_s: float, at_s: float, xyxy: Box) -> Doubt:
        """From the engine's own types."""
        left, top, right, bottom = xyxy
        label: Any = kind.label
        covered = f"a {label} was hardly seen: check that the cover hides all of it"
        facts: dict[str, Any] = {
            "kind": label,
            "is_covered": is_covered,
            "start_s": round(start_s, 3),
            "end_s": round(end_s, 3),
            "at_s": round(at_s, 3),
            "xyxy": (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)),
            "reason": covered if is_covered else f"what may be a {label} was left visible, at least in part",
        }
        return cls(id=sha256(repr(facts).encode()).hexdigest()[:12], **facts)


class TrackSpan(_Facts):
    """One object while it was in view. The id means nothing outside this report."""

    id: int
    kind: KindLabel
    first_s: Seconds
    last_s: Seconds
    frames: Count

    @classmethod
    def of(cls, tracker_id: int, kind: Kind, first_s: float, last_s: float, frames: int) -> TrackSpan:
        """From the engine's own types."""
        label: Any = kind.label
        return cls(id=tracker_id, kind=label, first_s=first_s, last_s=last_s, frames=frames)


class Problem(_Facts):
    """Something wrong with the source, and what was done about it."""

    kind: str
    at_s: Seconds | None = None
    message: str


class HiddenShare(_Facts):
    """Share of the picture that was covered, over all frames: 0 nothing, 1 everything."""

    mean: Share
    max: Share


class Speed(_Facts):
    """How long it took. Stages overlap in threads, so that they may add up to more than the wall time."""

    wall_s: Seconds
    cpu_s: Seconds
    frames_per_s: float = Field(ge=0, description="Redacted frames by wall time, learning included.")
    stage_s: dict[str, Seconds] = Field(default_factory=dict, description="Seconds by stage.")


class Still(_Facts):
    """One REDACTED frame, small, for the contact sheet."""

    time_s: Seconds
    jpeg_base64: str = Field(repr=False)

    @classmethod
    def of(cls, time_s: float, jpeg: bytes) -> Still:
        """From the JPEG's bytes."""
        return cls(time_s=time_s, jpeg_base64=base64.b64encode(jpeg).decode("ascii"))

    @property
    def jpeg(self) -> bytes:
        return base64.b64decode(self.jpeg_base64)


class OutputFacts(_Facts):
    """The file that was written."""

    name: FileName = Field(description="File name without its folder. What is no text in it is escaped.")
    bytes: Count
    sha256: Sha256
    codec: str
    encoder: str = Field("", description="The encoder that made it, such as libx264.")


class Report(_Facts):
    """What one redaction did and how sure it is.

    low_confidence: what a human should look at before the output is handed on; what was left visible comes first.
    contact_sheet: redacted stills of those moments, by their `at_s`; if there are none, of moments evenly spaced.
    """

    schema_version: Literal["1"] = SCHEMA_VERSION
    passerby_version: str = Field(default_factory=lambda: __version__)
    source: SourceFacts
    output: OutputFacts
    mode: ModeChoice
    settings: Settings
    models: tuple[ModelUsed, ...] = ()
    frames: FrameCounts
    whole_spans: tuple[Span, ...] = ()
    low_confidence: tuple[Doubt, ...] = ()
    tracks: tuple[TrackSpan, ...] = ()
    problems: tuple[Problem, ...] = ()
    hidden: HiddenShare
    speed: Speed
    warnings: tuple[str, ...] = ()
    covers: ManualCovers | None = Field(None, description="What a person added and removed by hand; null: nothing.")
    contact_sheet: tuple[Still, ...] = Field((), repr=False)

    @field_serializer("settings", mode="wrap")
    def _settings_in_order(self, settings: Settings, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A set has no order: without one the same run would give two different reports.
        fields: dict[str, Any] = handler(settings)
        return {**fields, "hide": sorted(str(hide) for hide in settings.hide)}

    @property
    def duration_s(self) -> float:
        """The time axis of the report: the source's duration, or the last time that anything in it names."""
        ends = [span.end_s for span in (*self.whole_spans, *self.low_confidence)]
        ends += [track.last_s for track in self.tracks] + [still.time_s for still in self.contact_sheet]
        return max([self.source.duration_s or 0.0, *ends])

    def to_json(self) -> str:
        return self.model_dump_json(indent=2) + "\n"

    def to_html(self, language: Language = "en") -> str:
        """One self-contained page: it fetches nothing."""
        from passerby.report.html import render

        return render(self, language)

    def write(self, path: Path | str, language: Language = "en") -> Path:
        """Writes JSON, or HTML in a language, by the suffix, to a temporary file that is renamed when complete.

        Raises SettingsError for another suffix, OutputError if it cannot be written.
        """
        from passerby.report.write import write_report

        return write_report(self, Path(path), language)

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """The JSON Schema of what `to_json` gives; stored in docs/reference/report.schema.json."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **Report.model_json_schema(mode="validation"),
        }
