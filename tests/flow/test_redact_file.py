"""A file brought over HTTP, redacted by a process of its own, corrected, fetched, forgotten: with real codecs."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import httpx2
import pytest
from fastapi.testclient import TestClient

from passerby.jobs import Jobs, Limits
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from passerby.testing.patterns import found_in_bytes, found_in_media
from tests.exposure import is_exposed, patch
from tests.flow.test_serve import start, until, wait_until_it_listens
from tests.streets import Street
from tests.test_promises import WIDTHS_PX, Keeper, street_with_pattern
from tests.unit.api.conftest import PASSWORD, House, quick_passwords  # noqa: F401

WITHIN_S = 150.0  # starting a process that loads the models takes seconds of a busy machine
WALL = (10.0, 10.0, 90.0, 70.0)


class Office(House):
    """An installation with jobs at work. hung_after_s: how long a process may say nothing."""

    def __init__(self, folder: Path, limits: Limits, hung_after_s: float = 120.0) -> None:
        clock = MovingClock()
        folder.mkdir()
        self.jobs = Jobs(folder / "redactions", clock, limits, hung_after_s)
        megabytes = limits.max_bytes / 1e6
        super().__init__(folder, {"redact": {"max_megabytes": megabytes}}, clock, redactions=self.jobs)
        self.jobs.start()
        for name in ("kim", "lou"):
            self.add_user(name, Role.OPERATOR)
        self.add_user("ada", Role.AUDITOR)

    def close(self) -> None:
        self.jobs.stop()
        super().close()

    def audited(self) -> list[tuple[str, str, str]]:
        return [(each.who, each.what, each.about) for each in reversed(self.installation.audit.list())]


OpenOffice = Callable[..., Office]


@pytest.fixture
def open_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenOffice]:
    monkeypatch.chdir(tmp_path)  # as the data folder usually is: named from where the service was started
    opened: list[Office] = []

    def open_it(limits: Limits = Limits(), **how: Any) -> Office:  # noqa: B008  It is frozen.
        opened.append(Office(Path(f"data{len(opened)}"), limits, **how))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def bring(client: TestClient, data: bytes, name: str = "clip.mp4", **how: Any) -> dict[str, Any]:
    done = client.post("/api/redactions", params={"name": name, **how}, content=data)
    assert done.status_code == 201, done.text
    job: dict[str, Any] = done.json()
    return job


def wait_for(client: TestClient, job: str, *states: str) -> dict[str, Any]:
    until_s = time.monotonic() + WITHIN_S
    while time.monotonic() < until_s:
        state: dict[str, Any] = client.get(f"/api/redactions/{job}").json()
        if state["state"] in states:
            return state
        time.sleep(0.05)
    raise AssertionError(f"still {state}")


def children(of: int | None = None) -> list[int]:
    """The processes that one started for pictures; None: this one."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # gone meanwhile
            if entry.name.isdigit() and f"PPid:\t{of or os.getpid()}\n" in (entry / "status").read_text():
                found += [int(entry.name)] if "spawn_main" in (entry / "cmdline").read_text() else []
    return found


def memory_files() -> list[int]:
    """The handles of files in memory that this process holds."""
    found = []
    for handle in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            if "/memfd:upload" in str(handle.readlink()):
                found.append(int(handle.name))
    return sorted(found)


def lumas(data: bytes) -> list[Any]:
    with av.open(io.BytesIO(data), "r") as video:
        return [picture.to_ndarray(format="gray") for picture in video.decode(video=0)]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["reveal", "cover"])
