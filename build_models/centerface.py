"""Trims CenterFace's ONNX graph to face boxes: no landmarks, any size. Where it comes from is pins' business."""

from __future__ import annotations

import onnx

from build_models.tfjs import UnsupportedGraphError
from build_models.to_onnx import IR_VERSION, rename

OUTPUTS = {"537": "heatmap", "538": "scale", "539": "offset"}
"""What is kept, by its name in the package's file. Its fourth output, 540, locates eyes, nose and mouth: a step towards
telling faces apart, of no use for hiding them, so it goes."""


def trim_centerface(original: onnx.ModelProto) -> onnx.ModelProto:
    """Outputs heatmap (n, 1, h/4, w/4), scale and offset (n, 2, h/4, w/4); what only 540 needs is gone."""
    model = onnx.ModelProto()
    model.CopyFrom(original)
    graph = model.graph
    nodes = _nodes_behind(graph, set(OUTPUTS))
    needed = {name for node in nodes for name in node.input}
    weights = [tensor for tensor in graph.initializer if tensor.name in needed]
    names = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in names]
    if len(inputs) != 1 or {value.name for value in graph.output} < set(OUTPUTS):
        raise UnsupportedGraphError("the CenterFace file does not have the expected input and outputs")
    outputs = [_free_size(name, channels) for name, channels in (("heatmap", 1), ("scale", 2), ("offset", 2))]
    rename(nodes, {inputs[0].name: "input", **OUTPUTS})
    trimmed = onnx.helper.make_graph(nodes, "centerface", [_free_size("input", 3)], outputs, weights)
    result = onnx.helper.make_model(
        trimmed, producer_name="passerby", ir_version=IR_VERSION, opset_imports=list(model.opset_import)
    )
    onnx.checker.check_model(result, full_check=True)
    return result


def _nodes_behind(graph: onnx.GraphProto, wanted: set[str]) -> list[onnx.NodeProto]:
    """The nodes that compute `wanted`, in the graph's own order."""
    kept = []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            kept.append(node)
            wanted = wanted | set(node.input)
    return kept[::-1]


def _free_size(name: str, channels: int) -> onnx.ValueInfoProto:
    height, width = ("height", "width") if name == "input" else ("rows", "columns")
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", channels, height, width])
