"""Asks the measures beside the footage what a redacted output still shows. They run as they are, as processes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from clips import Clip
from process import run_for_text


def measure_video(shared: Path, clip: Clip, redacted: Path) -> dict[str, Any]:
    """What exposed.py says; nothing for a clip without boxes."""
    script = shared / "measure" / "exposed.py"
    if clip.boxes is None or not script.is_file():
        return {}
    return _ask([script, clip.path, redacted, clip.boxes])


def measure_stills(shared: Path, folder: Path, redacted: Path) -> dict[str, Any]:
    """What boxes.py says of a folder of stills."""
    return _ask([shared / "measure" / "boxes.py", folder, redacted, folder / f"{folder.name}.tsv"])


def _ask(command: list[Path]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run_for_text([sys.executable, *map(str, command), "--json"]))
    return answer
