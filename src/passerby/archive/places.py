"""Where an archive's things are: what everything that stores, mends or deletes is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby.archive.catalogue import Catalogue
from passerby.objects.store import Store


@dataclass(frozen=True, slots=True)
class Places:
    """Where an archive's things are. spool: the folder of open objects; spool_name: what rows call it."""

    catalogue: Catalogue
    store: Store
    spool: Path
    spool_name: str
