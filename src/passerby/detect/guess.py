"""Recognises the kind of model in a file from its outputs and name. Refuses models that could tell people apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openvino as ov

from passerby.detect.families import STRIDES
from passerby.detect.runtime import InputSpec
from passerby.errors import ModelError
from passerby.media import Kind
from passerby.media.families import FamilyName

IDENTITY_WORDS = re.compile(
    r"embed|reid|re-id|re_id|descriptor|recogni|arcface|facenet|sphereface|identif|feature_?vec|gallery|gender|emotion"
    r"|(?:^|[^a-z])age(?:[^a-z]|$)|(?:^|[^a-z])gait(?:[^a-z]|$)|ocr|lpr(?:net)?(?:[^a-z]|$)",
    re.IGNORECASE,
)
"""Words in the names and outputs of networks that tell who or what somebody is, or that read plates."""

NAME_HINTS = (
    (Kind.FACE, "face"),
    (Kind.PERSON, "person|pedestrian|people|body"),
    (Kind.PLATE, "plate|licen[cs]e"),
    (Kind.VEHICLE, "vehicle|(?:^|[^a-z])cars?(?:[^a-z]|$)"),
)

IMAGENET_MEAN_BGR = (103.53, 116.28, 123.675)
IMAGENET_STD_BGR = (57.375, 57.12, 58.395)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """A model file's input and outputs. A side of None is free."""

    input_shape: tuple[int | None, ...]
    outputs: dict[str, tuple[int | None, ...]]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a family is fed by default."""

    input: InputSpec
    score: float
    iou: float


HABITS: dict[FamilyName, Habits] = {
    "nanodet": Habits(InputSpec(mean=IMAGENET_MEAN_BGR, std=IMAGENET_STD_BGR), 0.3, 0.6),
    "centerface": Habits(InputSpec(colour="RGB"), 0.2, 0.3),
    "yunet": Habits(InputSpec(), 0.4, 0.4),
    "ssd": Habits(InputSpec(), 0.3, 0.6),
}


def read_anatomy(content: bytes, weights: bytes | None) -> Anatomy:
    """Reads a model file without running it. Raises ModelError if it is not readable or has several inputs."""
    try:
        model = ov.Core().read_model(content, weights or b"")
    except RuntimeError as error:
        raise ModelError(
            "the file is neither ONNX nor OpenVINO IR that can be read", hint="give an .onnx or an .xml"
        ) from error
    if len(model.inputs) != 1:
        raise ModelError(f"a detector takes one picture; this model has {len(model.inputs)} inputs")
    names = {min(port.get_names()) if port.get_names() else port.any_name: port for port in model.outputs}
    return Anatomy(_shape(model.inputs[0]), {name: _shape(port) for name, port in names.items()})


def refuse_identity(names: Sequence[str], anatomy: Anatomy) -> None:
    """Raises ModelError for a model that, by its name or the shape of its outputs, seems to tell who somebody is."""
    for name in (*names, *anatomy.outputs):
        if found := IDENTITY_WORDS.search(name):
            raise ModelError(
                f"passerby takes no model that tells people apart: '{name}' speaks of '{found.group().strip('-_. ')}'"
            )
    for name, shape in anatomy.outputs.items():
        long_sides = [side for side in shape[1:] if side != 1]
        if len(long_sides) == 1 and long_sides[0] is not None and 32 <= long_sides[0] <= 8192:
            raise ModelError(
                f"passerby takes no model that tells people apart: output '{name}' is one vector of {long_sides[0]} "
                "numbers for a whole picture, as embeddings are"
            )


def guess_family(anatomy: Anatomy) -> FamilyName:
    """The family to which all of these outputs belong, so that nothing unknown is included. Raises ModelError."""
    shapes = anatomy.outputs
    names = set(shapes)
    if len(shapes) == 1 and _is_ssd(next(iter(shapes.values()))):
        return "ssd"
    if names in (_named("cls", "obj", "bbox"), _named("cls", "obj", "bbox", "kps")):
        return "yunet"
    if names == _named("cls", "dis"):
        return "nanodet"
    if names == {"heatmap", "scale", "offset"}:
        return "centerface"
    raise ModelError(
        f"no known family has the outputs {', '.join(sorted(names))}",
        hint="known are NanoDet (cls_8 dis_8 …), CenterFace (heatmap scale offset), YuNet (cls_8 obj_8 bbox_8 …) "
        "and SSD [1,1,N,7]",
    )


def guess_classes(family: FamilyName, names: Sequence[str]) -> dict[int, Kind]:
    """What the model finds, from its family or name. Raises ModelError if they do not tell."""
    if family in ("centerface", "yunet"):
        return {0: Kind.FACE}
    if family == "ssd":
        said = {kind for kind, words in NAME_HINTS for name in names if re.search(words, name, re.IGNORECASE)}
        if len(said) == 1:
            # Open Model Zoo numbers the only class 1 in older networks and 0 in newer ones; background is never output.
            return dict.fromkeys((0, 1), said.pop())
    raise ModelError(
        "the model's name does not tell what it finds",
        hint="say it: --classes 0=person,2=vehicle (person, face, plate, vehicle)",
    )


def guess_input(family: FamilyName, anatomy: Anatomy) -> InputSpec:
    """How to feed the model: the family's default, at the file's own size if that is fixed."""
    shape = anatomy.input_shape
    if len(shape) != 4 or shape[1] not in (3, None):
        raise ModelError(f"a detector takes [batch, 3, height, width]; this model takes {list(shape)}")
    height, width = shape[2], shape[3]
    habit = HABITS[family].input
    return (
        habit
        if height is None or width is None
        else habit.model_copy(update={"size_wh": (width, height), "multiple": 1})
    )


def names_of(file: Path, content: bytes) -> list[str]:
    """The names of the model: of the file, and the one that IR keeps inside."""
    inside = re.search(rb'<net name="([^"]*)"', content[:2000])
    return [file.name] + ([inside.group(1).decode("utf-8", "replace")] if inside else [])


def _is_ssd(shape: tuple[int | None, ...]) -> bool:
    return len(shape) == 4 and shape[:2] == (1, 1) and shape[3] == 7


def _named(*parts: str) -> set[str]:
    return {f"{part}_{stride}" for part in parts for stride in STRIDES}


def _shape(port: ov.Output) -> tuple[int | None, ...]:
    return tuple(None if side.is_dynamic else int(side.get_length()) for side in port.get_partial_shape())
