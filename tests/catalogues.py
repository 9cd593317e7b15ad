"""Catalogues with their tables and nothing in them: all steps are run once, and tests get copies."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from passerby.archive.asking import Asking
from passerby.catalogue.database import open_database

PATIENT = functools.partial(Asking, 20.0)
"""Of writers in tests: a machine that runs others answers late."""


def new_catalogue(data: Path) -> str:
    """Puts one into a folder where an installation looks for it; returns its address."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = data / "catalogue.sqlite3"
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(_made_once())
    return f"sqlite:///{file}"


@functools.cache
def _made_once() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite3"
        open_database(f"sqlite:///{file}").dispose()
        return file.read_bytes()
