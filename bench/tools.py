"""How each tool is called: passerby, deface and a plain transcode, each as a whole process on the same files."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from process import Cost, run_for_text, run_measured

HERE = Path(__file__).parent
THREADS = os.cpu_count() or 1
PASSERBY, ADDED, DEFACE, TRANSCODE = "passerby", "passerby + models", "deface", "plain transcode"
ENCODER = (
    "import json; from passerby.record.encoders import choose_encoder; from passerby.settings import Settings; "
    "quality = Settings().quality; e = choose_encoder('h264', 'software', quality); "
    "print(json.dumps([e.name, {**e.options, e.quality_option: str(quality)}]))"
)


class Tool(Protocol):
    """One column of the table. options are passerby's own; the other tools have no use for them."""

    name: str
    same_for_all_options: bool

    def words(self, source: str, options: Sequence[str]) -> str:
        """The command as somebody would type it."""

    def video(self, source: Path, output: Path, options: Sequence[str]) -> Cost:
        """Makes output of a video. Raises CommandFailed."""

    def stills(self, folder: Path, output: Path, options: Sequence[str]) -> Cost | None:
        """Makes a folder of a folder of stills; None where the tool has nothing to do there."""


class Passerby:
    """This checkout, with the bundled models and those in one folder, whatever else the user has added."""

    same_for_all_options = False

    def __init__(self, name: str, models: Path) -> None:
        self.name = name
        self._env = {"PASSERBY_MODELS": str(models)}

    def words(self, source: str, options: Sequence[str]) -> str:
        return " ".join(["passerby redact", source, *options])

    def video(self, source: Path, output: Path, options: Sequence[str]) -> Cost:
        return run_measured(self._command(source, output, options), self._env)

    def stills(self, folder: Path, output: Path, options: Sequence[str]) -> Cost | None:
        return run_measured(self._command(folder, output, options), self._env)

    def add_model(self, file: Path) -> None:
        run_for_text([sys.executable, "-m", "passerby", "models", "add", str(file)], self._env)

    @staticmethod
    def _command(source: Path, output: Path, options: Sequence[str]) -> list[str]:
        redact = [sys.executable, "-m", "passerby", "redact", str(source), "-o", str(output), "--overwrite"]
        return [*redact, *options]


class Deface:
    """The best-known open redaction tool: finds faces with CenterFace in every frame and covers those.

    Solid covers instead of its default blur, through which the measure still sees people.
    """

    name = DEFACE
    same_for_all_options = True

    def __init__(self, programs: Path) -> None:
        self._command = [str(programs / "deface"), "--replacewith", "solid"]

    def words(self, source: str, options: Sequence[str]) -> str:
        return f"deface --replacewith solid {source}"

    def video(self, source: Path, output: Path, options: Sequence[str]) -> Cost:
        return run_measured([*self._command, str(source), "-o", str(output)])

    def stills(self, folder: Path, output: Path, options: Sequence[str]) -> Cost | None:
        """It writes beside its sources, so it gets copies."""
        copies = output.with_name(f"{output.name}-copies")
        shutil.copytree(folder, copies, ignore=shutil.ignore_patterns("*.tsv"))
        try:
            cost = run_measured([*self._command, *map(str, sorted(copies.iterdir()))])
            output.mkdir()
            for made in copies.glob("*_anonymized.*"):
                made.rename(output / made.name.replace("_anonymized", ""))
        finally:
            shutil.rmtree(copies)
        return cost


class Transcode:
    """Decoding and encoding with the encoder and the options that passerby uses, and nothing between."""

    name = TRANSCODE
    same_for_all_options = True

    def __init__(self) -> None:
        self._encoder, options = json.loads(run_for_text([sys.executable, "-c", ENCODER]))
        self._options = json.dumps(options)

    def words(self, source: str, options: Sequence[str]) -> str:
        return f"python bench/transcode.py {source} OUTPUT {self._encoder} '{self._options}' {THREADS}"

    def video(self, source: Path, output: Path, options: Sequence[str]) -> Cost:
        script = [sys.executable, str(HERE / "transcode.py")]
        return run_measured([*script, str(source), str(output), self._encoder, self._options, str(THREADS)])

    def stills(self, folder: Path, output: Path, options: Sequence[str]) -> Cost | None:
        return None
