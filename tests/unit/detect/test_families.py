"""Boxes written into the outputs of each family must be read back; answers that make no sense must be refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.detect import families
from passerby.detect.errors import DetectorError
from passerby.media import Kind
from passerby.media.families import FamilyName

SIZE = (128, 96)
COCO = {0: Kind.PERSON, 2: Kind.VEHICLE, 7: Kind.VEHICLE}
FACES = {0: Kind.FACE}

share = st.floats(0.02, 0.98)
box = st.tuples(share, share, share, share).filter(lambda b: abs(b[0] - b[2]) > 0.05 and abs(b[1] - b[3]) > 0.05)


def in_pixels(shares: tuple[float, float, float, float]) -> np.ndarray[Any, np.dtype[np.float32]]:
    x0, x1 = sorted((shares[0], shares[2]))
    y0, y1 = sorted((shares[1], shares[3]))
    return np.array([x0, y0, x1, y1], np.float32) * np.array(SIZE * 2, np.float32)


def cells(stride: int) -> int:
    return (SIZE[0] // stride) * (SIZE[1] // stride)


def nanodet_silence(classes: int = 80) -> dict[str, Any]:
    outputs = {f"cls_{s}": np.zeros((1, cells(s), classes), np.float32) for s in families.STRIDES}
    return outputs | {f"dis_{s}": np.zeros((1, cells(s), 44), np.float32) for s in families.STRIDES}


def yunet_silence() -> dict[str, Any]:
    sizes = {"cls": 1, "obj": 1, "bbox": 4}
    return {
        f"{part}_{s}": np.zeros((1, cells(s), n), np.float32) for part, n in sizes.items() for s in families.STRIDES
    }


def centerface_silence() -> dict[str, Any]:
    rows, columns = SIZE[1] // 4, SIZE[0] // 4
    return {
        name: np.zeros((1, n, rows, columns), np.float32) for name, n in (("heatmap", 1), ("scale", 2), ("offset", 2))
    }


def ssd_silence(rows: int = 5) -> dict[str, Any]:
    values = np.zeros((1, 1, rows, 7), np.float32)
    values[..., 0] = -1
    return {"detection_out": values}


SILENCE: dict[FamilyName, Any] = {
    "nanodet": nanodet_silence,
    "centerface": centerface_silence,
    "yunet": yunet_silence,
    "ssd": ssd_silence,
}


@settings(max_examples=60)
@given(box=box, label=st.sampled_from(sorted(COCO)), score=st.floats(0.4, 0.99))
def test_nanodet_box_is_read_back(box: tuple[float, float, float, float], label: int, score: float) -> None:
    xyxy, stride = in_pixels(box), 16
    outputs = nanodet_silence()
    column, row = (int((xyxy[k] + xyxy[k + 2]) / 2 // stride) for k in (0, 1))
    centre = (np.array([column, row]) + 0.5) * stride
    sides = np.maximum(np.concatenate([centre - xyxy[:2], xyxy[2:] - centre]) / stride, 0)
    cell = row * (SIZE[0] // stride) + column
    logits = np.full((4, 11), -60.0)
    for side, distance in enumerate(sides):
        low = int(distance)
        logits[side, low] = np.log(max(1 - (distance - low), 1e-9))
        logits[side, low + 1] = np.log(max(distance - low, 1e-9))
    outputs[f"dis_{stride}"][0, cell] = logits.reshape(-1)
    outputs[f"cls_{stride}"][0, cell, label] = score
    found = families.decode("nanodet", outputs, SIZE, COCO, 0.3)
    expected = np.concatenate([centre - sides[:2] * stride, centre + sides[2:] * stride])
    np.testing.assert_allclose(found.xyxy, [expected], atol=0.05)
    assert found.class_id.tolist() == [int(COCO[label])]
    np.testing.assert_allclose(found.confidence, [score], atol=1e-6)


@settings(max_examples=60)
@given(box=box, score=st.floats(0.4, 0.99))
def test_centerface_box_is_read_back(box: tuple[float, float, float, float], score: float) -> None:
    xyxy, outputs = in_pixels(box), centerface_silence()
    centre, sides = (xyxy[:2] + xyxy[2:]) / 2, xyxy[2:] - xyxy[:2]
    column, row = (centre // 4).astype(int)
    outputs["heatmap"][0, 0, row, column] = score
    outputs["scale"][0, :, row, column] = np.log(sides[::-1] / 4)
    outputs["offset"][0, :, row, column] = (centre / 4 - 0.5 - [column, row])[::-1]
    found = families.decode("centerface", outputs, SIZE, FACES, 0.3)
    np.testing.assert_allclose(found.xyxy, [xyxy], atol=0.02)
    assert found.class_id.tolist() == [int(Kind.FACE)]


@settings(max_examples=60)
@given(box=box, stride=st.sampled_from(families.STRIDES))
def test_yunet_box_is_read_back(box: tuple[float, float, float, float], stride: int) -> None:
    xyxy, outputs = in_pixels(box), yunet_silence()
    centre, sides = (xyxy[:2] + xyxy[2:]) / 2, xyxy[2:] - xyxy[:2]
    column, row = np.minimum(centre // stride, np.array(SIZE) // stride - 1).astype(int)
    cell = row * (SIZE[0] // stride) + column
    outputs[f"cls_{stride}"][0, cell], outputs[f"obj_{stride}"][0, cell] = 0.9, 0.4
    outputs[f"bbox_{stride}"][0, cell] = [*(centre / stride - [column, row]), *np.log(sides / stride)]
    found = families.decode("yunet", outputs, SIZE, FACES, 0.3)
    np.testing.assert_allclose(found.xyxy, [xyxy], atol=0.02)
    np.testing.assert_allclose(found.confidence, [0.6], atol=1e-5)


@settings(max_examples=60)
@given(boxes=st.lists(st.tuples(box, st.floats(0, 1), st.sampled_from([0, 1, 2])), max_size=5))
def test_ssd_rows_are_read_until_the_list_ends(boxes: list[Any]) -> None:
    outputs, expected = ssd_silence(8), []
    for k, (shares, score, label) in enumerate(boxes):
        xyxy = in_pixels(shares)
        outputs["detection_out"][0, 0, k] = [0, label, score, *(xyxy / np.array(SIZE * 2))]
        if np.float32(score) >= np.float32(0.3) and label == 1:
            expected.append(xyxy)
    outputs["detection_out"][0, 0, 7] = [0, 1, 1, 0, 0, 1, 1]  # Left over behind the end of the list.
    found = families.decode("ssd", outputs, SIZE, {1: Kind.PERSON}, 0.3)
    np.testing.assert_allclose(found.xyxy, np.array(expected, np.float32).reshape(-1, 4), atol=0.01)


def test_classes_of_one_kind_give_one_box_in_a_cell() -> None:
    outputs = nanodet_silence()
    outputs["cls_8"][0, 5, [2, 7]] = (0.5, 0.7)  # A car, or rather a truck.
    found = families.decode("nanodet", outputs, SIZE, COCO, 0.3)
    assert found.class_id.tolist() == [int(Kind.VEHICLE)]
    np.testing.assert_allclose(found.confidence, [0.7])


@pytest.mark.parametrize("family", list(SILENCE))
def test_silence_is_no_detection(family: FamilyName) -> None:
    class_map = COCO if family == "nanodet" else FACES
    assert len(families.decode(family, SILENCE[family](), SIZE, class_map, 0.1)) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("family", list(SILENCE))
def test_numbers_that_are_not_finite_are_refused(family: FamilyName, bad: float) -> None:
    for name in SILENCE[family]():
        outputs = SILENCE[family]()
        outputs[name].reshape(-1)[-1] = bad
        with pytest.raises(DetectorError, match="not finite"):
            families.decode(family, outputs, SIZE, FACES, 0.3)


@pytest.mark.parametrize("family", list(SILENCE))
def test_output_of_another_shape_is_refused(family: FamilyName) -> None:
    for name in SILENCE[family]():
        outputs = SILENCE[family]()
        outputs[name] = outputs[name][:, :0]
        with pytest.raises(DetectorError):
            families.decode(family, outputs, SIZE, FACES, 0.3)


@pytest.mark.parametrize("family", ["nanodet", "centerface", "yunet"])
def test_missing_output_is_refused(family: FamilyName) -> None:
    outputs = SILENCE[family]()
    outputs.popitem()
    with pytest.raises(DetectorError, match="nothing"):
        families.decode(family, outputs, SIZE, FACES, 0.3)


def test_absurd_boxes_are_refused() -> None:
    far, turned, sure = ssd_silence(), ssd_silence(), ssd_silence()
    far["detection_out"][0, 0, 0] = [0, 0, 0.9, 50, 0, 51, 1]
    turned["detection_out"][0, 0, 0] = [0, 0, 0.9, 0.8, 0.1, 0.2, 0.9]
    sure["detection_out"][0, 0, 0] = [0, 0, 7.0, 0.1, 0.1, 0.2, 0.2]
    for outputs, said in ((far, "outside"), (turned, "inside out"), (sure, "between 0 and 1")):
        with pytest.raises(DetectorError, match=said):
            families.decode("ssd", outputs, SIZE, FACES, 0.3)


def test_size_that_overflows_is_refused() -> None:
    outputs = yunet_silence()
    outputs["cls_8"][0, 0], outputs["obj_8"][0, 0], outputs["bbox_8"][0, 0, 2] = 1, 1, 500
    with pytest.raises(DetectorError, match="outside"):
        families.decode("yunet", outputs, SIZE, FACES, 0.3)


def test_class_map_beyond_the_network_is_refused() -> None:
    with pytest.raises(DetectorError, match="class 99"):
        families.decode("nanodet", nanodet_silence(), SIZE, {99: Kind.PERSON}, 0.3)
