"""`passerby camera test` as somebody types it: what a camera sends, or one sentence; and a still that shows nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.testing.onvif import HOST, OnvifCamera, OnvifProfile, OnvifServer
from passerby.testing.patterns import found_in_media
from passerby.testing.rtsp import Feed, RtspServer
from tests.planted import SIZE_WH, walked
from tests.retries import by_real_time
from tests.streets import Street, pictures

HIDDEN = "s3cr3t"


@pytest.fixture(scope="module")
def camera(street: Street) -> Iterator[RtspServer]:
    with RtspServer({"/yard": walked(), "/street": Feed.from_file(street.path)}, login=("admin", HIDDEN)) as server:
        yield server


def passerby(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """With a configuration that lets cameras be at this machine."""
    (folder / "passerby.toml").write_text('[sources]\nnetworks = ["127.0.0.0/8"]\n')
    where = ["--data", str(folder / "data"), "--config", str(folder / "passerby.toml")]
    command = [sys.executable, "-m", "passerby", "camera", *words, *where]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120)
    assert HIDDEN not in done.stdout + done.stderr
    return done


@by_real_time("the rate of the pictures is measured as they come")
@pytest.mark.slow
def test_a_camera_by_its_name_and_by_its_address(camera: RtspServer, tmp_path: Path) -> None:
    address = camera.url("/yard", "admin", HIDDEN)
    assert passerby(tmp_path, "add", "yard", stdin=f"{address}\n").returncode == 0
    for done in (passerby(tmp_path, "test", "yard"), passerby(tmp_path, "test", stdin=f"{address}\n")):
        assert done.returncode == 0 and f"it works: {SIZE_WH[0]}x{SIZE_WH[1]}, H.264, " in done.stdout, done.stderr
        rate = float(done.stdout.split("H.264, ")[1].split()[0])
        assert rate == pytest.approx(10, abs=2)


@pytest.mark.promise
def test_the_still_shows_the_place_and_not_who_is_near(camera: RtspServer, street: Street, tmp_path: Path) -> None:
    still = tmp_path / "still.jpg"
    address = camera.url("/street", "admin", HIDDEN)
    done = passerby(tmp_path, "test", address, "--still", str(still))
    assert done.returncode == 0 and str(still) in done.stdout, done.stderr
    (shown,) = pictures(still)
    (frame,) = pictures(street.path, 14, 15)
    changed = abs(shown.astype(int) - frame).max(axis=2) > 40
    near = [box.xyxy for box in street.near if box.frame == 14]
    assert near and 0.01 < changed.mean() < 0.8, "some of it is hidden and some is shown"
    for left, top, right, bottom in near:
        assert changed[int(max(top, 0)) : int(bottom), int(max(left, 0)) : int(right)].mean() > 0.5
    assert not found_in_media(still)
    again = passerby(tmp_path, "test", address, "--still", str(still))
    assert again.returncode == 1 and "exists already" in again.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "passerby.toml", "still.jpg"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["test", "nobody"], "there is no camera 'nobody'"),
        (["test", "ADDRESS/nowhere"], "couldn't open"),
        (["test", "exec:ls"], "is not a kind of camera address"),
        (["test", "rtsp://169.254.169.254/"], "where a cloud keeps its machines' keys"),
        (["test", "ADDRESS/yard", "--still", "still.png"], "name it .jpg"),
    ],
)
def test_what_is_wrong_is_one_sentence(camera: RtspServer, tmp_path: Path, words: list[str], says: str) -> None:
    place = camera.url("", "admin", HIDDEN)
    done = passerby(tmp_path, *(each.replace("ADDRESS", place) for each in words))
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
    assert says in done.stderr and len(done.stderr.splitlines()) <= 2


@pytest.mark.promise
def test_trying_is_in_the_audit(camera: RtspServer, tmp_path: Path) -> None:
    from passerby.access import Installation
    from passerby.config import Config

    assert passerby(tmp_path, "test", camera.url("/yard", "admin", HIDDEN)).returncode == 0
    installation = Installation(tmp_path / "data", Config())
    assert [(each.through, each.what) for each in installation.audit.list()] == [("command", "camera:try")]
    installation.close()


@pytest.mark.slow
def test_a_camera_is_found_asked_and_added(tmp_path: Path) -> None:
    here = f"rtsp://{HOST}:554"
    profiles = (OnvifProfile("sub", f"{here}/2", 640, 360), OnvifProfile("main", f"{here}/1?password={HIDDEN}"))
    with OnvifServer(OnvifCamera(profiles, ("admin", HIDDEN))) as server:
        shown = passerby(tmp_path, "find", server.host, "--user", "admin", stdin=f"{HIDDEN}\n")
        wrong = passerby(tmp_path, "find", server.host, "--user", "admin", stdin="wrong\n")
        added = passerby(
            tmp_path, "find", server.host, "--user", "admin", "--add", "yard", "--stream", "2", stdin=f"{HIDDEN}\n"
        )
    assert shown.returncode == 0, shown.stderr
    assert "main stream 1920x1080 H.264 25 " in " ".join(shown.stdout.split())
    assert f"rtsp://{HOST}/2" in shown.stdout and f"rtsp://{HOST}/1?…" in shown.stdout
    assert wrong.returncode == 1 and "does not accept" in wrong.stderr
    assert added.returncode == 0 and f"added camera yard at rtsp://{HOST}/2" in added.stdout
    assert "yard" in passerby(tmp_path, "list").stdout
    assert passerby(tmp_path, "find", "--user", "admin", stdin="x\n").returncode == 1
