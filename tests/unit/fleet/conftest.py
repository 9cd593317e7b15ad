"""What the tests of the fleet share."""

from __future__ import annotations

from contextlib import suppress

import pytest

PATIENCE_S = 10.0  # NATS keeps what it is told on the disk of a machine that runs other tests


@pytest.fixture(autouse=True)
def _nats_may_be_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    with suppress(ImportError):  # without its client the tests that use it are skipped
        import passerby.fleet.nats.control  # noqa: F401

        for module in ("connection", "control"):
            monkeypatch.setattr(f"passerby.fleet.nats.{module}.ANSWERS_WITHIN_S", PATIENCE_S)
