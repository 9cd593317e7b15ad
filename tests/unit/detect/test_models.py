"""What comes in as a model, what is refused, and that an altered file is never run."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from passerby.detect import ModelStore, bundled_models, models_folder, try_model
from passerby.detect.cards import Card, parse_kind
from passerby.detect.guess import Anatomy, refuse_identity
from passerby.errors import ModelError
from passerby.media import Kind

SHARED = Path(os.environ.get("PASSERBY_SHARED") or Path(__file__).parents[4] / "shared")
SHARED_MODELS = SHARED / "models"
needs_shared = pytest.mark.skipif(not SHARED_MODELS.is_dir(), reason=f"no models in {SHARED_MODELS}")


def ssd_file(path: Path, *, output: str = "detection_out", rows: tuple[int, ...] = (1, 1, 3, 7)) -> Path:
    """A network that always finds one thing: its box and score are weights."""
    answer = np.zeros(rows, np.float32)
    answer.reshape(-1)[:7] = [0, 1, 0.9, 0.25, 0.25, 0.5, 0.75][: answer.size]
    if len(rows) == 4:
        answer[0, 0, 1:, 0] = -1
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["answer", "nothing"], [output]),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 64, 96])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, list(rows))],
        [numpy_helper.from_array(answer, "answer"), numpy_helper.from_array(np.zeros((), np.float32), "zero")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "store")


def test_added_model_is_listed_tried_and_removed(store: ModelStore, tmp_path: Path) -> None:
    added = store.add(ssd_file(tmp_path / "Person-Finder.onnx"), licence="Apache-2.0")
    assert added.card.name == "person-finder"
    assert added.card.kinds == {Kind.PERSON}
    assert added.card.input.size_wh == (96, 64)
    assert added.card.licence == "Apache-2.0"
    assert [model.card.name for model in store.list()] == ["nanodet-g", "centerface", "person-finder"]
    trial = try_model(added, threads=1)
    assert (trial.size_wh, trial.found) == ((96, 64), 1)
    store.remove("person-finder")
    assert [model.bundled for model in store.list()] == [True, True]
    assert list(store.folder.iterdir()) == []


def test_same_name_twice_is_refused(store: ModelStore, tmp_path: Path) -> None:
    store.add(ssd_file(tmp_path / "person.onnx"))
    with pytest.raises(ModelError, match="already"):
        store.add(tmp_path / "person.onnx")
    with pytest.raises(ModelError, match="already"):
        store.add(tmp_path / "person.onnx", name="nanodet-g")


def test_bundled_model_cannot_be_removed(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="comes with passerby"):
        store.remove("nanodet-g")


def test_unknown_name_says_what_there_is(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="nanodet-g, centerface"):
        store.get("yolo")


def test_altered_file_is_never_run(store: ModelStore, tmp_path: Path) -> None:
    model = store.add(ssd_file(tmp_path / "person.onnx"))
    path = model.folder / model.card.file
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="SHA-256"):
        try_model(model)
    path.unlink()
    with pytest.raises(ModelError, match=r"cannot read person\.onnx"):
        try_model(model)


def test_spoiled_card_is_named(store: ModelStore, tmp_path: Path) -> None:
    model = store.add(ssd_file(tmp_path / "person.onnx"))
    card = model.folder / "person.card.json"
    card.write_text(card.read_text().replace('"ssd"', '"oracle"'))
    with pytest.raises(ModelError, match=r"person\.card\.json"):
        store.list()


def test_card_cannot_name_a_file_elsewhere(store: ModelStore, tmp_path: Path) -> None:
    card = store.add(ssd_file(tmp_path / "person.onnx")).card.model_dump(mode="json")
    with pytest.raises(ValueError, match="beside"):
        Card.model_validate(card | {"file": "../person.onnx"})


def test_classes_that_the_name_does_not_tell_must_be_told(store: ModelStore, tmp_path: Path) -> None:
    file = ssd_file(tmp_path / "net.onnx")
    with pytest.raises(ModelError, match="does not tell"):
        store.add(file)
    assert store.add(file, classes={1: Kind.PLATE}).card.kinds == {Kind.PLATE}


def test_name_that_tells_two_things_must_be_told(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not tell"):
        store.add(ssd_file(tmp_path / "vehicle-license-plate.onnx"))


@pytest.mark.parametrize("kind", [Kind.MOTION, Kind.MANUAL])
def test_kind_that_no_model_may_find_is_refused(store: ModelStore, tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(ModelError, match="person, face, plate, vehicle"):
        store.add(ssd_file(tmp_path / "net.onnx"), classes={1: kind})


@pytest.mark.parametrize("word", ["name", "age", "gender", "identity", "", 7, None])
def test_no_other_word_is_a_kind(word: object) -> None:
    with pytest.raises(ValueError, match="person, face, plate, vehicle"):
        parse_kind(word)


@pytest.mark.parametrize("length", [64, 128, 256, 512, 1024])
def test_embedding_is_refused_by_its_shape(store: ModelStore, tmp_path: Path, length: int) -> None:
    file = ssd_file(tmp_path / "person.onnx", output="out", rows=(1, length))
    with pytest.raises(ModelError, match="tells people apart"):
        store.add(file)
    assert not store.folder.exists()


@pytest.mark.parametrize(
    "name",
    [
        "person-reidentification-retail-0287",
        "face-recognition-resnet100",
        "arcface",
        "facenet-512",
        "person_embeddings",
        "age-gender-recognition",
        "emotions-recognition",
        "person-age",
        "plate-ocr",
        "lprnet",
    ],
)
def test_recogniser_is_refused_by_its_name(store: ModelStore, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="tells people apart"):
        store.add(ssd_file(tmp_path / f"{name}.onnx"))
    with pytest.raises(ModelError, match="tells people apart"):
        store.add(ssd_file(tmp_path / "net.onnx"), name=name, classes={0: Kind.PERSON})


@pytest.mark.parametrize(
    "output", ["embedding", "reid_feature", "feature_vector", "age_conv3", "person_identification"]
)
def test_recogniser_is_refused_by_its_output(store: ModelStore, tmp_path: Path, output: str) -> None:
    with pytest.raises(ModelError, match="tells people apart"):
        store.add(ssd_file(tmp_path / "person.onnx", output=output))


@pytest.mark.parametrize("name", ["cabbage-detector", "image-net", "person-vehicle-bike-detection", "usage", "yunet-n"])
def test_harmless_name_is_not_refused(name: str) -> None:
    refuse_identity([name], Anatomy((1, 3, 64, 64), {"detection_out": (1, 1, 200, 7)}))


def test_detector_with_an_embedding_beside_it_is_refused(store: ModelStore, tmp_path: Path) -> None:
    """Joint detectors give boxes and an embedding for each: nothing but the family's own outputs may come along."""
    model = onnx.load(ssd_file(tmp_path / "person.onnx"))
    model.graph.node.append(helper.make_node("Identity", ["detection_out"], ["x"]))
    model.graph.output.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 3, 7]))
    onnx.save(model, tmp_path / "person.onnx")
    with pytest.raises(ModelError, match="no known family"):
        store.add(tmp_path / "person.onnx")


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(2000)], ids=["empty", "text", "zeros"])
def test_file_that_is_no_model_is_refused_in_one_sentence(store: ModelStore, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "person.onnx"
    file.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        store.add(file)
    assert "\n" not in str(caught.value)


def test_missing_and_foreign_files_are_refused(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot read"):
        store.add(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match="not a model file"):
        store.add(tmp_path / "weights.pt")
    (tmp_path / "lonely.xml").write_text("<net/>")
    with pytest.raises(ModelError, match=r"lonely\.bin"):
        store.add(tmp_path / "lonely.xml")


def test_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PASSERBY_MODELS", str(tmp_path / "mine"))
    assert models_folder() == tmp_path / "mine"
    monkeypatch.delenv("PASSERBY_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert models_folder() == tmp_path / "data" / "passerby" / "models"


def test_every_card_says_where_it_is_from() -> None:
    for model in bundled_models():
        for field in ("origin", "licence", "training_data", "blind_spots"):
            assert getattr(model.card, field), (model.card.name, field)


def test_card_survives_being_written(store: ModelStore, tmp_path: Path) -> None:
    card = store.add(ssd_file(tmp_path / "person.onnx")).card
    assert Card.model_validate(json.loads(card.model_dump_json())) == card


@needs_shared
@pytest.mark.parametrize(
    ("file", "family", "kind"),
    [
        ("yunet-n.onnx", "yunet", Kind.FACE),
        ("person-detection-0201.int8.xml", "ssd", Kind.PERSON),
        ("face-detection-adas-0001.fp16.xml", "ssd", Kind.FACE),
    ],
)
def test_models_that_people_use_just_work(store: ModelStore, file: str, family: str, kind: Kind) -> None:
    model = store.add(SHARED_MODELS / file)
    assert model.card.family == family
    assert model.card.kinds == {kind}
    assert try_model(model, threads=1).found <= 3
