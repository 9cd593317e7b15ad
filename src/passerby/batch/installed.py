"""What this machine has installed that decides what comes out of a file."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from passerby.batch.messages import Installed
from passerby.version import __version__

PACKAGES = ("av", "numpy", "opencv-python-headless", "openvino")


def installed() -> Installed:
    """Raises ModelError if a model's card cannot be read."""
    from passerby.detect import ModelStore

    models = {name: digest for model in ModelStore().list() for name, digest in model.card.sha256.items()}
    return Installed(passerby=__version__, models=models, packages={name: _version(name) for name in PACKAGES})


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
