"""Backs up a data folder while it is in use, and restores it to a new one. Recordings are not included."""

from __future__ import annotations

from passerby.backup.restore import restore
from passerby.backup.write import BackUp, back_up

__all__ = ["BackUp", "back_up", "restore"]
