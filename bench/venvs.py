"""Throwaway environments for the tools that passerby is compared with: it depends on none of them."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from process import run_for_text

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"


@dataclass(frozen=True, slots=True)
class Venv:
    """An environment with a few pinned packages. What passerby pins too gets the same version as passerby."""

    name: str
    packages: tuple[str, ...]

    def ready(self, cache: Path) -> Path:
        """The folder of its programs, made at the first call. Raises CommandFailed where packages cannot be had."""
        folder = cache / self.name
        programs = folder / ("Scripts" if os.name == "nt" else "bin")
        stamp = folder / "installed"
        if not stamp.exists():
            shutil.rmtree(folder, ignore_errors=True)  # an install that was interrupted
            run_for_text([sys.executable, "-m", "venv", str(folder)])
            pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run_for_text([*pip, "-c", str(CONSTRAINTS), *self.packages])
            stamp.touch()
        return programs


DEFACE = Venv("deface-1.5.0", ("deface==1.5.0", "onnx", "onnxruntime"))
TRACKERS = Venv("trackers-2.6.1", ("trackers==2.6.1",))


def cache_folder() -> Path:
    """Where the environments are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "passerby-bench"
