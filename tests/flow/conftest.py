"""Tests of whole commands, live sources and the page go by real time, with processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

IN_A_BROWSER = Path(__file__).parents[1] / "page"
TRIES = 3  # a machine that stalls for a second fails one try; what is wrong fails all of them
BY_REAL_TIME = (Path(__file__).parent, IN_A_BROWSER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(folder in item.path.parents for folder in BY_REAL_TIME):
            item.add_marker(pytest.mark.flaky(reruns=TRIES - 1))
        if IN_A_BROWSER in item.path.parents:
            item.add_marker(pytest.mark.slow)  # one after the other: a browser needs a processor for itself
