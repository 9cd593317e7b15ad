"""Tests of whole commands, live sources and the page go by real time, with processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

TRIES = 3  # a machine that stalls for a second fails one try; what is wrong fails all of them
BY_REAL_TIME = (Path(__file__).parent, Path(__file__).parents[1] / "page")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(folder in item.path.parents for folder in BY_REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=TRIES - 1))
