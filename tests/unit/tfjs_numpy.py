"""Runs a TF.js graph in plain NumPy, in TensorFlow's own order of axes: what the converter is checked against."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from build_models.tfjs import Graph, Node

Array = npt.NDArray[Any]


def run(graph: Graph, picture: Array) -> dict[str, Array]:
    """The graph's outputs by name. picture: as its Placeholder wants it."""
    values: dict[str, Array] = dict(graph.constants)
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs]
        if node.op == "Placeholder":
            values[node.name] = picture
        elif node.op == "SplitV":
            parts = np.split(inputs[0], np.cumsum(inputs[1])[:-1], axis=int(inputs[2]))
            values[node.name] = parts[0]
            values.update({f"{node.name}:{k}": part for k, part in enumerate(parts) if k})
        else:
            values[node.name] = _RULES[node.op](node, *inputs)
    return {name: values[name] for name in graph.outputs}


def _windows(values: Array, size: tuple[int, int], strides: list[int]) -> Array:
    """NHWC → (n, rows, columns, channels, height, width) of VALID windows."""
    windows = np.lib.stride_tricks.sliding_window_view(values, size, axis=(1, 2))
    return windows[:, :: strides[1], :: strides[2]]


def _conv(node: Node, values: Array, kernel: Array) -> Array:
    windows = _windows(values, kernel.shape[:2], node.attributes["strides"])
    return np.tensordot(windows, kernel, axes=([3, 4, 5], [2, 0, 1]))


def _max_pool(node: Node, values: Array) -> Array:
    windows = _windows(values, tuple(node.attributes["ksize"][1:3]), node.attributes["strides"])
    return np.asarray(windows.max(axis=(4, 5)))


def _resize(node: Node, values: Array, size: Array) -> Array:
    """Bilinear with half-pixel centres, edges repeated."""
    for axis, length in ((1, int(size[0])), (2, int(size[1]))):
        old = values.shape[axis]
        at = np.clip((np.arange(length) + 0.5) * old / length - 0.5, 0, old - 1)
        low = np.floor(at).astype(int)
        share = (at - low).astype(np.float32).reshape([-1 if k == axis else 1 for k in range(4)])
        above = np.minimum(low + 1, old - 1)
        values = values.take(low, axis) * (1 - share) + values.take(above, axis) * share
    return values


_RULES: dict[str, Any] = {
    "SparseToDense": lambda node, indices, shape, values, default: np.full(shape, default),
    "Transpose": lambda node, values, perm: values.transpose(perm),
    "Pad": lambda node, values, around: np.pad(values, around),
    "PadV2": lambda node, values, around, fill: np.pad(values, around, constant_values=fill),
    "Conv2D": _conv,
    "MaxPool": _max_pool,
    "Add": lambda node, left, right: left + right,
    "AddV2": lambda node, left, right: left + right,
    "LeakyRelu": lambda node, values: np.where(values > 0, values, values * np.float32(node.attributes["alpha"])),
    "Sigmoid": lambda node, values: 1 / (1 + np.exp(-values)),
    "ConcatV2": lambda node, *values: np.concatenate(values[:-1], axis=int(values[-1])),
    "ResizeBilinear": _resize,
    "Reshape": lambda node, values, shape: values.reshape(shape),
    "Identity": lambda node, values: values,
}
