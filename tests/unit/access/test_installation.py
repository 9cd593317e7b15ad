"""People, cameras and groups in the catalogue, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.users import UserFacts
from passerby.archive import Archive
from passerby.clock import SystemClock
from passerby.config import Config, parse_config
from passerby.errors import OutputError, SettingsError
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Action, Role
from passerby.rules.retention import Keep
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady

DAY_90K = 86400 * TICKS_PER_S
ADDRESS = "rtsp://viewer:hunter2-planted@192.0.2.7/stream"


@pytest.fixture
def installation(tmp_path: Path, catalogue_url: str) -> Iterator[Installation]:
    found = Installation(tmp_path, parse_config({"storage": {"catalogue": catalogue_url}}), MovingClock())
    yield found
    found.close()


def test_from_set_up_to_an_audited_look(installation: Installation) -> None:
    link = installation.set_up.new_link()
    assert link and installation.set_up.use(link, "Kim", "hash") and not installation.set_up.use(link, "eve", "hash")
    user = installation.users.find("kim")
    assert user and user.roles == {Role.ADMIN, Role.OPERATOR, Role.PRIVACY_OFFICER} and user.sees_all_cameras
    session = installation.sessions.begin(user, "password")
    me = installation.sessions.find(session)
    assert me and me.user == user
    for second in (10, 12, 14, 12):  # what was fetched a moment ago is not noted again
        from_90k = second * TICKS_PER_S
        installation.audit.look_each_minute(me, Action.WATCH_TIMELINE, "gate", from_90k, from_90k + 2 * TICKS_PER_S)
    assert len(installation.audit.list()) == 3
    (entry,) = installation.audit.entries()
    assert (entry.who, entry.what, entry.camera, entry.records) == ("kim", "timeline:watch", "gate", 3)
    assert (entry.from_90k, entry.to_90k) == (10 * TICKS_PER_S, 16 * TICKS_PER_S)
    secret, token = installation.tokens.add(user, "wall", frozenset({Action.WATCH_LIVE}), 1)
    found = installation.tokens.find(secret)
    assert found and found.principal.scopes == frozenset({Action.WATCH_LIVE})
    assert installation.tokens.remove(user, token.id) and installation.tokens.find(secret) is None


def test_the_last_admin_stays(installation: Installation) -> None:
    installation.users.add("kim", UserFacts(frozenset({Role.ADMIN})), None)
    for change in (UserFacts(frozenset({Role.VIEWER})), UserFacts(frozenset({Role.ADMIN}), is_enabled=False)):
        with pytest.raises(SettingsError, match="nobody could let others in"):
            installation.users.change("kim", change)
    with pytest.raises(SettingsError, match="nobody could let others in"):
        installation.users.remove("kim")
    found = installation.users.find("kim")
    assert found and found.is_enabled and found.roles == {Role.ADMIN}


def test_a_removed_group_shows_its_cameras_no_more(installation: Installation) -> None:
    installation.groups.add("yard", "The yard")
    installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"yard"})))
    installation.users.add("kim", UserFacts(frozenset({Role.VIEWER}), frozenset({"yard"})), None)
    assert installation.groups.remove("yard")
    camera, user = installation.cameras.find("gate"), installation.users.find("kim")
    assert camera and user and camera.facts.groups == user.groups == frozenset()


def test_a_name_or_group_that_cannot_be_is_refused(installation: Installation) -> None:
    installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    for name, facts in (
        ("gate", CameraFacts(address=ADDRESS)),
        ("../gate", CameraFacts(address=ADDRESS)),
        ("yard", CameraFacts(address=ADDRESS, groups=frozenset({"none"}))),
        ("yard", CameraFacts()),
        ("yard", CameraFacts(address="file:/etc/passwd")),
        ("yard", CameraFacts(address="/dev/video0")),
        ("yard", CameraFacts(address=ADDRESS, keep_hours=721)),
    ):
        with pytest.raises(SettingsError):
            installation.cameras.add(name, facts)
    assert [each.name for each in installation.cameras.list()] == ["gate"]


def test_a_change_without_an_address_keeps_it(installation: Installation) -> None:
    installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    installation.cameras.change("gate", CameraFacts(title="The gate", keep_hours=24))
    assert installation.cameras.secret_address("gate") == ADDRESS
    assert installation.keep().by_camera == {"gate": Keep(24)}


def test_what_a_removed_camera_recorded_goes_when_it_would_have_gone(installation: Installation) -> None:
    installation.cameras.add("gate", CameraFacts(address=ADDRESS, keep_hours=2))
    installation.cameras.add("yard", CameraFacts(address=ADDRESS))
    for name in ("gate", "yard"):
        installation.cameras.remove(name)
    assert installation.keep().by_camera == {"gate": Keep(2, True), "yard": Keep(72, True)}
    for hours, of_yard in (
        (24.0, 24),
        (1.0, 1),
        (100.0, 72),
    ):  # never longer than it was
        installation.settings.change({"storage.keep_hours": hours})
        assert installation.keep().by_camera == {"gate": Keep(2, True), "yard": Keep(of_yard, True)}
    installation.cameras.add("gate", CameraFacts(address=ADDRESS, keep_hours=5))
    assert installation.keep().of("gate") == Keep(5)
    installation.cameras.remove("gate")
    assert installation.keep().of("gate") == Keep(5, True)
    installation.forget_old()  # there is no recording of them
    assert installation.keep().by_camera == {}


def test_recordings_of_a_lost_catalogue_are_kept_as_the_configuration_says(tmp_path: Path, catalogue_url: str) -> None:
    config = parse_config({"storage": {"catalogue": catalogue_url, "keep_hours": 24}})
    installation = Installation(tmp_path, config, MovingClock())
    assert installation.keep().of("found") == Keep(24)
    installation.close()


def test_cameras_in_the_file_follow_it(tmp_path: Path, catalogue_url: str) -> None:
    def start(*cameras: dict[str, object]) -> list[tuple[str, str, bool]]:
        config = parse_config({"storage": {"catalogue": catalogue_url}, "camera": list(cameras)})
        installation = Installation(tmp_path, config, MovingClock())
        try:
            installation.follow_file()
            return [(each.name, each.facts.title, each.is_in_file) for each in installation.cameras.list()]
        finally:
            installation.close()

    gate: dict[str, object] = {"name": "gate", "address": ADDRESS, "groups": ["yard"]}
    assert start(gate) == [("gate", "gate", True)]
    assert start({**gate, "title": "The gate"}) == [("gate", "The gate", True)]
    with pytest.raises(SettingsError):
        start({"name": "yard", "address": ADDRESS}, {"name": "lobby", "address": "nonsense"})
    assert start(gate) == [("gate", "gate", True)]
    assert start() == []


def test_a_camera_of_the_file_stays_the_same_until_it_is_taken_out(tmp_path: Path, catalogue_url: str) -> None:
    def start(clock: MovingClock, *cameras: dict[str, object]) -> list[int]:
        config = parse_config({"storage": {"catalogue": catalogue_url}, "camera": list(cameras)})
        installation = Installation(tmp_path, config, clock)
        try:
            installation.follow_file()
            return [each.since_90k for each in installation.cameras.list()]
        finally:
            installation.close()

    gate: dict[str, object] = {"name": "gate", "address": ADDRESS}
    clock = MovingClock(BEGIN_90K)
    assert start(clock, gate) == [0]
    with Archive(tmp_path, catalogue_url=catalogue_url) as archive:
        writer = archive.writer("gate")
        for fragment in recorded([*steady(4)]):
            writer.append(fragment)
        writer.close()
    clock.move(60)
    assert start(clock, gate) == [0], "what it recorded is its own"
    assert start(clock) == []
    added_90k = clock.now_90k()
    assert start(clock, gate) == [added_90k]
    clock.move(60)
    assert start(clock, gate) == [added_90k]
    assert start(clock) == []
    clock.set_utc(-3600)
    assert start(clock, gate) == [BEGIN_90K + 4 * TICKS_PER_S], "a clock that is behind opens nothing"


def test_what_the_file_changes_is_in_the_audit_and_what_it_leaves_is_not(tmp_path: Path, catalogue_url: str) -> None:
    def start(*cameras: dict[str, object]) -> list[tuple[str, str, str | None, str]]:
        config = parse_config({"storage": {"catalogue": catalogue_url}, "camera": list(cameras)})
        installation = Installation(tmp_path, config, MovingClock())
        try:
            known = {each.id for each in installation.audit.list()}
            installation.follow_file()
            new = [each for each in installation.audit.list() if each.id not in known]
            return [(each.through, each.what, each.camera, each.about) for each in reversed(new)]
        finally:
            installation.close()

    gate: dict[str, object] = {"name": "gate", "address": ADDRESS}
    yard: dict[str, object] = {"name": "yard", "address": ADDRESS}
    added = start(gate, yard)
    assert [each[:3] for each in added] == [("file", "camera:add", "gate"), ("file", "camera:add", "yard")]
    assert start(gate, yard) == []
    moved = {**yard, "address": ADDRESS.replace("192.0.2.7", "192.0.2.8"), "keep_hours": 24}
    (changed,) = start(gate, moved)
    assert changed[1:3] == ("camera:change", "yard") and "kept 24 h (was as configured)" in changed[3]
    assert "192.0.2.8" in changed[3] and "192.0.2" not in start({**gate, "title": "The gate"}, moved)[0][3]
    assert start(moved) == [("file", "camera:remove", "gate", "")]
    assert "hunter2" not in str(added) + str(changed)


def test_old_records_of_the_audit_go_and_that_is_a_record(tmp_path: Path, catalogue_url: str) -> None:
    """By the real clock, which is the database's: its triggers let nobody delete what is young."""
    clock = MovingClock(SystemClock().now_90k() - 400 * DAY_90K)
    installation = Installation(tmp_path, parse_config({"storage": {"catalogue": catalogue_url}}), clock)
    for what in ("a", "b", "c"):
        installation.audit.note("kim", "session", what)
        clock.move(30 * 86400)
    installation.forget_old()
    assert [each.what for each in installation.audit.list()] == ["c", "b", "a"], "none is a year old"
    clock.move(310 * 86400)  # now; the first is 400 days old, the second 370, the third 340
    for _ in range(2):
        installation.forget_old()
        assert [(each.what, each.about) for each in installation.audit.list()] == [
            ("audit:forget", "2 records"),
            ("c", ""),
        ]
    installation.close()


