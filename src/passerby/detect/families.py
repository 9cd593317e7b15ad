"""Decodes the outputs of four families of detectors into boxes. Which family a file belongs to is left to `guess`.

Boxes come out in pixels of the network's input, before suppression. Outputs that a family does not name are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from passerby.detect.errors import DetectorError
from passerby.detect.runtime import Outputs, describe
from passerby.media import Detections, Kind
from passerby.media.families import FamilyName

ClassMap = Mapping[int, Kind]
"""A network's class index → what it shows. Classes not listed are dropped."""

Floats = npt.NDArray[np.float32]

STRIDES = (8, 16, 32)
CENTERFACE_STRIDE = 4
ABSURD_REACH = 4.0
"""A box that reaches more than this many picture sides outside is not a box but a sign of a broken network."""


class Decode(Protocol):
    def __call__(self, outputs: Outputs, size_wh: tuple[int, int], class_map: ClassMap, score: float) -> Detections: ...


def decode(
    family: FamilyName, outputs: Outputs, size_wh: tuple[int, int], class_map: ClassMap, score: float
) -> Detections:
    """Everything that scores at least `score`, in input pixels. Raises DetectorError for meaningless answers."""
    for name, values in outputs.items():
        # The sum of an array that contains NaN or infinity is not finite, and costs a tenth of checking each number.
        if not np.isfinite(values.sum()):
            raise DetectorError(f"the network answered with numbers that are not finite in '{name}'")
    with np.errstate(over="ignore", invalid="ignore"):
        found = _DECODERS[family](outputs, size_wh, class_map, score)
    _check(found, size_wh)
    return found


def _nanodet(outputs: Outputs, size_wh: tuple[int, int], class_map: ClassMap, score: float) -> Detections:
    """Generalized Focal Loss (Li et al. 2020): each side's distance is the mean of a distribution over strides."""
    parts = []
    for stride in STRIDES:
        scores = _rows(outputs, f"cls_{stride}", size_wh, stride)
        sides = _rows(outputs, f"dis_{stride}", size_wh, stride)
        row, label, confidence = _above(scores, class_map, score)
        bins = sides.shape[1] // 4
        if sides.shape[1] % 4 or bins < 2:
            raise DetectorError(f"'dis_{stride}' has {sides.shape[1]} columns, not 4 equal distributions")
        distance = _mean_of_softmax(sides[row].reshape(-1, 4, bins)) * stride
        centre = (_grid(size_wh, stride)[row] + 0.5) * stride
        parts.append(_detections(centre - distance[:, :2], centre + distance[:, 2:], confidence, label))
    return Detections.merge(parts)


def _centerface(outputs: Outputs, size_wh: tuple[int, int], class_map: ClassMap, score: float) -> Detections:
    """CenterFace (Xu et al. 2019): a heat map of face centres, log sizes and offsets in (y, x) order."""
    columns, rows = _cells(size_wh, CENTERFACE_STRIDE)
    heat = _shaped(outputs, "heatmap", (1, 1, rows, columns))[0, 0]
    scale = _shaped(outputs, "scale", (1, 2, rows, columns))[0]
    offset = _shaped(outputs, "offset", (1, 2, rows, columns))[0]
    row, column = np.nonzero(heat >= score)
    half = np.exp(scale[::-1, row, column].T) * (CENTERFACE_STRIDE / 2)
    at = np.stack([column, row], axis=1) + offset[::-1, row, column].T
    centre = (at + 0.5) * CENTERFACE_STRIDE
    label = np.full(len(row), int(_only_kind(class_map)), np.int32)
    return _detections(centre - half, centre + half, heat[row, column], label)


def _yunet(outputs: Outputs, size_wh: tuple[int, int], class_map: ClassMap, score: float) -> Detections:
    """YuNet (Wu et al. 2023): per cell a class and an objectness score, an offset and a log size."""
    parts = []
    for stride in STRIDES:
        class_score = _rows(outputs, f"cls_{stride}", size_wh, stride)
        objectness = _rows(outputs, f"obj_{stride}", size_wh, stride)
        box = _rows(outputs, f"bbox_{stride}", size_wh, stride)
        confidence = np.sqrt(np.clip(class_score * objectness, 0, 1))
        row, label, confidence = _above(confidence, class_map, score)
        centre = (_grid(size_wh, stride)[row] + box[row, :2]) * stride
        half = np.exp(box[row, 2:4]) * (stride / 2)
        parts.append(_detections(centre - half, centre + half, confidence, label))
    return Detections.merge(parts)


