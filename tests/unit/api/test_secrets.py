"""Passwords of cameras and people go in and never come out: not in answers, words, logs or the catalogue."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from passerby.access.cameras import CameraFacts
from passerby.access.sealer import KEY_FILE, Sealer
from passerby.errors import SettingsError
from passerby.rules.access import Role
from tests.unit.api.conftest import ADDRESS, HIDDEN, PASSWORD, House


def test_no_answer_and_no_log_line_has_a_secret(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.add_user("kim", *Role, sees_all=True)
    kim = house.signed_in("kim")
    new = {"name": "gate", "address": ADDRESS}
    bad = [
        {"name": "yard", "address": f"exec:{HIDDEN[0]}"},
        {"name": "yard", "address": ADDRESS, "groups": [f"{HIDDEN[0]} {HIDDEN[1]}"]},
        {"name": "yard", "address": [HIDDEN[0]]},
        {"name": "gate", "address": ADDRESS},
        {"name": "yard", "address": f"rtsp://u:{HIDDEN[0]}@h:99999/"},
        {"name": "yard", "address": HIDDEN[0] * 100},
    ]
    answers = [kim.post("/api/cameras", json=new), *(kim.post("/api/cameras", json=each) for each in bad)]
    assert [each.status_code for each in answers] == [201] + [422] * len(bad)
    answers += [
        kim.get(path) for path in ("/api/cameras", "/api/cameras/gate", "/api/settings", "/api/audit", "/api/users")
    ]
    answers += [kim.put("/api/cameras/gate", json={"title": "The gate", "address": ADDRESS})]
    answers += [house.client().post("/api/session", json={"name": "kim", "password": HIDDEN[0]})]
    answers += [house.client().post("/api/session", json={"name": [HIDDEN[0]], "password": HIDDEN[1]})]
    answers += [kim.post("/api/users", json={"name": "eve", "password": PASSWORD + HIDDEN[0], "roles": ["x"]})]
    shown = "\n".join([each.text for each in answers] + [record.getMessage() for record in caplog.records])
    shown += repr(house.installation.cameras.list()) + repr(house.installation.cameras.find("gate"))
    shown += repr(house.installation.users.list()) + repr(house.installation.config)
    for secret in (*HIDDEN, PASSWORD, "$argon2"):
        assert secret not in shown
    assert house.installation.cameras.secret_address("gate") == ADDRESS


@pytest.mark.parametrize("open_house", ["sqlite"], indirect=True)  # whose file it reads
def test_the_catalogue_without_the_key_opens_nothing(house: House, tmp_path: Path) -> None:
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    written = b"".join(path.read_bytes() for path in house.folder.glob("catalogue*"))
    assert b"gate" in written and not any(secret.encode() in written for secret in HIDDEN)
    other = tmp_path / "other"
    other.mkdir()
    sealed = Sealer(house.folder).seal(ADDRESS, "gate address")
    with pytest.raises(SettingsError, match="couldn't decrypt"):
        Sealer(other).open(sealed, "gate address")
    with pytest.raises(SettingsError, match="couldn't decrypt"):
        Sealer(house.folder).open(sealed, "yard address")
    with pytest.raises(SettingsError, match="couldn't decrypt"):
        Sealer(house.folder).open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "gate address")


def test_the_key_is_for_its_owner_only(house: House) -> None:
    path = house.folder / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="can be read by other users"):
        Sealer(house.folder)


def test_requests_are_not_handed_to_whoever_the_environment_names(house: House) -> None:
    """FastAPI can export requests and errors, bodies included."""
    found = getattr(house.app, "_telemetry", None)
    if found is None:
        pytest.skip("this FastAPI has no telemetry")
    assert not any(found[each] for each in ("tracing", "metrics", "logs", "auto_configure"))