def test_a_clock_that_is_wrong_deletes_nothing_young(tmp_path: Path, catalogue_url: str) -> None:
    clock = MovingClock(SystemClock().now_90k())
    installation = Installation(tmp_path, parse_config({"storage": {"catalogue": catalogue_url}}), clock)
    installation.audit.note("kim", "session", "a")
    clock.set_utc(10 * 365 * 86400)
    with pytest.raises(OutputError, match="go when they are old"):
        installation.forget_old()
    assert [each.what for each in installation.audit.list()] == ["audit:forget", "a"]
    installation.close()


def modes(folder: Path) -> dict[str, int]:
    """Of all that others could read, were they let into the folder."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


def test_the_catalogue_and_its_folder_are_their_users_alone(tmp_path: Path) -> None:
    """Whatever the system's usual rights are, and SQLite's own files too."""
    before = os.umask(0)
    try:
        opened = Installation(tmp_path / "data", Config())
        opened.users.add("kim", UserFacts(frozenset({Role.ADMIN})), "hashed")
        found = modes(tmp_path / "data")
        opened.close()
    finally:
        os.umask(before)
    assert opened.was_open == []
    assert found.pop("data") == 0o700
    assert {"catalogue.sqlite3", "catalogue.sqlite3-wal", "catalogue.sqlite3-shm", "secrets.key"} <= found.keys()
    assert set(found.values()) == {0o600}, found


def test_what_was_made_with_wider_rights_is_closed_and_that_is_said(tmp_path: Path) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere.toml"
    elsewhere.write_text("")
    elsewhere.chmod(0o644)
    beside = Installation(data, Config())  # as another process that has it open: its -wal and -shm are there
    beside.users.add("kim", UserFacts(frozenset({Role.ADMIN})), "hashed")
    (data / "passerby.toml").symlink_to(elsewhere)
    for path in data.glob("catalogue*"):
        path.chmod(0o644)
    data.chmod(0o755)
    opened = Installation(data, Config())
    assert sorted(opened.was_open) == sorted(
        f"'{path}' was open to other users of this machine: it is closed to them now"
        for path in (data, *data.glob("catalogue.sqlite3*"))
    )
    found = modes(data)
    assert found.pop("passerby.toml") == 0o644, "a link leads to what is not ours"
    assert found.pop("data") == 0o700 and set(found.values()) == {0o600}
    opened.close()
    again = Installation(data, Config())
    assert again.was_open == []
    again.close()
    beside.close()


def test_a_catalogue_elsewhere_is_closed_to_others_too_and_what_is_not_ours_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    config = Config.model_validate({"storage": {"catalogue": f"sqlite:///{elsewhere / 'own.sqlite3'}"}})
    beside = Installation(tmp_path / "data", config)  # so that its -wal and -shm are there
    beside.users.add("kim", UserFacts(frozenset({Role.ADMIN})), "hashed")
    files = sorted(elsewhere.iterdir())
    assert len(files) == 3
    for path in files:
        path.chmod(0o644)
    with monkeypatch.context() as somebody_else:
        somebody_else.setattr("os.geteuid", lambda: files[0].stat().st_uid + 1)
        opened = Installation(tmp_path / "data", config)
        assert opened.was_open == [] and {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o644}
        opened.close()
    opened = Installation(tmp_path / "data", config)
    assert sorted(opened.was_open) == [
        f"'{path}' was open to other users of this machine: it is closed to them now" for path in files
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755, "the folder may be others' too"
    opened.close()
    beside.close()


def test_a_folder_that_is_everybodys_is_left_and_told_of(tmp_path: Path) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    opened = Installation(shared, Config())
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777 and len(opened.was_open) == 1
    assert "keep data in a folder of its own" in opened.was_open[0]
    opened.close()
