"""What a backup contains: which files of a data folder, and the list of them at its start."""

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
"""The spool's name in the rows of open recordings: with it the restored catalogue recognises them as its own."""
BACKGROUNDS = "backgrounds"
"""What cameras learned, and what their health is compared with."""
MAY_HOLD = re.compile(
    rf"{re.escape(CATALOGUE)}|{re.escape(KEY_FILE)}|{re.escape(FILE_NAME)}|{SPOOL_NAME}"
    rf"|{BACKGROUNDS}/[A-Za-z0-9_-]{{1,64}}\.(background|reference|reference\.jpg)"
)
"""Matches the whole name. With any other name in it, a file is not a passerby backup, and nothing of it is written."""


class Part(BaseModel):
    """One file. bytes: its size. sha256: in hexadecimal."""

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
