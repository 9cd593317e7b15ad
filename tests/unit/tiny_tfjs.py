"""Draws up a small TF.js graph model with every operation of NanoDet-g's, written as TensorFlow writes it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

TO_NHWC, TO_NCHW = (0, 2, 3, 1), (0, 3, 1, 2)
SIDE = 16
OUTPUTS = {"Identity": "cls", "Identity_1": "dis"}


class Sketch:
    """Collects nodes and weights."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.weights: list[tuple[str, npt.NDArray[Any], bool]] = []

    def const(self, name: str, values: npt.ArrayLike, dtype: str = "int32", halved: bool = False) -> str:
        array = np.asarray(values, dtype)
        self.nodes.append({"op": "Const", "name": name, "attr": {}})
        self.weights.append((name, array, halved))
        return name

    def node(self, op: str, name: str, *inputs: str, **attr: Any) -> str:
        self.nodes.append({"op": op, "name": name, "input": list(inputs), "attr": attr})
        return name

    def transpose(self, name: str, value: str, perm: tuple[int, ...]) -> str:
        return self.node("Transpose", name, value, self.const(f"{name}/perm", perm))

    def conv(self, name: str, value: str, kernel: npt.NDArray[Any], stride: int) -> str:
        """Pad, to NHWC, convolve, add a bias, back to NCHW: as an ONNX graph comes out of onnx-tf."""
        if kernel.shape[0] == 3:
            value = self.node("Pad", f"{name}/pad", value, self.const(f"{name}/around", AROUND))
        seen = self.transpose(f"{name}/in", value, TO_NHWC)
        weights = self.const(f"{name}/kernel", kernel, "float32", halved=True)
        strides = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
        window = {"data_format": _text("NHWC"), "padding": _text("VALID"), "strides": strides}
        ones = {"list": {"i": ["1", "1", "1", "1"]}}
        out = self.node("Conv2D", f"{name}/conv", seen, weights, dilations=ones, **window)
        bias = self.const(f"{name}/bias", np.linspace(-0.5, 0.5, kernel.shape[3]), "float32", halved=True)
        return self.transpose(f"{name}/out", self.node("Add", f"{name}/add", out, bias), TO_NCHW)

    def leaky(self, name: str, value: str) -> str:
        return self.node("LeakyRelu", name, value, alpha={"f": 0.1})

    def save(self, folder: Path, outputs: dict[str, Any]) -> Path:
        entries, data = [], b""
        for name, array, halved in self.weights:
            entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": array.dtype.name}
            if halved:
                entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
            data += array.astype("<f2" if halved else array.dtype.newbyteorder("<")).tobytes()
            entries.append(entry)
        (folder / "tiny.bin").write_bytes(data)
        model = {
            "signature": {"outputs": {f"{name}:0": {} for name in outputs}},
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": ["tiny.bin"], "weights": entries}],
        }
        (folder / "tiny.json").write_text(json.dumps(model))
        return folder / "tiny.json"


AROUND = [[0, 0], [0, 0], [1, 1], [1, 1]]


def _text(word: str) -> dict[str, str]:
    return {"s": base64.b64encode(word.encode()).decode()}


def tiny_model(folder: Path) -> Path:
    """16×16 RGB → class scores (1, 16, 2) and sides (1, 16, 4) on a 4×4 grid, by way of every operation."""
    rng = np.random.default_rng(4)
    sketch = Sketch()
    shape = {"shape": {"dim": [{"size": str(n)} for n in (1, 3, SIDE, SIDE)]}}
    value = sketch.node("Placeholder", "input_1", shape=shape)
    value = sketch.leaky("leaky_1", sketch.conv("first", value, rng.normal(size=(3, 3, 3, 8)) / 4, 2))
    value = _pooled(sketch, value)
    finer = sketch.leaky("leaky_2", sketch.conv("second", value, rng.normal(size=(3, 3, 8, 8)) / 4, 1))
    both = sketch.node("ConcatV2", "concat", finer, value, sketch.const("concat/axis", 1))
    half = sketch.leaky("leaky_3", sketch.conv("third", both, rng.normal(size=(3, 3, 16, 8)) / 4, 2))
    value = sketch.node("Add", "sum", _resized(sketch, half), finer)
    value = sketch.conv("head", value, rng.normal(size=(1, 1, 8, 6)), 1)
    _heads(sketch, value)
    return sketch.save(folder, OUTPUTS)


def _pooled(sketch: Sketch, value: str) -> str:
    fill = sketch.const("pool/fill", -np.inf, "float32")
    value = sketch.node("PadV2", "pool/pad", value, sketch.const("pool/around", AROUND), fill)
    window = {"ksize": {"list": {"i": ["1", "3", "3", "1"]}}, "strides": {"list": {"i": ["1", "2", "2", "1"]}}}
    seen = sketch.transpose("pool/in", value, TO_NHWC)
    pooled = sketch.node("MaxPool", "pool", seen, padding=_text("VALID"), data_format=_text("NHWC"), **window)
    return sketch.transpose("pool/out", pooled, TO_NCHW)


def _resized(sketch: Sketch, value: str) -> str:
    seen = sketch.transpose("resize/in", value, TO_NHWC)
    flags = {"half_pixel_centers": {"b": True}, "align_corners": {"b": False}}
    size = sketch.const("resize/size", [SIDE // 4, SIDE // 4])
    return sketch.transpose("resize/out", sketch.node("ResizeBilinear", "resize", seen, size, **flags), TO_NCHW)


def _heads(sketch: Sketch, value: str) -> None:
    sketch.node("SplitV", "split", value, sketch.const("split/sizes", [2, 4]), sketch.const("split/axis", 1))
    nothing = sketch.const("nothing", np.zeros((0, 1)))
    none = sketch.const("none", np.zeros(0))
    parts = {"Identity": sketch.node("Sigmoid", "sigmoid", "split"), "Identity_1": "split:1"}
    for (name, part), channels in zip(parts.items(), (2, 4), strict=True):
        three, zero = sketch.const(f"{name}/three", [3]), sketch.const(f"{name}/zero", 0)
        added = sketch.node("SparseToDense", f"{name}/scatter", nothing, three, none, zero)
        target = sketch.node("AddV2", f"{name}/target", sketch.const(f"{name}/shape", [1, channels, -1]), added)
        rows = sketch.node("Reshape", f"{name}/rows", part, target)
        sketch.node("Identity", name, sketch.transpose(f"{name}/turned", rows, (0, 2, 1)))
