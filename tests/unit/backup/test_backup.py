"""What is backed up comes back: people, cameras, rows that find their recordings; and a bad backup leaves nothing."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.sealer import KEY_FILE
from passerby.access.users import UserFacts
from passerby.archive import Archive
from passerby.backup import back_up, restore
from passerby.backup.parts import CATALOGUE
from passerby.catalogue.database import migrate
from passerby.catalogue.schema.archive import inits
from passerby.config import Config
from passerby.errors import OutputError, SettingsError, SourceError
from passerby.media.alarms import AlarmKind
from passerby.media.segments import TICKS_PER_S
from passerby.net.push import Subscription
from passerby.rules.access import Action, Role
from passerby.rules.retention import KeepAll
from passerby.testing.clock import MovingClock
from tests.push import AUTH, RECEIVER
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.checks import check_at_rest, rows_of, times_played

ADDRESS = "rtsp://viewer:hunter2-planted@192.0.2.7/stream"
CLOCK = MovingClock()
ALL = (BEGIN_90K - 10**9, BEGIN_90K + 10**9)
FOLDERS = ("objects", "spool")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a camera, a user who is signed in, what a camera learned, and a configuration."""
    folder = tmp_path / "data"
    installation = Installation(folder, Config())
    installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    installation.users.add("kim", UserFacts(frozenset({Role.ADMIN})), "hash")
    user = installation.users.find("kim")
    assert user and installation.sessions.begin(user, "password")
    installation.devices.keep(user, "", "Firefox", Subscription.parse("https://push.example/a", RECEIVER, AUTH))
    installation.tokens.add(user, "metrics", frozenset({Action.SEE_METRICS}), 1)
    installation.close()
    (folder / "backgrounds").mkdir()
    (folder / "backgrounds" / "gate.background").write_bytes(b"learned")
    (folder / "backgrounds" / "gate.reference").write_bytes(b"compared with")
    (folder / "backgrounds" / "gate.reference.jpg").write_bytes(b"a still of it")
    (folder / "backgrounds" / "gate.background.new").write_bytes(b"half")
    (folder / "passerby.toml").write_text("[storage]\nkeep_hours = 24.0\n")
    return folder


def backed_up(data: Path, **how: object) -> Path:
    return back_up(data, data.parent, CLOCK, config=data / "passerby.toml", **how).path  # type: ignore[arg-type]