def test_a_video_goes_in_and_no_clear_person_comes_out(
    open_office: OpenOffice,
    street: Street,
    tmp_path: Path,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Promise 1: all that is ever written is kept, and searched for what was on somebody's chest."""
    planted = street_with_pattern(street, tmp_path / "source.mp4")
    source = (tmp_path / "source.mp4").read_bytes()
    assert len(planted) > 9 and found_in_media(tmp_path / "source.mp4")
    office = open_office()
    client = office.signed_in("kim")
    for place in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(place, str(office.folder))  # what its process may write goes to the one folder that is kept
    with Keeper(office.folder, tmp_path / "kept"):
        made = bring(client, source, "school yard.mp4", mode=mode)
        assert (made["state"], made["has_output"], made["name"]) == ("queued", False, "school yard.mp4")
        seen = set()
        until_s = time.monotonic() + WITHIN_S
        while made["state"] in ("queued", "running") and time.monotonic() < until_s:
            made = client.get(f"/api/redactions/{made['id']}").json()
            seen.add((made["state"], made["stage"]))
            assert made["progress"] is None or 0 <= made["progress"] <= 1
        assert (made["state"], made["reason"], made["is_current"]) == ("done", None, True)
        assert ("running", "redacting") in seen and ("running", "starting") in seen
        done = client.get(f"/api/redactions/{made['id']}/output")
    assert done.headers["content-type"] == "video/mp4"
    assert done.headers["content-disposition"].startswith("inline")
    (tmp_path / "out.mp4").write_bytes(done.content)
    assert len(lumas(done.content)) == street.frames
    assert found_in_media(tmp_path / "out.mp4") == []
    written = [path for path in [*office.folder.rglob("*"), *(tmp_path / "kept").iterdir()] if path.is_file()]
    assert any(path.name == "report.en.html" for path in written), "what was made was searched"
    for path in {path.stat().st_ino: path for path in written}.values():
        data = path.read_bytes()
        assert source[:4096] not in data and source[-4096:] not in data, path
        assert not found_in_bytes(data, WIDTHS_PX), path
    said = capfd.readouterr()
    assert "school yard" not in said.out + said.err
    report = client.get(f"/api/redactions/{made['id']}/report.json").json()
    assert report["source"]["name"] == "school yard.mp4" and report["frames"]["redacted"] == street.frames
    assert report["output"]["name"] == "school yard.redacted.mp4" and report["mode"]["used"] == mode


def test_the_upload_is_sealed_memory_and_gone_when_discarded(open_office: OpenOffice, street: Street) -> None:
    office = open_office()
    client = office.signed_in("kim")
    before = memory_files()
    made = bring(client, street.path.read_bytes())
    handle = min(set(memory_files()) - set(before))  # while a process is started it has one of its own
    with pytest.raises(OSError):
        os.write(handle, b"x")
    with pytest.raises(OSError):
        os.truncate(handle, 0)
    wait_for(client, made["id"], "running")
    assert client.delete(f"/api/redactions/{made['id']}").status_code == 204
    assert client.get(f"/api/redactions/{made['id']}").status_code == 404
    until_s = time.monotonic() + 10

    def left() -> list[object]:
        return [*children(), *office.jobs._scratch.iterdir(), *(set(memory_files()) - set(before))]

    while left() and time.monotonic() < until_s:
        time.sleep(0.05)
    assert not left()
    assert list((office.folder / "redactions").iterdir()) == []


@pytest.mark.slow
def test_corrections_are_hidden_and_the_audit_knows(open_office: OpenOffice, street: Street) -> None:
    office = open_office()
    client = office.signed_in("kim")
    made = bring(client, street.path.read_bytes(), mode="cover", hide=["people", "faces"])
    first = wait_for(client, made["id"], "done", "failed")
    assert (first["state"], first["hide"], first["corrections"]) == ("done", ["faces", "people"], [])
    before = lumas(client.get(f"/api/redactions/{made['id']}/output").content)
    body = {"add": [{"start_s": 0.5, "end_s": 1.5, "xyxy": WALL}]}
    asked = client.put(f"/api/redactions/{made['id']}/corrections", json=body)
    assert asked.status_code == 200 and asked.json()["state"] == "queued"
    assert asked.json()["has_output"] and not asked.json()["is_current"], "the one before can be looked at meanwhile"
    done = wait_for(client, made["id"], "done", "failed")
    assert done["state"] == "done" and done["is_current"] and done["corrections"][0]["xyxy"] == list(WALL)
    after = lumas(client.get(f"/api/redactions/{made['id']}/output", params={"download": 1}).content)
    seen = [
        is_exposed(patch(a, WALL, (0, 0, 1, 1)), patch(b, WALL, (0, 0, 1, 1)))
        for a, b in zip(before, after, strict=True)
    ]
    assert seen == [not 5 <= number <= 15 for number in range(street.frames)]
    assert client.get(f"/api/redactions/{made['id']}/report.json").json()["covers"]["add"][0]["end_s"] == 1.5
    assert len(list((office.folder / "redactions" / made["id"]).iterdir())) == 1, "what was made before is gone"
    page = client.get(f"/api/redactions/{made['id']}/report.html")
    assert "1 added" in page.text and "sandbox" in page.headers["content-security-policy"]
    russian = client.get(f"/api/redactions/{made['id']}/report.html", params={"language": "ru"})
    assert "добавлено: 1" in russian.text and "sandbox" in russian.headers["content-security-policy"]
    about = made["id"]
    assert [each for each in office.audited() if each[1].startswith("file:")] == [
        ("kim", "file:redact", about), ("kim", "file:watch", about), ("kim", "file:correct", about),
        ("kim", "file:download", about),
    ]  # fmt: skip


@pytest.mark.slow
def test_what_is_nothing_is_remembered_and_another_mode_is_rendered(open_office: OpenOffice, street: Street) -> None:
    office = open_office()
    client = office.signed_in("kim")
    made = bring(client, street.path.read_bytes(), mode="cover")
    base = f"/api/redactions/{made['id']}"
    wait_for(client, made["id"], "done")
    doubts = client.get(f"{base}/report.json").json()["low_confidence"]
    ids = [each["id"] for each in doubts[:2]]
    assert client.put(f"{base}/dismissed", json={"dismissed": ids}).json()["dismissed"] == ids
    asked = client.put(f"{base}/corrections", json={"add": [], "mode": "reveal"})
    assert (asked.json()["mode"], asked.json()["is_current"]) == ("reveal", False)
    done = wait_for(client, made["id"], "done", "failed")
    assert (done["state"], done["mode"], done["dismissed"]) == ("done", "reveal", ids)
    assert client.get(f"{base}/report.json").json()["mode"]["used"] == "reveal"
    assert client.put(f"{base}/corrections", json={"add": []}).json()["mode"] == "reveal"
    assert ("kim", "file:dismiss", made["id"]) in office.audited()
    assert office.signed_in("lou").put(f"{base}/dismissed", json={"dismissed": []}).status_code == 404
    assert client.put(f"{base}/dismissed", json={"dismissed": ["../x"]}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"add": [], "mode": "clear"},
        {"add": [{"xyxy": [5, 5, 5, 9]}]}, {"remove": [{"xyxy": [0, 0, 9, 9]}], "add": []}, {"add": [{}]}, {},
        {"add": [{"xyxy": [0, 0, 1, 1]}] * 1001}, {"add": [{"xyxy": [0, 0, 1, 1], "start_s": -1}]},
    ],
)  # fmt: skip
def test_corrections_only_add_and_are_read_strictly(open_office: OpenOffice, wrong: dict[str, Any]) -> None:
    client = open_office().signed_in("kim")
    made = bring(client, b"x" * 100)
    done = client.put(f"/api/redactions/{made['id']}/corrections", json=wrong)
    assert done.status_code == 422 and set(done.json()) == {"message", "hint", "said", "hint_said", "field"}


