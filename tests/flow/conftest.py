"""Tests of live sources go by real time: what the machine is late with, the pictures are late with."""

from __future__ import annotations

import pytest

TRIES = 3  # a machine that stalls for a second fails one try; what is wrong fails all of them


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name.startswith("test_live_"):
            item.add_marker(pytest.mark.flaky(reruns=TRIES - 1))
