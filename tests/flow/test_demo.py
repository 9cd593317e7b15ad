"""`passerby demo` as somebody starts it: the link, cameras that record and tell of their faults, an end in order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from passerby.archive import Archive
from passerby.capture.drawn.cameras import CAMERAS
from passerby.capture.drawn.incidents import INCIDENTS
from passerby.cli.demo_config import write_config
from passerby.config import read_config
from tests.planted import shown_pictures
from tests.retries import by_real_time

PASSWORD = "a long enough pass phrase"
FAULTS = {"freezes": "frozen", "loops": "looped", "covered": "obstructed"}
WITHIN_S = 180.0  # on a machine that does much else


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "passerby", "demo", str(folder), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                            env=os.environ | {"PYTHONUNBUFFERED": "1"})  # fmt: skip


def said_until(process: subprocess.Popen[str], pattern: str) -> tuple[re.Match[str], str]:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(pattern, line):
            return found, said
    raise AssertionError(f"it ended, and said: {said}")


@by_real_time("eight cameras in real time: where looks come too late, faults are found too late")
@pytest.mark.slow
def test_the_demo_records_its_cameras_and_goes_on_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    process = start(folder)
    try:
        found, said = said_until(process, r"(http://\S+)/#/set-up/(\S+)")
        assert "street.redacted.html" in said and "Ctrl-C stops it" in said
        with httpx2.Client(base_url=found[1], timeout=60, transport=httpx2.HTTPTransport(retries=5)) as client:
            done = client.post("/api/set-up", json={"token": found[2], "name": "kim", "password": PASSWORD})
            assert done.is_success
            seen = watched(client)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert all(FAULTS.get(name, "recording") in each for name, each in seen.items()), seen
    with Archive(folder) as archive:
        assert not archive.recover(), "it closed its recordings"
    assert sum(picture.std() > 20 for picture in shown_pictures(folder / "objects" / "square")) > 10, (
        "it shows the yard"
    )

    drawn_at_s = (folder / "street.mp4").stat().st_mtime
    again = start(folder, "--seconds", "4")
    try:
        said_until(again, r"passerby is running at http://")
        said_until(again, r"Nothing was noticed yet|What was noticed")
        assert again.wait(90) == 0
    finally:
        again.kill()
    assert (folder / "street.mp4").stat().st_mtime == drawn_at_s, "it is not drawn again"


def watched(client: httpx2.Client) -> dict[str, set[str]]:
    """What each camera was said to be, until those that are well have recorded and the others were found out."""
    seen: dict[str, set[str]] = {name: set() for name in CAMERAS}
    until_s = time.monotonic() + WITHIN_S
    while time.monotonic() < until_s:
        for each in client.get("/api/states").json():
            seen[each["camera"]].add(each["what"])
        if all(FAULTS.get(name, "recording") in each for name, each in seen.items()):
            break
        time.sleep(0.3)
    return seen


def test_its_configuration_names_every_drawn_camera_and_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "passerby.toml"
    write_config(path)
    config = read_config(path)
    assert [each.address.get_secret_value() for each in config.camera] == [f"drawn:{name}" for name in CAMERAS]
    assert config.sources.drawn and config.storage.keep_hours <= 4
    assert {each.camera for each in config.rule} == {"street", *INCIDENTS}
    path.write_text("[server]\nport = 9\n")
    write_config(path)
    assert read_config(path).server.port == 9