def _ssd(outputs: Outputs, size_wh: tuple[int, int], class_map: ClassMap, score: float) -> Detections:
    """OpenVINO's DetectionOutput: rows of picture, label, confidence, then corners as shares of the picture."""
    values = next(iter(outputs.values()))
    if values.ndim != 4 or values.shape[:2] != (1, 1) or values.shape[3] != 7:
        raise DetectorError(f"the network answered with an array of {describe(values)}, not 1x1xNx7")
    rows = values[0, 0]
    ended = np.nonzero(rows[:, 0] < 0)[0]  # A picture number of -1 ends the list; the rest is left over.
    rows = rows[: ended[0]] if len(ended) else rows
    kinds = np.array([int(class_map.get(int(label), -1)) for label in rows[:, 1]], np.int32)
    chosen = (rows[:, 2] >= score) & (kinds >= 0)
    corners = rows[chosen, 3:] * np.array(size_wh * 2, np.float32)
    return _detections(corners[:, :2], corners[:, 2:], rows[chosen, 2], kinds[chosen])


_DECODERS: dict[FamilyName, Decode] = {"nanodet": _nanodet, "centerface": _centerface, "yunet": _yunet, "ssd": _ssd}


def outputs_of(family: FamilyName, names: Sequence[str]) -> tuple[str, ...]:
    """The outputs of a file that `decode` reads. Others, such as landmarks, need not be computed."""
    match family:
        case "nanodet":
            return tuple(f"{part}_{stride}" for part in ("cls", "dis") for stride in STRIDES)
        case "yunet":
            return tuple(f"{part}_{stride}" for part in ("cls", "obj", "bbox") for stride in STRIDES)
        case "centerface":
            return ("heatmap", "scale", "offset")
        case "ssd":
            return tuple(names[:1])


def _above(
    scores: Floats, class_map: ClassMap, score: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32], Floats]:
    """Where anything scores enough, and its kind: rows, kinds, scores. Classes of one kind compete within a cell."""
    rows, kinds, best = [], [], []
    for kind in sorted(set(class_map.values())):
        columns = [index for index, of in class_map.items() if of == kind]
        if max(columns) >= scores.shape[1]:
            raise DetectorError(f"the class map names class {max(columns)}; the network has {scores.shape[1]} classes")
        top = scores[:, columns].max(axis=1)
        row = np.nonzero(top >= score)[0]
        rows.append(row)
        kinds.append(np.full(len(row), int(kind), np.int32))
        best.append(top[row])
    return np.concatenate(rows), np.concatenate(kinds), np.concatenate(best)


def _mean_of_softmax(logits: Floats) -> Floats:
    """(…, bins) → (…): the expected bin."""
    weight = np.exp(logits - logits.max(axis=-1, keepdims=True))
    bins = np.arange(logits.shape[-1], dtype=np.float32)
    return np.asarray((weight @ bins) / weight.sum(axis=-1), np.float32)


def _cells(size_wh: tuple[int, int], stride: int) -> tuple[int, int]:
    return -(-size_wh[0] // stride), -(-size_wh[1] // stride)


def _grid(size_wh: tuple[int, int], stride: int) -> Floats:
    """(cells, 2): column and row of each cell, row by row."""
    columns, rows = _cells(size_wh, stride)
    row, column = np.divmod(np.arange(rows * columns), columns)
    return np.stack([column, row], axis=1).astype(np.float32)


def _rows(outputs: Outputs, name: str, size_wh: tuple[int, int], stride: int) -> Floats:
    """(cells, columns): one output of a picture, with one row per cell of its grid."""
    columns, rows = _cells(size_wh, stride)
    values = outputs.get(name)
    if values is None or values.ndim != 3 or values.shape[:2] != (1, rows * columns):
        got = "nothing" if values is None else describe(values)
        raise DetectorError(f"the network answered with {got} in '{name}', not 1x{rows * columns} rows")
    return np.asarray(values[0], np.float32)


def _shaped(outputs: Outputs, name: str, shape: tuple[int, ...]) -> Floats:
    values = outputs.get(name)
    if values is None or values.shape != shape:
        got = "nothing" if values is None else describe(values)
        raise DetectorError(f"the network answered with {got} in '{name}', not {'x'.join(map(str, shape))}")
    return values


def _only_kind(class_map: ClassMap) -> Kind:
    kinds = set(class_map.values())
    if len(kinds) != 1:
        raise DetectorError(f"this family finds one kind of thing; the class map names {len(kinds)}")
    return kinds.pop()


def _detections(
    low: npt.NDArray[Any], high: npt.NDArray[Any], confidence: Floats, kind: npt.NDArray[np.int32]
) -> Detections:
    xyxy = np.concatenate([low, high], axis=1).astype(np.float32)
    return Detections(xyxy, np.asarray(confidence, np.float32), kind)


def _check(found: Detections, size_wh: tuple[int, int]) -> None:
    """Fails closed: one impossible box means that nothing in the answer can be trusted."""
    reach = ABSURD_REACH * max(size_wh) + max(STRIDES) * 16
    if not np.isfinite(found.xyxy).all() or (np.abs(found.xyxy) > reach).any():
        raise DetectorError("the network found a box far outside the picture")
    if (found.xyxy[:, 2:] < found.xyxy[:, :2]).any():
        raise DetectorError("the network found a box that is turned inside out")
    if ((found.confidence < 0) | (found.confidence > 1.001)).any():
        raise DetectorError("the network gave a score that is not between 0 and 1")
