"""Trying a camera: what it is, and a still that shows nobody; or one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from passerby.capture.live.options import LiveOptions
from passerby.engine.live.trial import try_camera
from passerby.engine.passes import Detectors
from passerby.errors import Trouble
from passerby.testing.patterns import found_in_media
from passerby.testing.rtsp import Feed, RtspServer, Script
from tests.live import QUICK
from tests.planted import SIZE_WH, walked
from tests.retries import by_real_time
from tests.streets import Street, pictures


@pytest.fixture
def camera(street: Street) -> Iterator[RtspServer]:
    with RtspServer({"/yard": walked(), "/street": Feed.from_file(street.path)}, login=("admin", "s3cr3t")) as server:
        yield server


@pytest.mark.promise
def test_without_a_pass_the_still_is_covered_whole(camera: RtspServer, tmp_path: Path) -> None:
    tried = try_camera(camera.url("/yard", "admin", "s3cr3t"), QUICK)
    assert (tried.reason, tried.size_wh, tried.codec) == (None, SIZE_WH, "h264")
    assert tried.covered
    (tmp_path / "still.jpg").write_bytes(tried.still or b"")
    assert found_in_media(tmp_path / "still.jpg") == []
    (picture,) = pictures(tmp_path / "still.jpg")
    assert picture.std(axis=(0, 1)).max() < 2


@by_real_time("the rate of the pictures is measured as they come")
def test_the_rate_of_the_pictures_is_said(camera: RtspServer) -> None:
    assert try_camera(camera.url("/yard", "admin", "s3cr3t"), QUICK).fps == pytest.approx(10, abs=1)


@pytest.mark.promise
def test_with_passes_the_place_is_shown_and_who_is_near_is_not(
    camera: RtspServer, street: Street, detectors: Detectors, tmp_path: Path
) -> None:
    tried = try_camera(camera.url("/street", "admin", "s3cr3t"), QUICK, detectors=detectors)
    assert tried.covered is None and tried.still
    (tmp_path / "still.jpg").write_bytes(tried.still)
    (shown,) = pictures(tmp_path / "still.jpg")
    (frame,) = pictures(street.path, 14, 15)
    changed = abs(shown.astype(int) - frame).max(axis=2) > 40
    near = [box.xyxy for box in street.near if box.frame == 14]
    assert near and 0.01 < changed.mean() < 0.8
    for left, top, right, bottom in near:
        inside = changed[int(max(top, 0)) : int(bottom), int(max(left, 0)) : int(right)]
        assert inside.mean() > 0.5


@by_real_time("who sends nothing for a second or two has failed, and a machine that stalls looks the same")
@pytest.mark.parametrize(
    ("path", "password", "script", "trouble"),
    [
        ("/yard", "wrong", Script(), Trouble.WRONG_PASSWORD),
        ("/nowhere", "s3cr3t", Script(), Trouble.NO_STREAM),
        ("/yard", "s3cr3t", Script(unknown_codec=True), Trouble.UNKNOWN_CODEC),
        ("/yard", "s3cr3t", Script(silence_after=0), Trouble.TIMED_OUT),
        ("/yard", "s3cr3t", Script(silence_after=5), Trouble.TIMED_OUT),
    ],
)
def test_what_is_wrong_is_one_sentence(
    camera: RtspServer, path: str, password: str, script: Script, trouble: Trouble
) -> None:
    camera.scripts[path] = script
    tried = try_camera(camera.url(path, "admin", password), QUICK)
    assert tried.trouble is trouble and tried.still is None
    assert tried.reason and "s3cr3t" not in repr(tried) and "wrong@" not in tried.reason


def test_an_address_that_may_not_be_contacted_is_not() -> None:
    tried = try_camera("rtsp://127.0.0.1:1/", replace(LiveOptions()))
    assert tried.trouble is Trouble.REFUSED_ADDRESS and "this machine itself" in (tried.reason or "")
