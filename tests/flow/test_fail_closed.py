"""Faults at every stage, with real files and codecs: the output never shows an unexamined frame, or there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import av
import cv2
import pytest

import passerby
from passerby import OutputError, Settings
from passerby.capture import open_source
from passerby.detect import DetectorError
from passerby.engine.passes import Detectors
from passerby.media import RawFrame, RedactedFrame
from passerby.record import VideoRecorder
from passerby.settings import Mode
from passerby.testing.faults import FAULTS, Fault, FaultyDetectors
from tests.exposure import flat_frames
from tests.media_samples import damage_packets
from tests.streets import FPS, Street, pictures

FAIL_FROM_S, FAIL_UNTIL_S = 1.0, 1.7


class Diary:
    """Says when detectors fail, and writes down who examined which frame. The last run through the file counts:
    before it reveal mode learns from a sparse one."""

    def __init__(self, fault: Fault, model: str | None = None) -> None:
        self._fault, self._model = fault, model
        self.passes: list[tuple[int, str, bool]] = []
        self._last_s = -1.0

    def fault_at(self, model: str, frame: RawFrame) -> Fault | None:
        if frame.time_s < self._last_s:
            self.passes.clear()
        self._last_s = frame.time_s
        fails = FAIL_FROM_S <= frame.time_s < FAIL_UNTIL_S and self._model in (None, model)
        self.passes.append((round(frame.time_s * FPS), model, not fails))
        return self._fault if fails else None

    @property
    def good(self) -> set[int]:
        """Frames that every detector which examined them examined."""
        return {frame for frame, _, _ in self.passes} - self.bad

    @property
    def bad(self) -> set[int]:
        return {frame for frame, _, good in self.passes if not good}

    def unexamined(self) -> list[int]:
        """Every frame after the last good pass before a failure, up to the next good pass."""
        unexamined: set[int] = set()
        for failed in self.bad:
            before = max((frame for frame in self.good if frame < failed), default=-1)
            after = min((frame for frame in self.good if frame > failed), default=10**9)
            unexamined |= set(range(before + 1, after))
        return sorted(unexamined)


EACH_FAULT = [
    *((fault, "cover") for fault in FAULTS),
    *(pytest.param(fault, "reveal", marks=[] if fault == "silent" else pytest.mark.slow) for fault in FAULTS),
]
"""In reveal mode a fault costs the examination of another empty scene."""


@pytest.fixture(scope="module")
def faulty(street: Street) -> FaultyDetectors:
    """Loaded once; each test says anew when they fail."""
    return FaultyDetectors(lambda model, frame: None, threads=2)


@pytest.mark.parametrize(("fault", "mode"), EACH_FAULT)
def test_frames_that_a_detector_failed_on_are_covered_whole(
    street: Street, faulty: FaultyDetectors, tmp_path: Path, fault: Fault, mode: Mode
) -> None:
    diary = Diary(fault)
    faulty.fault_at = diary.fault_at
    report = passerby.redact(street.path, tmp_path / "out.mp4", Settings(mode=mode), detectors=faulty)
    unexamined = [frame for frame in diary.unexamined() if frame < street.frames]
    assert diary.bad and diary.good, "some passes fail and some do not, or this shows nothing"
    assert flat_frames(tmp_path / "out.mp4") == unexamined
    assert report.frames.whole_by_reason == {"detector failed": len(unexamined)}
    assert report.frames.covered_whole == len(unexamined)
    assert sum(span.frames or 0 for span in report.whole_spans) == len(unexamined)
    assert report.frames.redacted == street.frames


@pytest.mark.parametrize("fails", ["centerface", "nanodet-g"])
def test_after_one_detector_failed_nothing_is_shown_before_all_have_run_again(
    street: Street, faulty: FaultyDetectors, tmp_path: Path, fails: str
) -> None:
    """What the others found in the same frame was lost with it."""
    diary = Diary("raises", model=fails)
    faulty.fault_at = diary.fault_at
    passerby.redact(street.path, tmp_path / "out.mp4", Settings(mode="cover"), detectors=faulty)
    flat = set(flat_frames(tmp_path / "out.mp4"))
    assert {model for _, model, _ in diary.passes} == {"centerface", "nanodet-g"}
    shown_again = min(frame for frame in range(street.frames) if frame > max(diary.bad) and frame not in flat)
    assert {model for frame, model, _ in diary.passes if frame == shown_again} == {"centerface", "nanodet-g"}
    assert flat == set(diary.unexamined())


@pytest.mark.parametrize("mode", ["cover", "reveal", "auto"])
def test_where_no_pass_ever_succeeds_all_is_covered(
    street: Street, faulty: FaultyDetectors, tmp_path: Path, mode: Mode
) -> None:
    faulty.fault_at = lambda model, frame: "unforeseen"
    report = passerby.redact(street.path, tmp_path / "out.mp4", Settings(mode=mode), detectors=faulty)
    assert flat_frames(tmp_path / "out.mp4") == list(range(street.frames))
    assert report.frames.covered_whole == street.frames and report.hidden.mean == 1.0
    assert not report.tracks


@pytest.mark.parametrize(
    "error", [DetectorError("on request"), MemoryError("on request")], ids=["foreseen", "unforeseen"]
)
@pytest.mark.parametrize("mode", ["auto", "reveal"])
def test_where_the_plate_cannot_be_examined_nothing_is_shown(
    street: Street, detectors: Detectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Mode, error: Exception
) -> None:
    """Every pass over frames succeeds: only the empty scene, which reveal mode would show, was examined by nobody."""
    tried: list[object] = []

    def fail(*tile: object) -> NoReturn:
        tried.append(tile)
        raise error

    monkeypatch.setattr("passerby.engine.plate._detect", fail)
    settings = Settings(mode=mode, end_s=1.0)
    report = passerby.redact(street.path, tmp_path / "out.mp4", settings, detectors=detectors)
    assert tried, "the plate was not examined at all"
    assert report.frames.covered_whole == report.frames.total == FPS
    assert flat_frames(tmp_path / "out.mp4") == list(range(FPS))


@pytest.mark.parametrize("fault", ["raises", "nan", "hangs"])
def test_still_that_could_not_be_examined_is_covered_whole(
    street: Street, faulty: FaultyDetectors, tmp_path: Path, fault: Fault
) -> None:
    assert cv2.imwrite(str(tmp_path / "still.png"), next(pictures(street.path)))
    faulty.fault_at = lambda model, frame: fault
    report = passerby.redact(tmp_path / "still.png", tmp_path / "out.png", detectors=faulty)
    assert flat_frames(tmp_path / "out.png") == [0]
    assert report.frames.whole_by_reason == {"detector failed": 1}


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_frames_that_the_decoder_could_not_trust_are_covered_whole(
    street: Street, detectors: Detectors, tmp_path: Path, mode: Mode
) -> None:
    broken = Path(shutil.copy(street.path, tmp_path / "broken.mp4"))
    damage_packets(broken, [12, 20])
    with open_source(broken) as video:
        damaged = [frame.index for frame in video if frame.damaged]
        frames = video.problems and damaged[-1]
    assert damaged and frames
    report = passerby.redact(broken, tmp_path / "out.mp4", Settings(mode=mode), detectors=detectors)
    assert set(damaged) <= set(flat_frames(tmp_path / "out.mp4"))
    assert report.frames.whole_by_reason["damaged in the source"] == len(damaged)
    assert report.problems


# No output is better than half of one.


def stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def fail_to_encode(recorder: VideoRecorder, frame: RedactedFrame) -> None:
    raise av.FFmpegError(-22, "Invalid argument")


def fails(street: Street, output: Path, error: type[BaseException], **how: object) -> BaseException:
    """Redacts, expects it to fail so, and that nothing is left: no file, no thread that goes on."""
    before = set(threading.enumerate())
    with pytest.raises(error) as raised:
        passerby.redact(street.path, output, Settings(mode="cover"), **how)  # type: ignore[arg-type]
    assert not list(output.parent.iterdir())
    assert not [each.name for each in threading.enumerate() if each not in before]
    return raised.value


@pytest.mark.parametrize("at_frame", [0, 1, 15, 29])
def test_being_stopped_leaves_nothing(street: Street, faulty: FaultyDetectors, tmp_path: Path, at_frame: int) -> None:
    def stop_at(model: str, frame: RawFrame) -> None:
        if frame.index >= at_frame - 2:
            stop()

    faulty.fault_at = stop_at
    fails(street, tmp_path / "out.mp4", KeyboardInterrupt, detectors=faulty)


def test_an_encoder_that_fails_in_the_middle_leaves_nothing(
    street: Street, detectors: Detectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[[VideoRecorder, RedactedFrame], None] = VideoRecorder._encode

    def encode(recorder: VideoRecorder, frame: RedactedFrame) -> None:
        (fail_to_encode if frame.index == 12 else real)(recorder, frame)

    monkeypatch.setattr(VideoRecorder, "_encode", encode)
    error = fails(street, tmp_path / "out.mp4", OutputError, detectors=detectors)
    assert "out.mp4" in str(error)


def test_a_caller_who_fails_while_told_of_progress_leaves_nothing(
    street: Street, detectors: Detectors, tmp_path: Path
) -> None:
    fails(street, tmp_path / "out.mp4", KeyboardInterrupt, progress=stop, detectors=detectors)


@pytest.mark.parametrize("room_bytes", [0, 3000, 40_000])
def test_full_disk_is_one_sentence_and_leaves_nothing(street: Street, tmp_path: Path, room_bytes: int) -> None:
    source = Path(shutil.copy(street.path, tmp_path / "street.mp4"))
    command = [sys.executable, "-m", "passerby.testing.full_disk", str(room_bytes), "redact", str(source)]
    command += ["--mode", "cover"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "couldn't write" in done.stderr and "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["street.mp4"]
