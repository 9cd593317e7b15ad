"""Where an archive's parts are: passed to everything that stores, repairs or deletes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby.archive.other_spools import OtherSpools
from passerby.archive.rows import Rows
from passerby.objects.store import Store


@dataclass(frozen=True, slots=True)
class Places:
    """Where an archive's parts are. spool: the folder of open objects; spool_name: its name in the rows. others: None
    if only what is here and in the store can be read."""

    rows: Rows
    store: Store
    spool: Path
    spool_name: str
    others: OtherSpools | None = None
