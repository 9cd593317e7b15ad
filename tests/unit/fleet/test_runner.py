"""A camera that fails is tried again: ever more rarely, until it recorded for a while, and nobody takes it for hung."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from passerby.archive import Archive
from passerby.errors import Trouble
from passerby.fleet import runner as module
from passerby.fleet.plan import CameraPlan
from passerby.fleet.runner import CameraRunner
from passerby.media.camera import CameraStatus
from passerby.rules.reach import Reach
from tests.events import event_sink

NOBODY_TIMES_OUT_S = 0.4


@pytest.fixture
def silent() -> Iterator[CameraPlan]:
    """A camera that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"rtsp://127.0.0.1:{listening.getsockname()[1]}/yard"
        yield CameraPlan(
            camera="yard", address=address, open_timeout_s=NOBODY_TIMES_OUT_S, read_timeout_s=NOBODY_TIMES_OUT_S,
            picture_timeout_s=NOBODY_TIMES_OUT_S, reach=Reach(("127.0.0.0/8",)),
        )  # fmt: skip


def until(is_so: Callable[[], bool]) -> None:
    give_up_s = time.monotonic() + 20.0
    while not is_so():
        assert time.monotonic() < give_up_s
        time.sleep(0.02)


def run(plan: CameraPlan, data: Path, is_so: Callable[[CameraRunner], bool]) -> None:
    """Until something is so. It never gets as far as needing detectors."""
    with Archive(data) as archive, closing(event_sink(data)) as events:
        shared: Any = None
        runner = CameraRunner(plan, shared, archive, events, data / "backgrounds", lambda *args: None)
        try:
            until(lambda: is_so(runner))
        finally:
            runner.stop()
            assert runner.join(10.0)


def test_waiting_for_the_next_try_is_not_being_stuck(
    silent: CameraPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "wait_s", lambda *args: 3.0)
    monkeypatch.setattr(CameraPlan, "stuck_after_s", 2.0)
    failed_s: list[float] = []

    def has_waited(runner: CameraRunner) -> bool:
        assert not runner.is_stuck
        if not failed_s and runner.state().what is CameraStatus.FAILED:
            failed_s.append(time.monotonic())
        return bool(failed_s) and time.monotonic() - failed_s[0] > 2.8

    run(silent, tmp_path, has_waited)


def test_a_camera_that_answers_nothing_is_tried_ever_more_rarely_however_long_its_time_out(
    silent: CameraPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []

    def noted(count: int, chance: float, trouble: Trouble) -> float:
        failures.append(count)
        return 0.01

    monkeypatch.setattr(module, "wait_s", noted)
    monkeypatch.setattr(module, "STEADY_S", NOBODY_TIMES_OUT_S / 2)
    run(silent, tmp_path, lambda runner: len(failures) >= 3)
    assert failures[:3] == [1, 2, 3]
