"""The cameras that run are those that are configured."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts, ConfiguredCamera
from passerby.config import Config
from passerby.errors import OutputError
from passerby.fleet.plan import CameraPlan
from passerby.fleet.worker import Places
from passerby.media.boxes import BoxShare
from passerby.media.segments import TICKS_PER_S
from passerby.service.configured import ConfiguredFleet, KnownCameras

POSTER = BoxShare(0.1, 0.2, 0.2, 0.5)
OFF = CameraFacts(address="rtsp://192.0.2.7/stream", is_enabled=False)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = Installation(tmp_path, Config())
    yield opened
    opened.close()


def test_objects_are_short_where_the_limit_is(installation: Installation, tmp_path: Path) -> None:
    for name, hours in (("usual", None), ("long", 30.0), ("short", 0.05), ("shorter", 0.03)):
        installation.cameras.add(name, CameraFacts(address="rtsp://192.0.2.7/stream", keep_hours=hours))
    fleet = ConfiguredFleet(installation, Places(tmp_path, tmp_path / "backgrounds"))
    known = KnownCameras.of(installation)
    lengths_s = {each.name: fleet._plan(each, known).object_90k / TICKS_PER_S for each in known.cameras}
    assert lengths_s == {"usual": 900, "long": 900, "short": 44, "shorter": 26}


def learned(folder: Path, camera: str) -> set[Path]:
    """As if the camera had learned something, and was killed while it wrote more."""
    folder.mkdir(exist_ok=True)
    paths = {folder / f"{camera}{end}" for end in (".background", ".reference", ".reference.jpg", ".background.new")}
    for path in paths:
        path.write_bytes(b"a place")
    return paths


def test_what_a_camera_learned_goes_with_it_also_where_it_did_not_run(
    installation: Installation, tmp_path: Path
) -> None:
    folder = tmp_path / "backgrounds"
    removed_while_stopped, gate, yard = (learned(folder, name) for name in ("long-gone", "gate", "yard"))
    for name in ("gate", "yard"):
        installation.cameras.add(name, OFF)
    fleet = ConfiguredFleet(installation, Places(tmp_path, folder))
    fleet.start()
    try:
        until_s = time.monotonic() + 10.0
        while any(path.exists() for path in removed_while_stopped) and time.monotonic() < until_s:
            time.sleep(0.02)
        assert set(folder.iterdir()) == gate | yard, "one that is switched off keeps what it learned"
        installation.cameras.remove("gate")
        fleet.cameras_changed()
        while any(path.exists() for path in gate) and time.monotonic() < until_s:
            time.sleep(0.02)
        assert set(folder.iterdir()) == yard
    finally:
        fleet.stop()


def test_a_box_that_is_not_a_person_reaches_the_camera_which_keeps_what_it_learned(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backgrounds"
    installation.cameras.add("gate", CameraFacts(address="rtsp://192.0.2.7/stream"))
    plans: list[CameraPlan] = []
    fleet = ConfiguredFleet(installation, Places(tmp_path, folder))
    kept = learned(folder, "gate")
    monkeypatch.setattr(fleet._fleet, "run", plans.append)  # without processes: what they would run
    changes: tuple[Callable[[], object], ...] = (
        lambda: None,
        lambda: installation.not_people.add("gate", POSTER, "kim"),
        lambda: None,  # nothing differs: the camera is left alone
        lambda: installation.not_people.remove("gate", 1),
    )
    for change in changes:
        change()
        fleet._match(KnownCameras.of(installation))
    assert [plan.live.not_people for plan in plans] == [(), (POSTER,), ()]
    assert set(folder.iterdir()) == kept


def test_a_camera_keeps_boxes_unless_its_policy_says_no(installation: Installation, tmp_path: Path) -> None:
    for name, keeps in (("yard", True), ("hall", False)):
        facts = CameraFacts(address="rtsp://192.0.2.7/stream", keeps_boxes=keeps)
        installation.cameras.add(name, facts)
    fleet = ConfiguredFleet(installation, Places(tmp_path, tmp_path / "backgrounds"))
    known = KnownCameras.of(installation)
    plans = {each.name: fleet._plan(each, known) for each in known.cameras}
    assert {name: plan.keeps_boxes for name, plan in plans.items()} == {"yard": True, "hall": False}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OutputError("the catalogue is away"), "the catalogue is away"),
        (ValueError("secret"), "changes to cameras could not be applied: ValueError"),
    ],
)
def test_cameras_go_from_machine_to_machine_while_the_catalogue_is_away(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    for name in ("gate", "yard"):
        installation.cameras.add(name, CameraFacts(address="rtsp://192.0.2.7/stream"))
    tokens = {"gate": 7, "yard": 8}
    fleet = ConfiguredFleet(installation, Places(tmp_path, tmp_path / "backgrounds"), token_of=tokens.get)
    fleet.start()
    try:
        wait_for(lambda: set(fleet.states()) == {"gate", "yard"})

        def away() -> None:
            raise error

        monkeypatch.setattr(installation.cameras, "list", away)
        del tokens["gate"]
        fleet.cameras_changed()
        wait_for(lambda: set(fleet.states()) == {"yard"})
        tokens["gate"] = 9
        fleet.cameras_changed()
        wait_for(lambda: set(fleet.states()) == {"gate", "yard"})
        assert fleet.trouble == says
    finally:
        fleet.stop()


def test_a_catalogue_that_answers_nothing_holds_up_no_camera(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gate", "yard"):
        installation.cameras.add(name, CameraFacts(address="rtsp://192.0.2.7/stream"))
    tokens, answers = {"yard": 8}, threading.Event()
    fleet = ConfiguredFleet(installation, Places(tmp_path, tmp_path / "backgrounds"), token_of=tokens.get)
    fleet.start()
    try:
        wait_for(lambda: set(fleet.states()) == {"yard"})
        known, read = installation.cameras.list(), installation.cameras.list

        def answer_late() -> list[ConfiguredCamera]:
            answers.wait()
            return known

        monkeypatch.setattr(installation.cameras, "list", answer_late)
        tokens["gate"] = 9
        fleet.cameras_changed()
        wait_for(lambda: set(fleet.states()) == {"gate", "yard"})
        assert fleet.trouble is not None and "the catalogue does not answer" in fleet.trouble
        monkeypatch.setattr(installation.cameras, "list", read)
        answers.set()
        installation.cameras.remove("gate")
        wait_for(lambda: fleet.trouble is None and set(fleet.states()) == {"yard"})
    finally:
        answers.set()
        fleet.stop()


def wait_for(is_so: Callable[[], bool], within_s: float = 20.0) -> None:
    until_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.02)
