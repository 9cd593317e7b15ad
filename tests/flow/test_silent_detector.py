"""A detector that answers and finds nothing: no file comes out of it that shows anybody."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

import passerby
from passerby import Settings
from passerby.detect import Detector, DetectorError
from passerby.detect.proof import WORDS
from passerby.engine.passes import Detectors
from passerby.media import Detections, Kind
from passerby.settings import Mode
from tests.campaign.engine_faults import BrokenDetectors, Moment
from tests.exposure import flat_frames
from tests.streets import Street, pictures


@pytest.mark.parametrize("mode", ["cover", "reveal"])
@pytest.mark.parametrize("fault", ["zero", "stale"])
def test_a_silent_network_leaves_no_output(street: Street, tmp_path: Path, mode: Mode, fault: str) -> None:
    moment = Moment("none")
    detectors = BrokenDetectors(moment)
    detectors.of({Kind.PERSON, Kind.FACE}, detectors.video_threads)
    detectors.prove()  # it worked once; what it said then is what it repeats
    moment.fault = fault
    with pytest.raises(DetectorError, match=r"must find|find|found"):
        passerby.redact(street.path, tmp_path / "out.mp4", Settings(mode=mode), detectors=detectors)
    assert not list(tmp_path.iterdir())


def test_detectors_that_find_nothing_in_frames_leave_no_output(
    street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Detector, "detect", lambda self, frame, *_, **__: Detections.empty())
    with pytest.raises(DetectorError, match=WORDS):
        passerby.redact(street.path, tmp_path / "out.mp4", Settings(mode="cover"), detectors=Detectors(threads=2))
    assert not list(tmp_path.iterdir())


def test_a_still_is_covered_whole_and_the_report_says_why(street: Street, tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "still.png"), next(pictures(street.path)))
    detectors = BrokenDetectors(Moment("zero"))
    report = passerby.redact(tmp_path / "still.png", tmp_path / "out.png", detectors=detectors)
    assert flat_frames(tmp_path / "out.png") == [0]
    assert report.frames.whole_by_reason == {WORDS: 1}
