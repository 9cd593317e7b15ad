"""Workers and their parent: cameras go on whatever dies, each for itself, and nothing clear leaves a worker."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import av
import pytest

from passerby.archive import Archive
from passerby.clock import SystemClock
from passerby.fleet import child, messages, supervisor
from passerby.fleet.live_feed import LiveFeed
from passerby.fleet.plan import CameraPlan
from passerby.fleet.supervisor import Fleet
from passerby.fleet.worker import Places
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.health import Check
from passerby.media.mp4.fragments import fragments_in
from passerby.media.mp4.index import read_index
from passerby.media.mp4.init import read_init
from passerby.media.requests import Rebase
from passerby.media.segments import TICKS_PER_S, Fragment
from passerby.rules.reach import Reach
from passerby.rules.retention import KeepAll
from passerby.testing.rtsp import RtspServer, Script
from tests.planted import leaks, revealed, walked
from tests.retries import by_real_time
from tests.streets import Street

States = Mapping[str, CameraState]
BACK_WITHIN_S = 10.0


@pytest.fixture
def cameras() -> Iterator[RtspServer]:
    with RtspServer({f"/{name}": walked() for name in ("yard", "gate", "mute")}, login=("admin", "s3cr3t")) as server:
        yield server


def plan(server: RtspServer, camera: str, password: str = "s3cr3t", **changes: object) -> CameraPlan:
    values = {
        "camera": camera, "address": server.url(f"/{camera}", "admin", password), "learn_every_s": 0.1,
        "reach": Reach(("127.0.0.0/8",)), "read_timeout_s": 2.0, "open_timeout_s": 4.0, "picture_timeout_s": 3.0,
    }  # fmt: skip
    return CameraPlan.model_validate(values | changes)


def fleet_of(data: Path, *plans: CameraPlan, workers: int = 1) -> Fleet:
    with Archive(data) as archive:
        archive.recover()
    return Fleet(Places(data, data / "backgrounds"), plans, workers)


def wait_for(fleet: Fleet, is_so: Callable[[States], bool], within_s: float = 80.0) -> States:
    until_s = time.monotonic() + within_s
    while not is_so(states := fleet.states()):
        assert time.monotonic() < until_s, states
        time.sleep(0.1)
    return states


def all_are(what: CameraStatus) -> Callable[[States], bool]:
    return lambda states: all(state.what is what for state in states.values())


def spans_s(archive: Archive, camera: str) -> list[tuple[float, float]]:
    entries = archive.playlist(camera, 0, 2**60).entries
    return [(entry.gop.start_90k / TICKS_PER_S, entry.gop.end_90k / TICKS_PER_S) for entry in entries]


@pytest.mark.slow
@pytest.mark.promise
def test_a_killed_worker_is_replaced_and_nothing_is_lost_or_clear(
    cameras: RtspServer, street: Street, tmp_path: Path
) -> None:
    fleet = fleet_of(tmp_path, plan(cameras, "yard"), plan(cameras, "gate"))
    fleet.start()
    try:
        wait_for(fleet, all_are(CameraStatus.RECORDING))
        dead = fleet.pids[0]
        os.kill(dead, signal.SIGKILL)
        killed_s = time.time()
        wait_for(fleet, lambda states: dead not in fleet.pids and all_are(CameraStatus.RECORDING)(states), 20.0)
        time.sleep(3.0)
        assert all(state.figures for state in fleet.states().values())
        alive = fleet.pids
    finally:
        fleet.stop()
    assert alive and not any(Path(f"/proc/{pid}").exists() for pid in alive)
    with Archive(tmp_path) as archive:
        assert archive.maintain(KeepAll(), SystemClock().now_90k()) == [] and archive.recover() == []
        for camera in ("yard", "gate"):
            spans = spans_s(archive, camera)
            after = min(start for start, _ in spans if start > killed_s)
            before = max(end for _, end in spans if end < after)
            assert killed_s - before < 4.0, "a GOP, and what waited for the privacy delay"
            assert after - killed_s < BACK_WITHIN_S
    assert not list((tmp_path / "spool").glob("*.mp4*"))
    assert revealed(tmp_path) > 10
    assert leaks(tmp_path) == []


@pytest.mark.slow
@by_real_time("a worker that says nothing for 5 s is hung, and one that waits for the processor may be")
def test_a_hung_worker_is_replaced(cameras: RtspServer, street: Street, tmp_path: Path) -> None:
    fleet = fleet_of(tmp_path, plan(cameras, "yard"))
    fleet.start()
    try:
        wait_for(fleet, lambda states: all(state.records for state in states.values()))
        hung = fleet.pids[0]
        os.kill(hung, signal.SIGSTOP)
        states = wait_for(fleet, lambda states: hung not in fleet.pids, 20.0)
        assert states["yard"].what is not CameraStatus.RECORDING
        wait_for(fleet, lambda states: all(state.records for state in states.values()), 20.0)
    finally:
        fleet.stop()


@pytest.mark.slow
@pytest.mark.promise
def test_every_camera_fails_for_itself_in_words_without_a_secret(
    cameras: RtspServer, street: Street, tmp_path: Path
) -> None:
    cameras.scripts["/mute"] = Script(silence_after=15)
    silent = plan(cameras, "mute")
    fleet = fleet_of(tmp_path, plan(cameras, "yard"), plan(cameras, "gate", password="wrong"), silent)
    assert "s3cr3t" not in repr(silent)
    fleet.start()
    try:
        states = wait_for(
            fleet,
            lambda states: (
                states["yard"].what is CameraStatus.RECORDING
                and states["gate"].what is CameraStatus.FAILED
                and states["mute"].what is CameraStatus.FAILED
            ),
        )
        assert "does not accept this user and password" in states["gate"].reason
        assert "no whole packet" in states["mute"].reason
        assert not any(word in state.reason for state in states.values() for word in ("s3cr3t", "wrong@", "admin"))
        since_90k = states["gate"].since_90k
        later = wait_for(fleet, lambda states: states["mute"].records)
        assert later["gate"].since_90k == since_90k, "it is so since then"
        fleet.drop("mute")
        fleet.run(plan(cameras, "gate"))
        states = wait_for(fleet, lambda states: states["gate"].what is CameraStatus.RECORDING)
        assert set(states) == {"yard", "gate"}
    finally:
        fleet.stop()


@pytest.mark.promise
@pytest.mark.slow
def test_a_camera_that_is_unplugged_leaves_no_open_object(street: Street, tmp_path: Path) -> None:
    with RtspServer({"/yard": walked()}, login=("admin", "s3cr3t")) as server:
        fleet = fleet_of(tmp_path, plan(server, "yard"))
        fleet.start()
        try:
            wait_for(fleet, all_are(CameraStatus.RECORDING))
            server.close()
            wait_for(fleet, all_are(CameraStatus.FAILED))
            with Archive(tmp_path) as archive:
                until_s = time.monotonic() + 30.0
                while list((tmp_path / "spool").glob("*.mp4")):
                    assert archive.maintain(KeepAll(), SystemClock().now_90k()) == []
                    assert time.monotonic() < until_s
                    time.sleep(0.2)
                assert spans_s(archive, "yard")
        finally:
            fleet.stop()


@pytest.mark.slow
@pytest.mark.promise
def test_viewers_get_what_is_recorded_from_a_key_frame_on(cameras: RtspServer, street: Street, tmp_path: Path) -> None:
    fleet = fleet_of(tmp_path, plan(cameras, "yard"))

    async def watched() -> list[bytes]:
        parts = []
        async for data in fleet.subscribe("yard"):
            parts.append(data)
            if len(parts) == 12:
                return parts
        raise AssertionError("it ended")

    fleet.start()
    try:
        wait_for(fleet, lambda states: all(state.what is CameraStatus.RECORDING for state in states.values()))
        parts = asyncio.run(asyncio.wait_for(watched(), 20.0))
    finally:
        fleet.stop()
    assert read_init(parts[0]) is not None
    fragments = [next(fragments_in(part)) for part in parts[1:]]
    assert fragments[0].is_key
    assert all(a.start_90k + a.duration_90k == b.start_90k for a, b in itertools.pairwise(fragments))
    seen = tmp_path / "seen.mp4"
    seen.write_bytes(b"".join(parts))
    with av.open(str(seen)) as clip:
        assert sum(1 for _ in clip.decode(video=0)) >= 11
    assert leaks(tmp_path) == []


@pytest.mark.slow
@by_real_time("fragments are as long as pictures take to come")
def test_what_stays_the_same_comes_often_only_while_somebody_watches(
    cameras: RtspServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[Fragment] = []
    publish = LiveFeed.publish

    def note(feed: LiveFeed, camera: str, fragment: Fragment) -> None:
        came.append(fragment)
        publish(feed, camera, fragment)

    monkeypatch.setattr(LiveFeed, "publish", note)
    fleet = fleet_of(tmp_path, plan(cameras, "yard", learn_every_s=30.0))  # covered whole for long: always the same

    async def watch() -> None:
        feed, asked_s = fleet.subscribe("yard"), time.monotonic()
        await anext(feed)
        assert time.monotonic() - asked_s < 1.0, "it begins with what is there"
        for _ in range(8):
            await anext(feed)
        await feed.aclose()

    def coming(count: int) -> list[Fragment]:
        known, until_s = len(came), time.monotonic() + 30.0
        while len(came) < known + count:
            assert time.monotonic() < until_s
            time.sleep(0.1)
        return came[known:]

    fleet.start()
    try:
        wait_for(fleet, lambda states: all(state.records for state in states.values()))
        assert [each.duration_90k for each in coming(3)[1:]] == pytest.approx([2 * TICKS_PER_S] * 2, rel=0.1)
        watched_from = len(came)
        asyncio.run(asyncio.wait_for(watch(), 20.0))
        assert all(each.duration_90k <= 0.7 * TICKS_PER_S for each in came[watched_from + 1 :])
        assert coming(4)[-1].duration_90k == pytest.approx(2 * TICKS_PER_S, rel=0.1)
    finally:
        fleet.stop()


@by_real_time("how long it takes to stop is measured")
def test_workers_end_with_their_parent_and_close_what_they_recorded(
    cameras: RtspServer, street: Street, tmp_path: Path
) -> None:
    fleet = fleet_of(tmp_path, plan(cameras, "yard"))
    fleet.start()
    wait_for(fleet, lambda states: all(state.records for state in states.values()))
    time.sleep(2.0)
    asked_s = time.monotonic()
    fleet.stop()
    assert time.monotonic() - asked_s < 8.0
    with Archive(tmp_path) as archive:
        assert archive.maintain(KeepAll(), SystemClock().now_90k()) == []
        assert spans_s(archive, "yard")


@by_real_time("a worker that took long to start has not died at once")
def test_cameras_whose_worker_dies_at_once_again_are_parted(
    cameras: RtspServer, street: Street, tmp_path: Path
) -> None:
    """The one that kills its worker is alone in the end, and the others go on."""
    fleet = fleet_of(tmp_path, plan(cameras, "yard"), plan(cameras, "gate"))
    fleet.start()
    try:
        for _ in range(2):
            wait_for(fleet, lambda states: len(fleet.pids) == 1)
            os.kill(fleet.pids[0], signal.SIGKILL)
            states = wait_for(fleet, lambda states: not fleet.pids)
            assert {state.what for state in states.values()} == {CameraStatus.FAILED}
            assert "its process ended" in states["yard"].reason
        wait_for(fleet, lambda states: len(fleet.pids) == 2)
        wait_for(fleet, lambda states: all(state.records for state in states.values()))
    finally:
        fleet.stop()


@by_real_time("on a busy machine workers hang by themselves")
@pytest.mark.slow
def test_a_camera_that_hung_its_worker_is_parted_from_the_others(
    cameras: RtspServer, street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = ["gate"]

    class StuckReader(messages.Reader):
        """As a worker says it that has a camera which answers no more."""

        def read(self, message: bytes) -> messages.States | tuple[str, Fragment] | None:
            received = super().read(message)
            gate = received.of.get("gate") if isinstance(received, messages.States) else None
            is_it = hangs and gate and gate.records
            return replace(received, stuck=tuple(hangs)) if is_it else received  # type: ignore[type-var]

    monkeypatch.setattr(child, "Reader", StuckReader)
    monkeypatch.setattr(supervisor, "QUICK_S", 0.0)
    fleet = fleet_of(tmp_path, plan(cameras, "yard"), plan(cameras, "gate"))
    fleet.start()
    try:
        wait_for(fleet, lambda states: "camera 'gate' made it hang" in states["yard"].reason)
        hangs.clear()
        wait_for(fleet, all_are(CameraStatus.RECORDING))
        assert len(fleet.pids) == 2
    finally:
        fleet.stop()


def parent(data: Path, plans: list[CameraPlan], pipe: Connection) -> None:
    """A process that runs a fleet until it is killed."""
    fleet = fleet_of(data, *plans)
    fleet.start()
    wait_for(fleet, lambda states: all(state.records for state in states.values()))
    time.sleep(2.5)
    pipe.send(fleet.pids)
    time.sleep(60)


@pytest.mark.promise
def test_workers_whose_parent_is_killed_close_what_they_recorded_and_end(
    cameras: RtspServer, street: Street, tmp_path: Path
) -> None:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=parent, args=(tmp_path, [plan(cameras, "yard")], theirs))
    process.start()
    theirs.close()
    try:
        assert ours.poll(40.0)
        (worker,) = ours.recv()
    finally:
        process.kill()
        process.join()
    until_s = time.monotonic() + 10.0
    while is_running(worker):
        assert time.monotonic() < until_s
        time.sleep(0.1)
    (recording,) = (tmp_path / "spool").glob("*.open.mp4")
    assert read_index(recording.read_bytes(), len(read_init(recording.read_bytes()).data)), "it was closed in order"  # type: ignore[union-attr]
    with Archive(tmp_path) as archive:
        assert archive.recover() == []
        assert spans_s(archive, "yard")
    assert leaks(tmp_path) == []


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.promise
def test_findings_come_from_the_worker_and_a_new_reference_goes_to_it(
    cameras: RtspServer, street: Street, tmp_path: Path
) -> None:
    fleet = fleet_of(tmp_path, plan(cameras, "yard"))
    fleet.start()
    try:
        first = wait_for(fleet, lambda states: states["yard"].reference_at_90k is not None)["yard"]
        assert {each.check for each in first.findings} == set(Check)
        still = fleet.reference("yard")
        assert still is not None and still.startswith(b"\xff\xd8")
        assert fleet.ask("yard", Rebase()) and not fleet.ask("nowhere", Rebase())
        wait_for(fleet, lambda states: states["yard"].reference_at_90k not in (None, first.reference_at_90k))
        fleet.forget("yard")
        assert fleet.reference("yard") is None
    finally:
        fleet.stop()
    assert leaks(tmp_path) == []


@by_real_time("how long it takes to stop is measured")
def test_without_cameras_nothing_runs_and_what_still_loads_ends_at_once(cameras: RtspServer, tmp_path: Path) -> None:
    fleet = fleet_of(tmp_path)
    fleet.start()
    try:
        time.sleep(1.0)  # five looks of the watchdog
        assert not fleet.pids and not multiprocessing.active_children()
        fleet.run(plan(cameras, "yard"))
        assert len(fleet.pids) == 1
    finally:
        began_s = time.monotonic()
        fleet.stop()
    assert time.monotonic() - began_s < 1.5 and not multiprocessing.active_children()


@pytest.mark.slow
@by_real_time("two looks of the watchdog have to fit into half a second")
def test_a_worker_that_cannot_be_started_is_tried_again(cameras: RtspServer, tmp_path: Path) -> None:
    fleet = fleet_of(tmp_path, plan(cameras, "yard"))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())), allowed[1]))
    try:
        fleet.start()
        state = fleet.states()["yard"]
        time.sleep(0.5)  # two looks of the watchdog
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)
    try:
        assert state.what is CameraStatus.FAILED and "could not be started: too many open files" in state.reason
        assert not fleet.pids
        wait_for(fleet, all_are(CameraStatus.RECORDING))
    finally:
        fleet.stop()


@pytest.mark.slow
@by_real_time("on a busy machine workers end by themselves")
def test_a_camera_that_ends_its_workers_is_alone_here_and_where_it_comes_next(
    cameras: RtspServer, tmp_path: Path
) -> None:
    silent = {name: plan(cameras, name, learn_every_s=60.0) for name in ("yard", "gate", "mute")}
    first = fleet_of(tmp_path / "first", workers=1)
    first.start()
    try:
        for each in silent.values():
            first.run(each)
        until_s = time.monotonic() + 80.0
        while "gate" not in first.quarantined():
            for worker in list(first._children):
                if worker.is_ready and "gate" in worker.plans:
                    os.kill(worker.pid, signal.SIGKILL)
                    wait_until_gone(worker.pid)
            assert time.monotonic() < until_s, first.states()
            time.sleep(0.1)
        assert first.quarantined().keys() == {"gate"}, "the others were only there"
    finally:
        first.stop()
    second = fleet_of(tmp_path / "second", workers=1)
    second.know_quarantined(first.quarantined())
    second.start()
    try:
        for name in ("gate", "yard", "mute"):
            second.run(silent[name])
        assert sorted(sorted(each.plans) for each in second._holders()) == [["gate"], ["mute", "yard"]]
        second.know_quarantined({})
        assert second.quarantined() == {}, "it was released"
    finally:
        second.stop()


def wait_until_gone(pid: int) -> None:
    until_s = time.monotonic() + 10.0
    while is_running(pid):
        assert time.monotonic() < until_s
        time.sleep(0.05)
