"""Manages the models: two that come with passerby, and those that an operator adds from a file."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from passerby.detect import guess
from passerby.detect.canary import FigureName
from passerby.detect.cards import Card, read_checked
from passerby.errors import ModelError
from passerby.media import Kind
from passerby.media.families import FamilyName

CARD_SUFFIX = ".card.json"


@dataclass(frozen=True, slots=True)
class Model:
    """A card and the folder that holds its files."""

    card: Card
    folder: Path
    bundled: bool

    def read(self) -> tuple[bytes, bytes | None]:
        """The model's bytes, checked against the card. Raises ModelError."""
        return read_checked(self.folder, self.card)


def bundled_models() -> list[Model]:
    """The models that come with passerby: NanoDet-g (people, vehicles) and CenterFace (faces)."""
    here = Path(__file__).parent
    cards = json.loads((here / "bundled.json").read_text(encoding="utf-8"))
    return [Model(Card.model_validate(card), here / "weights", bundled=True) for card in cards]


def models_folder() -> Path:
    """Where added models are kept: $PASSERBY_MODELS, or the user's data folder."""
    if folder := os.environ.get("PASSERBY_MODELS"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "passerby" / "models"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "passerby" / "models"


class ModelStore:
    """The bundled models and those in one folder, each with a card and its files."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else models_folder()

    def list(self) -> list[Model]:
        """All models: bundled ones first, then added ones by name. Raises ModelError for a card that cannot be read."""
        return bundled_models() + [self._read_card(path) for path in sorted(self.folder.glob(f"*{CARD_SUFFIX}"))]

    def get(self, name: str) -> Model:
        """The model of that name. Raises ModelError."""
        models = {model.card.name: model for model in self.list()}
        if name not in models:
            raise ModelError(f"there is no model '{name}'", hint=f"there are {', '.join(models)}")
        return models[name]

    def add(
        self,
        file: Path,
        *,
        name: str | None = None,
        family: FamilyName | None = None,
        classes: Mapping[int, Kind] | None = None,
        **card: Any,
    ) -> Model:
        """Copies a model here and writes its card. Anything not given is guessed from the file.

        card: other fields of `Card` (input, score, iou, origin, licence, …). Raises ModelError if the file cannot be
        read, belongs to no known family, or could tell people apart.
        """
        parts = _read_files(file)
        made = _make_card(file, parts, name, family, classes, card)
        if any(model.card.name == made.name for model in self.list()):
            raise ModelError(
                f"there is a model '{made.name}' already", hint="give another --name, or remove that one first"
            )
        self._keep(made, parts)
        return self.get(made.name)

    def expect(self, model: Model, figure: FigureName) -> Model:
        """Records in an added model's card which drawn figure it finds, and must find from now on."""
        card = model.card.model_copy(update={"canary": figure})
        try:
            _write_whole(self.folder / f"{card.name}{CARD_SUFFIX}", card.model_dump_json(indent=2).encode())
        except OSError as error:
            raise ModelError(f"cannot keep the model in {self.folder}: {error.strerror or error}") from error
        return self.get(card.name)

    def remove(self, name: str) -> None:
        """Deletes an added model. Raises ModelError if it is bundled or does not exist."""
        model = self.get(name)
        if model.bundled:
            raise ModelError(f"model '{name}' comes with passerby and cannot be removed")
        (self.folder / f"{name}{CARD_SUFFIX}").unlink()
        for file in model.card.sha256:
            (self.folder / file).unlink(missing_ok=True)

    def _keep(self, card: Card, parts: Mapping[str, bytes]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for kept, content in zip(card.sha256, parts.values(), strict=True):
                _write_whole(self.folder / kept, content)
            # The card comes last: a crash before it leaves files that nothing refers to; after it the model is
            # complete.
            _write_whole(self.folder / f"{card.name}{CARD_SUFFIX}", card.model_dump_json(indent=2).encode())
        except OSError as error:
            raise ModelError(f"cannot keep the model in {self.folder}: {error.strerror or error}") from error

    def _read_card(self, path: Path) -> Model:
        try:
            return Model(Card.model_validate_json(path.read_bytes()), path.parent, bundled=False)
        except (OSError, ValidationError) as error:
            raise ModelError(f"cannot read the model card {path}", hint="remove it and add the model again") from error


def _read_files(file: Path) -> dict[str, bytes]:
    """A model's file by suffix: `.onnx`, or `.xml` and `.bin`."""
    suffix = file.suffix.lower()
    if suffix not in (".onnx", ".xml"):
        raise ModelError(
            f"{file.name} is not a model file that passerby knows",
            hint="give an .onnx file, or the .xml of OpenVINO IR",
        )
    parts = {suffix: file} if suffix == ".onnx" else {suffix: file, ".bin": file.with_suffix(".bin")}
    try:
        return {part: path.read_bytes() for part, path in parts.items()}
    except OSError as error:
        raise ModelError(
            f"cannot read {error.filename}: {error.strerror}", hint="OpenVINO IR is two files: .xml and .bin"
        ) from error


def _make_card(
    file: Path,
    parts: Mapping[str, bytes],
    name: str | None,
    family: FamilyName | None,
    classes: Mapping[int, Kind] | None,
    rest: Mapping[str, Any],
) -> Card:
    suffix, content = next(iter(parts.items()))
    anatomy = guess.read_anatomy(content, parts.get(".bin"))
    names = guess.names_of(file, content)
    guess.refuse_identity([*names, name or ""], anatomy)
    recognised = guess.guess_family(anatomy)
    if family is not None and family != recognised:
        raise ModelError(f"{file.name} has the outputs of family {recognised}, not of {family}")
    name = name or _plain_name(file.stem)
    habits = guess.HABITS[recognised]
    fields: dict[str, Any] = {
        "name": name,
        "family": recognised,
        "file": f"{name}{suffix}",
        "sha256": {f"{name}{part}": hashlib.sha256(data).hexdigest() for part, data in parts.items()},
        "classes": dict(classes) if classes is not None else guess.guess_classes(recognised, names),
        "input": guess.guess_input(recognised, anatomy),
        "score": habits.score,
        "iou": habits.iou,
        "origin": f"added from {file.name}",
    }
    try:
        return Card.model_validate(fields | {key: value for key, value in rest.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(f"the model's {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


def _plain_name(stem: str) -> str:
    """`Person-Detection-0201.INT8` → `person-detection-0201.int8`."""
    return re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:64] or "model"


def _write_whole(path: Path, content: bytes) -> None:
    """Writes to a temporary file and renames it, so that no partial file ever has the name."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(content)
    try:
        shutil.move(part.name, path)
    except OSError:
        Path(part.name).unlink(missing_ok=True)
        raise