def test_people_cameras_and_what_was_learned_come_back(data: Path, tmp_path: Path) -> None:
    path = backed_up(data, with_key=True)
    new = tmp_path / "new"
    contents = restore(path, new, CLOCK)
    assert contents.made_at == CLOCK.now_utc().isoformat(timespec="seconds")
    kept = {each.name: each.read_bytes() for each in (new / "backgrounds").iterdir()}
    assert kept == {
        "gate.background": b"learned", "gate.reference": b"compared with", "gate.reference.jpg": b"a still of it",
    }  # fmt: skip
    assert (new / "passerby.toml").read_bytes() == (data / "passerby.toml").read_bytes()
    assert sorted(each.name for each in new.iterdir()) == ["backgrounds", CATALOGUE, "passerby.toml", KEY_FILE]
    again = Installation(new, Config())
    assert again.cameras.secret_address("gate") == ADDRESS
    assert [each.name for each in again.users.list()] == ["kim"]
    assert [each.what for each in again.audit.list()] == ["restore", "backup"]
    with again._engine.connect() as connection:
        for table in ("sessions", "tokens", "push_devices"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, "nobody is signed in by it"
    again.close()


def test_without_the_key_it_opens_no_address(data: Path, tmp_path: Path) -> None:
    path = backed_up(data)
    with gzip.open(path) as file:
        held = file.read()
    key = (data / KEY_FILE).read_bytes()
    assert b"gate" in held and b"hunter2-planted" not in held and key not in held
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    restore(path, tmp_path / "new", CLOCK)
    again = Installation(tmp_path / "new", Config())
    with pytest.raises(SettingsError, match="couldn't decrypt"):
        again.cameras.secret_address("gate")
    again.close()
    shutil.copy(data / KEY_FILE, tmp_path / "new" / KEY_FILE)
    again = Installation(tmp_path / "new", Config())
    assert again.cameras.secret_address("gate") == ADDRESS
    again.close()


def write(folder: Path, seconds: float, begin_90k: int = BEGIN_90K, *, ends: bool) -> None:
    """ends: the object is put into the store; else it stays in the spool, as after a crash."""
    with Archive(folder, object_90k=20 * TICKS_PER_S) as archive:
        writer = archive.writer("gate")
        for fragment in recorded(steady(seconds, begin_90k)):
            assert writer.append(fragment)
        writer.close()
        if ends:
            assert archive.maintain(KeepAll(), begin_90k) == []


def test_rows_find_the_recordings_that_are_there(data: Path, tmp_path: Path) -> None:
    """What was recorded after the backup, and what was open then, is in the catalogue again."""
    write(data, 50, ends=True)
    write(data, 10, BEGIN_90K + 100 * TICKS_PER_S, ends=False)
    path = backed_up(data)
    write(data, 30, BEGIN_90K + 200 * TICKS_PER_S, ends=True)
    new = tmp_path / "new"
    restore(path, new, CLOCK)
    for name in FOLDERS:
        shutil.copytree(data / name, new / name, dirs_exist_ok=True)
    with Archive(new) as archive:
        assert archive.recover() == []
        check_at_rest(archive, new)
        begins = [BEGIN_90K, BEGIN_90K + 100 * TICKS_PER_S, BEGIN_90K + 200 * TICKS_PER_S]
        times = [time for begin, s in zip(begins, (50, 10, 30), strict=True) for time in steady(s, begin)]
        assert times_played(archive, "gate", *ALL) == times


def test_rows_of_recordings_that_are_not_there_go_with_an_alarm(data: Path, tmp_path: Path) -> None:
    """Also of those that were open: they are known for this folder's own."""
    write(data, 30, ends=True)
    write(data, 10, BEGIN_90K + 100 * TICKS_PER_S, ends=False)
    restore(backed_up(data), tmp_path / "new", CLOCK)
    with Archive(tmp_path / "new") as archive:
        assert len(rows_of(archive)) == 3
        alarms = archive.recover()
        assert [alarm.kind for alarm in alarms] == [AlarmKind.LOST] * 3 and rows_of(archive) == []


@pytest.mark.slow
def test_a_copy_is_of_one_moment_while_others_write(data: Path, tmp_path: Path) -> None:
    """A writer that adds rows two by two is never seen with one."""
    stop = threading.Event()

    def write_on() -> None:
        connection = sqlite3.connect(data / CATALOGUE, timeout=10)
        while not stop.is_set():
            with connection:
                for _ in range(2):
                    connection.execute("INSERT INTO camera_groups VALUES (hex(randomblob(16)), '')")
        connection.close()

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        for number in range(8):
            path = back_up(data, tmp_path / f"{number}.tar.gz", CLOCK).path
            restore(path, tmp_path / f"new{number}", CLOCK)
    finally:
        stop.set()
        writer.join()
    counts = []
    for number in range(8):
        with sqlite3.connect(tmp_path / f"new{number}" / CATALOGUE) as connection:
            counts += connection.execute("SELECT count(*) FROM camera_groups").fetchone()
    assert not any(count % 2 for count in counts) and counts == sorted(counts) and counts[-1] > counts[0]


def test_what_was_deleted_is_not_in_the_copy(data: Path) -> None:
    with sqlite3.connect(data / CATALOGUE) as connection:
        connection.execute("INSERT INTO camera_groups VALUES ('planted-and-deleted', '')")
        connection.commit()
        connection.execute("DELETE FROM camera_groups")
    with gzip.open(backed_up(data)) as file:
        assert b"planted-and-deleted" not in file.read()


def test_the_first_version_comes_back_as_the_newest(tmp_path: Path) -> None:
    data, new = tmp_path / "data", tmp_path / "new"
    data.mkdir()
    engine = create_engine(f"sqlite:///{data / CATALOGUE}")
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(inits.insert(), {"id": "a", "width": 2, "height": 2, "codec": "avc1", "data": b"x"})
    engine.dispose()
    contents = restore(back_up(data, tmp_path, CLOCK).path, new, CLOCK)
    assert contents.revision == "0001"
    with sqlite3.connect(data / CATALOGUE) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",), "left as it was"
    again = Installation(new, Config())
    assert again.cameras.list() == [] and [each.what for each in again.audit.list()] == ["restore"]
    again.close()
    with Archive(new) as archive:
        assert archive.init("a").data == b"x"


def refused(path: Path, new: Path, says: str) -> None:
    """And nothing is left."""
    with pytest.raises(SourceError, match=says) as caught:
        restore(path, new, CLOCK)
    assert caught.value.hint and not new.exists()


def test_tables_of_a_newer_version_are_refused(data: Path, tmp_path: Path) -> None:
    with sqlite3.connect(data / CATALOGUE) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    path = backed_up(data)
    with pytest.raises(OutputError, match="of a newer passerby"):
        restore(path, tmp_path / "new", CLOCK)
    assert not (tmp_path / "new").exists()


def says_the_same(path: Path, whole: bytes) -> bool:
    """Deflate can say one thing in two ways, such as how far back a run of zeros is copied from: no damage, then."""
    try:
        return gzip.decompress(path.read_bytes()) == gzip.decompress(whole)
    except (OSError, EOFError, zlib.error):
        return False


def test_a_damaged_backup_is_refused_wherever_it_is_damaged(data: Path, tmp_path: Path) -> None:
    whole = backed_up(data).read_bytes()
    bad = tmp_path / "bad.tar.gz"
    for cut in (0, 1, 20, len(whole) // 2, len(whole) * 3 // 4):
        bad.write_bytes(whole[:cut])
        refused(bad, tmp_path / "new", "not a backup of passerby, or it is damaged")
    for place in range(20, len(whole) - 100, len(whole) // 40):  # the rest is padding and gzip's own check
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        if not says_the_same(bad, whole):
            refused(bad, tmp_path / "new", "couldn't restore")
    refused(tmp_path / "none.tar.gz", tmp_path / "new", "no such file")


def changed(path: Path, bad: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]]) -> None:
    with tarfile.open(path) as old, tarfile.open(bad, "w:gz") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            assert file
            info, data = change(member, file.read())
            new.addfile(info, io.BytesIO(data))


def as_link(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    if member.name == "passerby.toml":
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return member, data


def as_escape(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    old, new = "backgrounds/gate.background", "../escaped.background"
    member.name = new if member.name == old else member.name
    if member.name == "backup.json":
        data = data.replace(old.encode(), new.encode())
        member.size = len(data)
    return member, data


def as_other_content(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member, data.replace(b"24.0", b"99.0") if member.name == "passerby.toml" else data


def as_other_format(member: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    return member, data.replace(b'"format": 1', b'"format": 2') if member.name == "backup.json" else data


@pytest.mark.parametrize(
    ("change", "says"),
    [(as_link, "damaged"), (as_escape, "damaged"), (as_other_content, "damaged"), (as_other_format, "was made by")],
)
def test_what_somebody_made_up_is_refused(
    data: Path, tmp_path: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]], says: str
) -> None:
    changed(backed_up(data), tmp_path / "bad.tar.gz", change)
    before = sorted(tmp_path.iterdir())
    refused(tmp_path / "bad.tar.gz", tmp_path / "new", says)
    assert sorted(tmp_path.iterdir()) == before


def test_nothing_is_written_over(data: Path, tmp_path: Path) -> None:
    path = backed_up(data)
    with pytest.raises(OutputError, match="exists already"):
        backed_up(data)
    with pytest.raises(OutputError, match="it is the source itself"):
        back_up(data, data / CATALOGUE, CLOCK, overwrite=True)
    before = {each: each.stat().st_mtime_ns for each in data.rglob("*")}
    with pytest.raises(OutputError, match="not empty"):
        restore(path, data, CLOCK)
    assert {each: each.stat().st_mtime_ns for each in data.rglob("*")} == before
    empty = tmp_path / "empty"
    empty.mkdir()
    inode = empty.stat().st_ino
    restore(path, empty, CLOCK)
    assert empty.stat().st_ino == inode and (empty / CATALOGUE).exists(), "it may be a mount"


def test_a_folder_without_a_catalogue_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no catalogue in it"):
        back_up(tmp_path, tmp_path / "b.tar.gz", CLOCK)
    (tmp_path / CATALOGUE).write_bytes(b"this is no database" * 100)
    with pytest.raises(SourceError, match="couldn't read the catalogue"):
        back_up(tmp_path, tmp_path / "b.tar.gz", CLOCK)
    assert [each.name for each in tmp_path.iterdir()] == [CATALOGUE]


@pytest.mark.skipif(
    not Path("/dev/full").exists() or os.name != "posix", reason="no /dev/full to stand for a full disk"
)
def test_a_full_disk_leaves_no_half_backup(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file object, on a device that is full."""
    from passerby.record import partfile

    monkeypatch.setattr(partfile, "_open_nameless", lambda folder, mode: io.FileIO("/dev/full", "r+b"))
    with pytest.raises(OutputError, match="no space left"):
        backed_up(data)
    assert [each.name for each in tmp_path.iterdir()] == ["data"]
