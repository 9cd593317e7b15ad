"""An encoder or a disk that hangs: the camera says so within seconds, goes on by itself, and nobody was ever clear."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from passerby.archive import Archive
from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import open_live
from passerby.engine.live.learner import LearnTimes
from passerby.engine.live.modes import LivePlan
from passerby.engine.live.run import HANGS, HANGS_S, LivePath
from passerby.engine.live.shared import Shared
from passerby.engine.passes import Detectors
from passerby.fleet.kept import KeptBackground, KeptReference
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.segments import Fragment
from passerby.record import SegmentRecorder
from passerby.rules.retention import KeepAll
from passerby.testing.rtsp import RtspServer
from tests.live import LOCAL
from tests.planted import leaks, revealed, walked

OPTIONS = LiveOptions(reach=LOCAL, open_timeout_s=5.0, read_timeout_s=2.0, picture_timeout_s=4.0)
HANGS_FOR_S = HANGS_S + 3.0
SAID_WITHIN_S = HANGS_S + 1.0
GIVE_UP_S = 60.0


class Hang:
    """Blocks once, on request, in the thread that asks."""

    def __init__(self) -> None:
        self.is_due, self.began_s, self.is_over = threading.Event(), 0.0, threading.Event()

    def pass_by(self) -> None:
        if self.is_due.is_set() and not self.began_s:
            self.began_s = time.monotonic()
            time.sleep(HANGS_FOR_S)
            self.is_over.set()


@pytest.fixture
def camera() -> Iterator[RtspServer]:
    with RtspServer({"/yard": walked()}) as server:
        yield server


def record(
    camera: RtspServer, shared: Shared, data: Path, hang: Hang, in_sink: Callable[[], None]
) -> list[CameraState]:
    """Until it recorded for a while after the hang. Every status while it hung, as somebody else asks for it."""
    during: list[tuple[float, CameraState]] = []
    with Archive(data) as archive:
        writer = archive.writer("yard")

        def keep(fragment: Fragment) -> None:
            in_sink()
            writer.append(fragment)

        kept = KeptBackground(data / "backgrounds", "yard"), KeptReference(data / "backgrounds", "yard")
        plan = LivePlan(learning=LearnTimes(first_every_s=0.1))
        path = LivePath(open_live(camera.url("/yard"), OPTIONS), plan, shared, *kept, keep)
        stopping, until_s = threading.Event(), time.monotonic() + GIVE_UP_S
        thread = threading.Thread(target=path.run, args=(stopping.is_set,))
        thread.start()
        after = 0
        while time.monotonic() < until_s and thread.is_alive():
            status = path.state
            if status.what is CameraStatus.RECORDING and path.written > 20 and not hang.is_due.is_set():
                hang.is_due.set()
            if hang.began_s and not hang.is_over.is_set():
                during.append((time.monotonic() - hang.began_s, status))
                after = path.written
            if hang.is_over.is_set() and path.written > after + 30 and status.what is CameraStatus.RECORDING:
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"it does not record again: {path.state}")
        stopping.set()
        thread.join(20.0)
        writer.close()
        archive.maintain(KeepAll(), 0)
    assert all(status.what is CameraStatus.FAILED for at_s, status in during if at_s > SAID_WITHIN_S)
    return [status for _, status in during]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["disk", "encoder"])
def test_a_hang_is_said_within_seconds_and_recording_goes_on_and_nobody_is_clear(
    camera: RtspServer, detectors: Detectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    hang = Hang()
    real = SegmentRecorder.write

    def write(self: SegmentRecorder, *args: Any, **how: Any) -> Any:
        hang.pass_by()
        return real(self, *args, **how)

    if where == "encoder":
        monkeypatch.setattr(SegmentRecorder, "write", write)
    with Shared(detectors) as shared:
        during = record(camera, shared, tmp_path, hang, hang.pass_by if where == "disk" else lambda: None)
    assert during[-1].reason == HANGS
    assert revealed(tmp_path) > 10 and leaks(tmp_path) == []
