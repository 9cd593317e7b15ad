"""Reads a TF.js graph model (`model.json` and its weights) into plain values. What it means is to_onnx's business."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class UnsupportedGraphError(Exception):
    """The graph holds something that the reader or the converter does not know."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation. inputs: names of nodes, `name:1` for a second output. attributes: decoded to Python values."""

    op: str
    name: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """nodes: every node but constants, each after the nodes that it reads. constants: by node name."""

    nodes: tuple[Node, ...]
    constants: dict[str, Array]
    outputs: tuple[str, ...]


def read_graph(model_json: Path) -> Graph:
    """Reads `model_json` and the weight files that it names, which must lie beside it."""
    model = json.loads(model_json.read_text())
    constants = _read_weights(model["weightsManifest"], model_json.parent)
    nodes = [_node(entry) for entry in model["modelTopology"]["node"] if entry["op"] != "Const"]
    outputs = tuple(sorted(name.removesuffix(":0") for name in model["signature"]["outputs"]))
    return Graph(tuple(_in_order(nodes, set(constants))), constants, outputs)


def _read_weights(manifest: list[dict[str, Any]], folder: Path) -> dict[str, Array]:
    constants: dict[str, Array] = {}
    for group in manifest:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            stored = _stored_type(entry)
            count = int(np.prod(entry["shape"], dtype=np.int64))
            values = np.frombuffer(data, stored, count, offset).reshape(entry["shape"])
            offset += values.nbytes
            constants[entry["name"]] = values.astype(entry["dtype"])
        if offset != len(data):
            raise UnsupportedGraphError(f"the weights take {offset} bytes but the file has {len(data)}")
    return constants


def _stored_type(entry: dict[str, Any]) -> np.dtype[Any]:
    quantization = entry.get("quantization")
    if quantization and quantization["dtype"] != "float16":
        raise UnsupportedGraphError(f"weight {entry['name']} is quantised to {quantization['dtype']}")
    name = quantization["dtype"] if quantization else entry["dtype"]
    if name not in ("float16", "float32", "int32"):
        raise UnsupportedGraphError(f"weight {entry['name']} is of type {name}")
    stored: np.dtype[Any] = np.dtype(name).newbyteorder("<")
    return stored


def _node(entry: dict[str, Any]) -> Node:
    attributes = {name: _attribute(value) for name, value in entry.get("attr", {}).items()}
    return Node(entry["op"], entry["name"], tuple(entry.get("input", ())), attributes)


def _attribute(value: dict[str, Any]) -> Any:
    """A TensorFlow AttrValue as JSON: one key, which says the type. Strings are base64, whole numbers are strings."""
    kind, content = next(iter(value.items()))
    match kind:
        case "s":
            return base64.b64decode(content).decode()
        case "i":
            return int(content)
        case "list":
            return [int(number) for number in content.get("i", [])]
        case "shape":
            return [int(dim["size"]) for dim in content.get("dim", [])]
        case _:
            return content


def _in_order(nodes: list[Node], known: set[str]) -> list[Node]:
    """The nodes, each after its inputs. TF.js files are in order only by habit."""
    ordered: list[Node] = []
    waiting = nodes
    while waiting:
        ready = [node for node in waiting if all(name.split(":")[0] in known for name in node.inputs)]
        if not ready:
            raise UnsupportedGraphError(f"node {waiting[0].name} reads something that does not exist")
        ordered += ready
        known |= {node.name for node in ready}
        waiting = [node for node in waiting if node.name not in known]
    return ordered
