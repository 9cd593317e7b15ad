"""Where an archive's parts are: passed to everything that stores, repairs or deletes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby.archive.catalogue import Catalogue
from passerby.objects.store import Store


@dataclass(frozen=True, slots=True)
class Places:
    """Where an archive's parts are. spool: the folder of open objects; spool_name: its name in the rows."""

    catalogue: Catalogue
    store: Store
    spool: Path
    spool_name: str
