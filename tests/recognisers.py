"""Looks for what tells people apart: networks that lie about in an environment, and calls of what would run one."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

WEIGHTS = {
    ".bin", ".caffemodel", ".ckpt", ".dat", ".engine", ".gguf", ".h5", ".keras", ".mlmodel", ".mnn", ".onnx", ".ort",
    ".param", ".pb", ".pdiparams", ".pdmodel", ".pkl", ".pt", ".pth", ".safetensors", ".t7", ".tflite", ".weights",
    ".xml",
}  # fmt: skip
"""Suffixes of files that hold networks, or what networks learned."""
SMALLEST_BYTES = 100_000
"""The smallest face recognisers in use have over a million bytes; samples that libraries are tested with have less."""

NAMES_OF_WEIGHTS = re.compile(
    r"sface|arc_?face|ada_?face|mag_?face|cos_?face|sphere_?face|vgg_?face|open_?face|mobile_?face_?net|face_?net"
    r"|face_?(recogni|id|embed|verif)|w600k|glint|buffalo_[lsm]|antelope|dlib_face|nn4\.|re_?id|os_?net"
    r"|(gender|emotion|ferplus|age)_?(net|googlenet|estim|recogni)|lpr_?net|plate_?(recogni|ocr)",
    re.IGNORECASE,
)
HASHES_OF_WEIGHTS = {
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79": "face_recognition_sface_2021dec.onnx",
    "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43": "w600k_r50.onnx",
}
"""SHA-256 of the network that OpenCV's class is made for, and of the most widely used one, under whatever names."""
_SIZES = {38_696_353, 174_383_860}  # only these are worth a hash

TELLS_APART = re.compile(
    # recognisers of faces and of text, and what estimates ages
    r"(cv2_)?(dnn_)?(FaceRecognizer\w*|\w*FaceRecognizer|alignCrop|BIF|TextRecognition\w*|OCR\w+)"
    # modules of the larger OpenCV that registries have under another name
    r"|cv2\.(face|text|img_hash)(\..*)?|img_hash|\w*(ImgHash|ImageHash)\w*"
    # what runs a network past the cards, and past the refusal that an added model goes through
    r"|readNet\w*|readTensorFromONNX"
    # what nobody can read here
    r"|getattr\(cv2\)|vars\(cv2\)"
)
"""Whole names, as they are used."""


def dependency_tree(name: str) -> dict[str, Distribution]:
    """All that is installed with a package, itself included, by name."""
    found: dict[str, Distribution] = {}
    todo = [(name, frozenset[str]())]
    while todo:
        wanted, extras = todo.pop()
        key = re.sub(r"[-_.]+", "-", wanted).lower()
        if key in found:
            continue
        try:
            found[key] = distribution(wanted)
        except PackageNotFoundError:  # for another system
            continue
        for line in found[key].requires or []:
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": each}) for each in extras | {""}):
                todo.append((needed.name, frozenset(needed.extras)))
    return found


def networks_among(paths: Iterable[Path]) -> list[Path]:
    """Files that may be networks, and are not too small for any that is of use."""
    return sorted(
        path
        for path in paths
        if path.suffix.lower() in WEIGHTS and path.is_file() and path.stat().st_size >= SMALLEST_BYTES
    )


def networks_in(folder: Path) -> list[Path]:
    return networks_among(folder.rglob("*"))


def recognisers_among(paths: list[Path]) -> list[Path]:
    """By what they are called, and by what is in them, whatever they are called."""
    return [path for path in paths if NAMES_OF_WEIGHTS.search(path.name) or _is_known(path)]


def _is_known(path: Path) -> bool:
    return path.stat().st_size in _SIZES and hashlib.sha256(path.read_bytes()).hexdigest() in HASHES_OF_WEIGHTS


def calls_in(source: Path) -> Iterator[str]:
    """What a module uses that tells people apart: as an attribute, an import, or a text from which a name is made."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), str(source))):
        for name in _names_in(node):
            if TELLS_APART.fullmatch(name) or TELLS_APART.fullmatch(name.rpartition(".")[2]):
                yield f"{source.name}:{getattr(node, 'lineno', 0)}: {name}"


def _names_in(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            yield f"{module}.{name}"
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Constant(value=str(name)):
            yield name
        case ast.Import(names=names):
            yield from (each.name for each in names)
        case ast.ImportFrom(module=module, names=names):
            yield from (f"{module}.{each.name}" for each in names)
        case ast.Call(func=ast.Name(id="getattr" | "vars" as function), args=[ast.Name(id="cv2"), *_]):
            yield f"{function}(cv2)"
