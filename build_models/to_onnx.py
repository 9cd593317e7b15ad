"""Converts a TF.js graph of a convolutional detector to ONNX with clean NCHW convolutions. Pins has the names.

TensorFlow convolves in NHWC, so a graph that was once NCHW comes wrapped in transposes: 83 of them in NanoDet-g. Here
every four-dimensional value is held in NCHW always, and carries beside it the order in which TensorFlow sees its axes.
A Transpose then changes only that order and costs nothing; Pad melts into the convolution after it, and Add of a
constant into the convolution's bias.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from build_models.tfjs import Array, Graph, Node, UnsupportedGraphError

NCHW = (0, 1, 2, 3)
NHWC = (0, 2, 3, 1)
OPSET = 13  # The first where Resize, Split and all others used here have their present form.
IR_VERSION = 8  # Fixed, so that the bytes do not depend on the onnx release.


@dataclass(frozen=True, slots=True)
class Value:
    """One tensor of the ONNX graph under construction.

    onnx: its name there. shape: as ONNX has it, at the TF.js graph's own input size. seen: TensorFlow's axis k is our
    axis seen[k]. pads: what a Pad has asked for around it (top, left, bottom, right), filled with pad_value, which the
    next sliding window must do.
    """

    onnx: str
    shape: tuple[int, ...]
    seen: tuple[int, ...]
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    pad_value: float = 0.0


class Converter:
    """Walks a graph once, node by node, and collects ONNX nodes and weights."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._values: dict[str, Value] = {}
        # Shape arithmetic is done here, not in the ONNX graph. Starts as the graph's weights.
        self._constants = dict(graph.constants)
        self._readers = _count_readers(graph)
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._rules: dict[str, Callable[[Node], None]] = {
            "Placeholder": self._placeholder,
            "SparseToDense": self._sparse_to_dense,
            "Transpose": self._transpose,
            "Pad": self._pad,
            "PadV2": self._pad,
            "Conv2D": self._conv,
            "MaxPool": self._max_pool,
            "Add": self._add,
            "AddV2": self._add,
            "LeakyRelu": self._leaky_relu,
            "Sigmoid": self._sigmoid,
            "ConcatV2": self._concat,
            "SplitV": self._split,
            "ResizeBilinear": self._resize,
            "Reshape": self._reshape,
            "Identity": self._identity,
        }

    def convert(self, output_names: Mapping[str, str], name: str) -> onnx.ModelProto:
        """The whole graph as an ONNX model named `name`, its outputs renamed, batch, height and width free."""
        for node in self._graph.nodes:
            rule = self._rules.get(node.op)
            if rule is None:
                raise UnsupportedGraphError(f"no rule for operation {node.op} ({node.name})")
            rule(node)
        outputs = [self._output(old, new) for old, new in output_names.items()]
        graph = helper.make_graph(self._nodes, name, self._inputs, outputs, list(self._weights.values()))
        return _finish(graph)

    # Inputs and outputs

    def _placeholder(self, node: Node) -> None:
        shape = tuple(node.attributes["shape"])
        if len(shape) != 4:
            raise UnsupportedGraphError(f"input {node.name} has {len(shape)} axes, not 4")
        self._inputs.append(
            helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", shape[1], "height", "width"])
        )
        self._values[node.name] = Value("input", shape, NCHW)

    def _output(self, old: str, new: str) -> onnx.ValueInfoProto:
        value = self._settled(old)
        rename(self._nodes, {value.onnx: new})
        return helper.make_tensor_value_info(new, TensorProto.FLOAT, ["batch", f"{new}_rows", value.shape[-1]])

    def _identity(self, node: Node) -> None:
        self._values[node.name] = self._settled(node.inputs[0])

    # Shape arithmetic, folded away

    def _sparse_to_dense(self, node: Node) -> None:
        """Only the empty case occurs: what is left of adding nothing to a shape."""
        indices, shape, values, default = (self._constant(name) for name in node.inputs)
        if indices.size or values.size:
            raise UnsupportedGraphError(f"{node.name} scatters values; only an empty one is known")
        self._constants[node.name] = np.full(tuple(int(n) for n in shape), default)

    # Axes and borders, remembered and not done

    def _transpose(self, node: Node) -> None:
        value = self._values[node.inputs[0]]
        perm = [int(axis) for axis in self._constant(node.inputs[1])]
        if len(value.shape) == 4:
            self._values[node.name] = replace(value, seen=tuple(value.seen[axis] for axis in perm))
            return
        shape = tuple(value.shape[axis] for axis in perm)
        self._emit("Transpose", [value.onnx], node.name, perm=perm)
        self._values[node.name] = Value(node.name, shape, tuple(range(len(shape))))

    def _pad(self, node: Node) -> None:
        value = self._settled(node.inputs[0])
        around = self._constant(node.inputs[1])
        ours = {value.seen[axis]: (int(before), int(after)) for axis, (before, after) in enumerate(around)}
        if ours[0] != (0, 0) or ours[1] != (0, 0):
            raise UnsupportedGraphError(f"{node.name} pads images or channels")
        (top, bottom), (left, right) = ours[2], ours[3]
        pad_value = float(self._constant(node.inputs[2])) if len(node.inputs) > 2 else 0.0
        self._values[node.name] = replace(value, pads=(top, left, bottom, right), pad_value=pad_value)

    # Sliding windows

    def _conv(self, node: Node) -> None:
        value = self._windowed(node, pad_value=0.0)
        kernel = self._constant(node.inputs[1])  # HWIO
        strides = node.attributes["strides"][1:3]
        if node.attributes["dilations"] != [1, 1, 1, 1]:
            raise UnsupportedGraphError(f"{node.name} is dilated")
        weight = self._weight(f"{node.name}/weight", kernel.transpose(3, 2, 0, 1))
        bias = self._bias_after(node)
        inputs = [value.onnx, weight] + ([self._weight(f"{node.name}/bias", bias)] if bias is not None else [])
        size = list(kernel.shape[:2])
        self._emit("Conv", inputs, node.name, kernel_shape=size, strides=strides, pads=list(value.pads))
        self._values[node.name] = Value(node.name, _slide(value, size, strides, kernel.shape[3]), NHWC)

    def _max_pool(self, node: Node) -> None:
        value = self._windowed(node, pad_value=-np.inf)
        size, strides = node.attributes["ksize"][1:3], node.attributes["strides"][1:3]
        self._emit("MaxPool", [value.onnx], node.name, kernel_shape=size, strides=strides, pads=list(value.pads))
        self._values[node.name] = Value(node.name, _slide(value, size, strides, value.shape[1]), NHWC)

    def _windowed(self, node: Node, pad_value: float) -> Value:
        """The input of a sliding window. ONNX pads a convolution with 0 and a maximum with -inf, and nothing else."""
        value = self._values[node.inputs[0]]
        if node.attributes["padding"] != "VALID" or node.attributes["data_format"] != "NHWC":
            raise UnsupportedGraphError(f"{node.name} is not a VALID window over NHWC")
        if any(value.pads) and value.pad_value != pad_value:
            raise UnsupportedGraphError(f"{node.name} is padded with {value.pad_value}, not {pad_value}")
        return self._in_order(value, NHWC, node)

    def _bias_after(self, conv: Node) -> Array | None:
        """The constant that the only reader of `conv` adds to it, per output channel."""
        if self._readers.get(conv.name) != 1:
            return None
        for node in self._graph.nodes:
            if node.op in ("Add", "AddV2") and conv.name in node.inputs:
                other = next(name for name in node.inputs if name != conv.name)
                bias = self._constants.get(other)
                return bias if bias is not None and bias.ndim == 1 else None
        return None

    # Arithmetic

    def _add(self, node: Node) -> None:
        if all(name in self._constants for name in node.inputs):
            self._constants[node.name] = self._constant(node.inputs[0]) + self._constant(node.inputs[1])
        elif any(name in self._constants for name in node.inputs):
            self._fold_bias(node)
        else:
            left, right = (self._settled(name) for name in node.inputs)
            self._emit("Add", [left.onnx, self._in_order(right, left.seen, node).onnx], node.name)
            self._values[node.name] = replace(left, onnx=node.name)

    def _fold_bias(self, node: Node) -> None:
        """The convolution has taken this constant already; a constant added to anything else is not known."""
        source = next(name for name in node.inputs if name not in self._constants)
        if f"{source}/bias" not in self._weights:
            raise UnsupportedGraphError(f"{node.name} adds a constant to something else than a convolution")
        self._values[node.name] = self._values[source]

    def _leaky_relu(self, node: Node) -> None:
        self._elementwise(node, "LeakyRelu", alpha=float(node.attributes["alpha"]))

    def _sigmoid(self, node: Node) -> None:
        self._elementwise(node, "Sigmoid")

    def _elementwise(self, node: Node, op: str, **attributes: float) -> None:
        value = self._settled(node.inputs[0])
        self._emit(op, [value.onnx], node.name, **attributes)
        self._values[node.name] = replace(value, onnx=node.name)

    # Shapes

    def _concat(self, node: Node) -> None:
        *names, axis_name = node.inputs
        first = self._settled(names[0])
        values = [first] + [self._in_order(self._settled(name), first.seen, node) for name in names[1:]]
        axis = first.seen[int(self._constant(axis_name))]
        shape = list(first.shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        self._emit("Concat", [value.onnx for value in values], node.name, axis=axis)
        self._values[node.name] = Value(node.name, tuple(shape), first.seen)

    def _split(self, node: Node) -> None:
        value = self._settled(node.inputs[0])
        sizes = self._constant(node.inputs[1])
        axis = value.seen[int(self._constant(node.inputs[2]))]
        names = [node.name if k == 0 else f"{node.name}:{k}" for k in range(len(sizes))]
        inputs = [value.onnx, self._weight(f"{node.name}/sizes", sizes.astype(np.int64))]
        self._nodes.append(helper.make_node("Split", inputs, names, name=node.name, axis=axis))
        for name, size in zip(names, sizes, strict=True):
            shape = tuple(int(size) if k == axis else n for k, n in enumerate(value.shape))
            self._values[name] = Value(name, shape, value.seen)

    def _resize(self, node: Node) -> None:
        """To a fixed size there, by a fixed factor here, so that the picture may be of any size."""
        if not node.attributes["half_pixel_centers"] or node.attributes["align_corners"]:
            raise UnsupportedGraphError(f"{node.name} does not resize by half-pixel centres")
        value = self._in_order(self._settled(node.inputs[0]), NHWC, node)
        height, width = (int(n) for n in self._constant(node.inputs[1]))
        factors = np.array([1, 1, height / value.shape[2], width / value.shape[3]], np.float32)
        inputs = [value.onnx, "", self._weight(f"{node.name}/factors", factors)]
        mode = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        self._emit("Resize", inputs, node.name, **mode)
        self._values[node.name] = Value(node.name, (*value.shape[:2], height, width), NHWC)

    def _reshape(self, node: Node) -> None:
        """To rows of a fixed length. 0 keeps the batch."""
        value = self._in_order(self._settled(node.inputs[0]), NCHW, node)
        target = self._constant(node.inputs[1])
        if target.shape != (3,) or target[0] != value.shape[0] or target[1] != value.shape[1] or target[2] != -1:
            raise UnsupportedGraphError(f"{node.name} does more than flatten height and width: {target.tolist()}")
        shape = np.array([0, target[1], -1], np.int64)
        self._emit("Reshape", [value.onnx, self._weight(f"{node.name}/shape", shape)], node.name)
        flat = (value.shape[0], value.shape[1], value.shape[2] * value.shape[3])
        self._values[node.name] = Value(node.name, flat, (0, 1, 2))

    # Helpers

    def _constant(self, name: str) -> Array:
        if name not in self._constants:
            raise UnsupportedGraphError(f"{name} should be a constant but is computed")
        return self._constants[name]

    def _settled(self, name: str) -> Value:
        value = self._values[name]
        if any(value.pads):
            raise UnsupportedGraphError(f"{name} pads something else than a sliding window")
        return value

    def _in_order(self, value: Value, seen: tuple[int, ...], node: Node) -> Value:
        if value.seen != seen:
            raise UnsupportedGraphError(f"{node.name} reads its input in another order of axes")
        return value

    def _weight(self, name: str, values: Array) -> str:
        self._weights[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def _emit(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))


def rename(nodes: Sequence[onnx.NodeProto], names: Mapping[str, str]) -> None:
    """Renames tensors, old to new, wherever `nodes` read or write them."""
    for node in nodes:
        for field in (node.input, node.output):
            for k, old in enumerate(field):
                field[k] = names.get(old, old)


def to_bytes(model: onnx.ModelProto) -> bytes:
    """The same bytes for the same model, whoever runs it."""
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _finish(graph: onnx.GraphProto) -> onnx.ModelProto:
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, producer_name="passerby", ir_version=IR_VERSION, opset_imports=opsets)
    onnx.checker.check_model(model, full_check=True)
    return model


def _slide(value: Value, size: list[int], strides: list[int], channels: int) -> tuple[int, ...]:
    top, left, bottom, right = value.pads
    height = (value.shape[2] + top + bottom - size[0]) // strides[0] + 1
    width = (value.shape[3] + left + right - size[1]) // strides[1] + 1
    return (value.shape[0], channels, height, width)


def _count_readers(graph: Graph) -> dict[str, int]:
    readers: dict[str, int] = dict.fromkeys(graph.outputs, 1)
    for node in graph.nodes:
        for name in node.inputs:
            readers[name] = readers.get(name, 0) + 1
    return readers
