"""The settings of a redaction and their defaults. Each field states its effect, default and danger."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from passerby.media.boxes import Kind

Mode = Literal["auto", "reveal", "cover"]
Style = Literal["silhouette", "solid", "background", "mosaic", "blur"]
Shape = Literal["rounded", "outline"]


class Hide(StrEnum):
    """What cover mode looks for. Reveal mode hides whatever is not established background, whatever this says."""

    PEOPLE = "people"
    FACES = "faces"
    PLATES = "plates"
    VEHICLES = "vehicles"

    @property
    def kind(self) -> Kind:
        return {"people": Kind.PERSON, "faces": Kind.FACE, "plates": Kind.PLATE, "vehicles": Kind.VEHICLE}[self.value]


class Settings(BaseModel):
    """How to redact one source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Field(
        "auto",
        description="reveal: hide all but established background. cover: hide what is found. "
        "auto: reveal for a fixed camera, cover for a moving one.",
    )
    hide: frozenset[Hide] = Field(
        frozenset({Hide.PEOPLE, Hide.FACES, Hide.PLATES}),
        description="What is looked for. Leaving people out shows them.",
    )
    style: Style = Field(
        "silhouette",
        description="What is drawn over what is hidden. mosaic and blur keep traces "
        "of the picture under them: not irreversible.",
    )
    shape: Shape = Field("rounded", description="rounded: padded boxes. outline: the moving shape, which shows gait.")
    margin: float = Field(0.08, ge=0.0, le=2.0, description="Padding on each side of a cover, as a share of its size.")
    audio: Literal["drop", "keep"] = Field("drop", description="keep: voices identify people.")
    codec: Literal["h264", "hevc", "av1"] = "h264"
    encoder: Literal["auto", "software", "nvenc", "vaapi", "qsv"] = "software"
    quality: int = Field(
        23, ge=0, le=63, description="Constant rate factor of the encoder: lower is better and larger."
    )
    start_s: float | None = Field(None, ge=0, description="Begin at this time, seconds from the start of the source.")
    end_s: float | None = Field(None, gt=0, description="End before this time.")
    threads: int | None = Field(None, ge=1, description="Threads to use; None: as many as there are processors.")

    @model_validator(mode="after")
    def _check(self) -> Settings:
        if self.start_s is not None and self.end_s is not None and self.end_s <= self.start_s:
            raise ValueError(f"end {self.end_s:g} s is not after start {self.start_s:g} s")
        if not self.hide:
            raise ValueError("nothing to hide: name at least one of people, faces, plates, vehicles")
        return self