def test_only_its_maker_sees_a_file(open_office: OpenOffice, street: Street) -> None:
    office = open_office()
    kim, lou, ada = (office.signed_in(name) for name in ("kim", "lou", "ada"))
    made = bring(kim, street.path.read_bytes(), mode="cover")
    wait_for(kim, made["id"], "done")
    base = f"/api/redactions/{made['id']}"
    for path in (base, f"{base}/output", f"{base}/report.json", f"{base}/report.html"):
        assert [client.get(path).status_code for client in (kim, lou, ada)] == [200, 404, 403], path
    assert lou.put(f"{base}/corrections", json={"add": []}).status_code == 404
    assert lou.delete(base).status_code == 404
    assert lou.get("/api/redactions").json()["redactions"] == []
    assert [each["id"] for each in kim.get("/api/redactions").json()["redactions"]] == [made["id"]]


def test_players_get_the_ranges_that_they_ask_for(open_office: OpenOffice, street: Street) -> None:
    client = open_office().signed_in("kim")
    made = bring(client, street.path.read_bytes(), mode="cover")
    wait_for(client, made["id"], "done")
    path = f"/api/redactions/{made['id']}/output"
    whole = client.get(path).content
    part = client.get(path, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, whole[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(whole)}"
    assert client.get(path, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    saved = client.get(path, params={"download": True}).headers["content-disposition"]
    assert saved == 'attachment; filename="clip.redacted.mp4"'


@pytest.mark.slow
def test_a_still_is_a_still_again(open_office: OpenOffice, street: Street, tmp_path: Path) -> None:
    with av.open(str(street.path)) as video:
        next(video.decode(video=0)).save(tmp_path / "still.png")
    client = open_office().signed_in("kim")
    made = bring(client, (tmp_path / "still.png").read_bytes(), "Yard 1.PNG")
    assert (made["kind"], made["output_name"]) == ("still", "Yard 1.redacted.png")
    assert wait_for(client, made["id"], "done", "failed")["state"] == "done"
    body = {"add": [{"start_s": 3.0, "xyxy": WALL}]}
    client.put(f"/api/redactions/{made['id']}/corrections", json=body)
    wait_for(client, made["id"], "done")
    done = client.get(f"/api/redactions/{made['id']}/output")
    assert done.headers["content-type"] == "image/png"
    assert lumas(done.content)[0][12:68, 12:88].std() < 1


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"this is a letter, not a video", "letter.mp4", "couldn't read 'letter.mp4': it is not a video"),
        (b"this is a letter, not a picture", "letter.png", "couldn't read 'letter.png': it is not a JPEG"),
        (b"#EXTM3U\nfile:///etc/passwd\n" * 9, "list.m3u8", "couldn't read 'list.m3u8'"),
    ],
)
def test_a_bad_file_gives_the_engines_sentence(open_office: OpenOffice, data: bytes, name: str, says: str) -> None:
    office = open_office()
    client = office.signed_in("kim")
    done = wait_for(client, bring(client, data, name)["id"], "failed", "done")
    assert done["state"] == "failed" and done["reason"].startswith(says), done
    assert str(office.folder) not in f"{done}"
    assert client.get(f"/api/redactions/{done['id']}/output").status_code == 404


