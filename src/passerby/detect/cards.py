"""What passerby knows about a model: its card. Where models are kept is left to `models`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from passerby.detect.canary import KINDS, FigureName
from passerby.detect.runtime import InputSpec
from passerby.errors import ModelError
from passerby.media import Kind
from passerby.media.families import FamilyName

FINDABLE = (Kind.PERSON, Kind.FACE, Kind.PLATE, Kind.VEHICLE)
"""Everything that a model may find. Identity is not included."""


def parse_kind(word: object) -> Kind:
    """`person` → Kind.PERSON. Raises ValueError for anything but the four kinds in `FINDABLE`."""
    for kind in FINDABLE:
        if word is kind or (isinstance(word, str) and word.lower() in (kind.label, f"{kind.label}s")):
            return kind
    raise ValueError(f"a model can find {', '.join(kind.label for kind in FINDABLE)}; not '{word}'")


KindWord = Annotated[Kind, BeforeValidator(parse_kind), PlainSerializer(lambda kind: kind.label, return_type=str)]


class Card(BaseModel):
    """One model: its file, what it finds, how to feed and read it, and where it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="What it is called in commands and reports.")
    family: FamilyName
    file: str = Field(description="Beside the card: ONNX, or the .xml of OpenVINO IR with its .bin next to it.")
    sha256: dict[str, str] = Field(description="Every file of the model and its SHA-256; checked at each load.")
    classes: dict[int, KindWord] = Field(min_length=1, description="The network's class index → what it is of.")
    input: InputSpec = InputSpec()
    score: float = Field(0.3, ge=0.0, le=1.0, description="Detections below this are dropped, unless told otherwise.")
    iou: float = Field(0.5, gt=0.0, le=1.0, description="Boxes that overlap a better one by more are dropped.")
    canary: FigureName | None = Field(
        None, description="The drawn figure that it must find in every picture; None: it was never seen to find one."
    )
    origin: str = ""
    licence: str = ""
    training_data: str = ""
    blind_spots: str = ""

    @field_validator("file")
    @classmethod
    def _beside(cls, value: str) -> str:
        if Path(value).name != value:
            raise ValueError("a card names a file beside it, not elsewhere")
        return value

    @model_validator(mode="after")
    def _finds_its_canary(self) -> Card:
        if self.canary is not None and (KINDS[self.canary] not in self.kinds or self.input.size_wh is not None):
            raise ValueError("a canary is of a kind that the model finds, in a picture of any size")
        return self

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(self.classes.values())

    @property
    def weights_file(self) -> str | None:
        """The .bin that belongs to an .xml."""
        return str(Path(self.file).with_suffix(".bin")) if self.file.endswith(".xml") else None


def read_checked(folder: Path, card: Card) -> tuple[bytes, bytes | None]:
    """The model's file, and its weights if it is IR. The bytes that were hashed are the bytes returned.

    Raises ModelError if a file is missing or is not the one that the card was made for.
    """
    content = _read_one(folder, card, card.file)
    return content, _read_one(folder, card, card.weights_file) if card.weights_file else None


def _read_one(folder: Path, card: Card, file: str) -> bytes:
    try:
        content = (folder / file).read_bytes()
    except OSError as error:
        raise ModelError(
            f"model '{card.name}': cannot read {file}: {error.strerror or error}",
            hint="install passerby again; for a model of your own: passerby models remove, then add",
        ) from error
    if hashlib.sha256(content).hexdigest() != card.sha256.get(file):
        raise ModelError(
            f"model '{card.name}': {file} is not the file that its card was made for (SHA-256 differs)",
            hint="it was altered or damaged; install or add it again from its source",
        )
    return content
