"""Where screenshots go, for people to look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def shots() -> Path | None:
    """The folder that PASSERBY_SHOTS names; None: no screenshots."""
    told = os.environ.get("PASSERBY_SHOTS")
    if told:
        Path(told).mkdir(parents=True, exist_ok=True)
    return Path(told) if told else None