@pytest.mark.slow
def test_a_killed_process_fails_its_file_and_the_next_is_made(open_office: OpenOffice, street: Street) -> None:
    client = open_office().signed_in("kim")
    first, second = (bring(client, street.path.read_bytes(), mode="cover") for _ in range(2))
    wait_for(client, first["id"], "running")
    [pid] = children()
    assert client.get(f"/api/redactions/{second['id']}").json()["state"] == "queued", "one at a time"
    os.kill(pid, signal.SIGKILL)
    done = wait_for(client, first["id"], "failed", "done")
    assert done["state"] == "failed" and "died (exit code -9)" in done["reason"]
    assert wait_for(client, second["id"], "done", "failed")["state"] == "done"
    client.put(f"/api/redactions/{first['id']}/corrections", json={"add": []})
    assert wait_for(client, first["id"], "done", "failed")["state"] == "done", "it can be tried again"


@pytest.mark.slow
def test_a_process_that_hangs_is_ended(open_office: OpenOffice, street: Street) -> None:
    client = open_office(hung_after_s=8.0).signed_in("kim")
    made = bring(client, street.path.read_bytes())
    wait_for(client, made["id"], "running")
    [pid] = children()
    os.kill(pid, signal.SIGSTOP)
    done = wait_for(client, made["id"], "failed", "done")
    assert "made no progress for 8 s" in done["reason"] and pid not in children()


def test_a_process_comes_after_recording_leaves_no_core_and_ends_with_its_parent(
    open_office: OpenOffice, street: Street
) -> None:
    office = open_office()
    client = office.signed_in("kim")
    made = bring(client, street.path.read_bytes())
    wait_for(client, made["id"], "running")
    until_s = time.monotonic() + WITHIN_S
    while client.get(f"/api/redactions/{made['id']}").json()["stage"] == "starting" and time.monotonic() < until_s:
        time.sleep(0.02)
    [pid] = children()
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert next(line.split()[4] for line in limits.splitlines() if "core file" in line) == "0"
    assert os.getpriority(os.PRIO_PROCESS, pid) >= 10
    office.jobs.stop()
    assert not children() and list((office.folder / "redactions").iterdir()) == []


