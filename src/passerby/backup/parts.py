"""What a backup holds: which files of a data folder, and the list of them that it begins with."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field

from passerby.access.sealer import KEY_FILE
from passerby.config import FILE_NAME

FORMAT = 1
LIST_NAME = "backup.json"
LONGEST_LIST_BYTES = 16 << 20
CATALOGUE = "catalogue.sqlite3"
SPOOL_NAME = "spool/name"
"""What rows of open recordings call their folder: with it the restored catalogue knows them for its own."""
BACKGROUNDS = "backgrounds"
"""Of what cameras learned, and of what their health is compared with."""
MAY_HOLD = re.compile(
    rf"{re.escape(CATALOGUE)}|{re.escape(KEY_FILE)}|{re.escape(FILE_NAME)}|{SPOOL_NAME}"
    rf"|{BACKGROUNDS}/[A-Za-z0-9_-]{{1,64}}\.(background|reference|reference\.jpg)"
)
"""Of the whole name. Anything else is no backup of passerby, and nothing of it is written."""


class Part(BaseModel):
    """One file. bytes: its size. sha256: as hexadecimal."""

    model_config = ConfigDict(extra="forbid")

    bytes: int = Field(ge=0)
    sha256: str


class Contents(BaseModel):
    """The list. made_at: UTC. revision: of the catalogue's tables."""

    format: int
    passerby: str
    made_at: str
    revision: str
    files: dict[str, Part]
