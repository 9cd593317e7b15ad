"""Copies of a data folder while it is in use, and a new data folder from such a copy. Recordings are not in them."""

from __future__ import annotations

from passerby.backup.restore import restore
from passerby.backup.write import BackUp, back_up

__all__ = ["BackUp", "back_up", "restore"]