@pytest.mark.slow
def test_files_are_forgotten_when_nobody_asks_for_them(open_office: OpenOffice, street: Street) -> None:
    office = open_office(Limits(keep_s=600))
    client = office.signed_in("kim")
    before = memory_files()
    made = bring(client, street.path.read_bytes(), mode="cover")
    wait_for(client, made["id"], "done")
    office.clock.move(500)
    left = client.get(f"/api/redactions/{made['id']}").json()["expires_at_90k"] - office.clock.now_90k()
    assert left == 600 * 90_000, "it was asked for"
    office.clock.move(601)
    until_s = time.monotonic() + 20
    while client.get("/api/redactions").json()["redactions"] and time.monotonic() < until_s:
        time.sleep(0.1)
    assert memory_files() == before and list((office.folder / "redactions").iterdir()) == []


def test_more_than_the_limit_is_refused_and_freed(open_office: OpenOffice) -> None:
    office = open_office(Limits(max_bytes=2_000_000, max_files=2))
    lou = office.signed_in("lou")
    client = office.signed_in("kim")
    before = memory_files()
    assert client.get("/api/redactions").json()["max_bytes"] == 2_000_000
    for content in (b"x" * 2_000_001, iter([b"x" * 500_000] * 5)):
        done = client.post("/api/redactions", params={"name": "a.mp4"}, content=content)
        assert done.status_code == 413 and "2 MB" in done.json()["message"], done.text
        assert memory_files() == before
    empty = client.post("/api/redactions", params={"name": "a.mp4"}, content=b"")
    assert empty.status_code == 422 and "empty" in empty.json()["message"]
    mine = bring(client, b"x" * 2_000_000)["id"]
    enough = client.post("/api/redactions", params={"name": "a.mp4"}, content=b"x")
    assert enough.status_code == 429 and enough.headers["Retry-After"], enough.text
    assert enough.json()["message"] == "you have 1 file here already, the most for one user"
    bring(lou, b"x" * 2_000_000)
    client.delete(f"/api/redactions/{mine}")
    bring(client, b"x")


def test_names_of_files_lead_nowhere(open_office: OpenOffice, street: Street) -> None:
    office = open_office()
    client = office.signed_in("kim")
    made = bring(client, street.path.read_bytes(), "../../../passerby.db\r\nX: <b>.mp4", mode="cover")
    assert made["name"] == "passerby.db__X_ _b_.mp4"
    assert wait_for(client, made["id"], "done", "failed")["state"] == "done"
    assert client.get(f"/api/redactions/{made['id']}/output", params={"download": 1}).status_code == 200


def test_what_a_crash_left_is_swept_away(tmp_path: Path) -> None:
    left = tmp_path / "data" / "redactions" / "0123456789abcdef"
    scratch = left.parent
    scratch.mkdir(parents=True)
    (scratch / "lone").symlink_to("/etc/passwd")
    left.mkdir()
    (left / "out.mp4").write_bytes(b"x")
    jobs = Jobs(scratch, MovingClock(), Limits())
    assert list(scratch.iterdir()) == [] and Path("/etc/passwd").exists()
    jobs.stop()


@pytest.mark.slow
def test_a_killed_server_takes_its_process_with_it(street: Street, tmp_path: Path) -> None:
    serving = start(tmp_path, "")
    base = f"http://localhost:{serving.port}"
    pid = 0
    try:
        with httpx2.Client(base_url=base, timeout=60) as client:
            wait_until_it_listens(client)
            who = {"token": serving.link.rpartition("/")[2], "name": "kim", "password": PASSWORD}
            client.headers["X-Passerby-CSRF"] = client.post("/api/set-up", json=who).json()["csrf_token"]
            before = set(children(serving.process.pid))
            done = client.post("/api/redactions", params={"name": "a.mp4"}, content=street.path.read_bytes())
            assert done.status_code == 201
            assert until(lambda: client.get(f"/api/redactions/{done.json()['id']}").json()["state"] == "running")
            [pid] = set(children(serving.process.pid)) - before
    finally:
        serving.process.kill()
        serving.process.wait()
    assert until(lambda: not Path(f"/proc/{pid}").exists()), "nobody else would end it, or free what it holds"
    again = start(tmp_path, "", r"(passerby is running at \S+)")
    assert list((tmp_path / "data" / "redactions").iterdir()) == []
    assert again.stop() == 0
