"""An archive on each kind of catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passerby.archive import Archive
from passerby.media.segments import TICKS_PER_S

OBJECT_90K = 20 * TICKS_PER_S
"""Short objects, so that a test has several."""

OpenArchive = Callable[..., Archive]


@pytest.fixture
def open_archive(tmp_path: Path, catalogue_url: str) -> Iterator[OpenArchive]:
    """Opens the archive of this test, again and again if need be, as after a restart."""
    opened: list[Archive] = []

    def open_it(**how: Any) -> Archive:
        how = {"catalogue_url": catalogue_url, "object_90k": OBJECT_90K, **how}
        opened.append(Archive(tmp_path / "archive", **how))
        return opened[-1]

    yield open_it
    for archive in opened:
        archive.close()
