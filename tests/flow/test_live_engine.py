"""One camera from RTSP into the archive: learned while it is covered, never clear, and what it learned is kept."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from passerby.archive import Archive
from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import open_live
from passerby.engine.live.learner import LearnTimes
from passerby.engine.live.modes import LivePlan
from passerby.engine.live.run import LivePath
from passerby.engine.live.shared import Shared
from passerby.engine.passes import Detectors
from passerby.errors import SourceUnavailable, Trouble
from passerby.fleet.kept import KeptBackground, KeptReference
from passerby.media import RawFrame
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.health import Check, Verdict
from passerby.media.requests import Rebase
from passerby.media.segments import Fragment
from passerby.rules.health.state import blames_detector
from passerby.rules.retention import KeepAll
from passerby.settings import Settings
from passerby.testing.faults import FaultyDetectors
from passerby.testing.rtsp import Feed, RtspServer, Script
from tests.campaign.engine_faults import BrokenDetectors, Moment
from tests.live import LOCAL
from tests.planted import leaks, revealed, walked
from tests.retries import by_real_time

OPTIONS = LiveOptions(reach=LOCAL, open_timeout_s=5.0, read_timeout_s=2.0, picture_timeout_s=4.0)
QUICK = LivePlan(learning=LearnTimes(first_every_s=0.1))
WITHIN_S = 30.0
CAMERA = "yard"


@pytest.fixture
def camera() -> Iterator[RtspServer]:
    with RtspServer({"/yard": walked(), "/other": walked(seed=6)}) as server:
        yield server


@pytest.fixture(scope="module")
def shared(detectors: Detectors) -> Iterator[Shared]:
    with Shared(detectors) as made:
        yield made


def follow(
    url: str,
    data: Path,
    shared: Shared,
    until: Callable[[CameraState, LivePath], bool],
    plan: LivePlan = QUICK,
    *,
    disk_s: float = 0.0,
) -> list[CameraState]:
    """Records a camera until something is so. Every status that it had, each once in a row.

    disk_s: how long the disk takes for each fragment.
    """
    statuses: list[CameraState] = []
    give_up_s = time.monotonic() + WITHIN_S
    with Archive(data) as archive:
        writer = archive.writer(CAMERA)
        keeper = KeptBackground(data / "backgrounds", CAMERA)

        def keep(fragment: Fragment) -> None:
            time.sleep(disk_s)
            writer.append(fragment)

        reference = KeptReference(data / "backgrounds", CAMERA)
        path = LivePath(open_live(url, OPTIONS), plan, shared, keeper, reference, keep)

        def is_over() -> bool:
            now = path.state
            if not statuses or (statuses[-1].what, statuses[-1].reason) != (now.what, now.reason):
                statuses.append(now)
            assert time.monotonic() < give_up_s, statuses
            return until(now, path)

        try:
            path.run(is_over)
        finally:
            writer.close()
            archive.maintain(KeepAll(), 0)
    return statuses


def recorded(more: int) -> Callable[[CameraState, LivePath], bool]:
    """It has been recording, uncovered, for so many pictures."""
    seen: list[int] = []

    def is_so(status: CameraState, path: LivePath) -> bool:
        if status.what is CameraStatus.RECORDING:
            seen.append(path.written)
        return bool(seen) and path.written >= seen[0] + more

    return is_so


@pytest.mark.slow
@pytest.mark.promise
def test_it_learns_covered_whole_then_shows_the_place_and_never_who_is_there(
    camera: RtspServer, shared: Shared, tmp_path: Path
) -> None:
    statuses = follow(camera.url("/yard"), tmp_path, shared, recorded(30))
    assert statuses[0].what is CameraStatus.LEARNING and CameraStatus.RECORDING in [status.what for status in statuses]
    assert revealed(tmp_path) > 10
    assert leaks(tmp_path) == []
    assert (tmp_path / "backgrounds" / f"{CAMERA}.background").exists()

    again = with_background_of(tmp_path, tmp_path / "again")
    statuses = follow(camera.url("/yard"), again, shared, recorded(20))
    assert CameraStatus.LEARNING not in [status.what for status in statuses], "what was learned is kept over a restart"
    assert revealed(again) > 10 and leaks(again) == []

    moved = with_background_of(again, tmp_path / "moved")
    statuses = follow(camera.url("/other"), moved, shared, recorded(10))
    whats = [status.what for status in statuses]
    assert CameraStatus.RECORDING in whats[whats.index(CameraStatus.LEARNING) :], "another view is learned anew"
    assert leaks(moved) == []


def with_background_of(data: Path, other: Path) -> Path:
    """Another data folder, in which nothing is but what the camera learned."""
    other.mkdir()
    (data / "backgrounds").rename(other / "backgrounds")
    return other


@pytest.mark.promise
@pytest.mark.parametrize("mode", ["reveal", "cover"])
def test_where_detectors_fail_all_is_covered_and_said(
    camera: RtspServer, street: object, tmp_path: Path, mode: str
) -> None:
    plan = LivePlan(Settings.model_validate({"mode": mode}), learning=QUICK.learning)
    with Shared(FaultyDetectors(lambda model, frame: "raises", threads=1)) as broken:
        statuses = follow(camera.url("/yard"), tmp_path, broken, lambda status, path: path.written >= 30, plan)
    assert revealed(tmp_path) == 0 and leaks(tmp_path) == []
    assert CameraStatus.RECORDING not in [status.what for status in statuses[1:]]
    assert "detector failed" in statuses[-1].reason


@pytest.mark.promise
@pytest.mark.parametrize("mode", ["reveal", "cover"])
def test_where_detectors_find_nothing_at_all_all_is_covered_and_the_detector_named(
    camera: RtspServer, street: object, tmp_path: Path, mode: str
) -> None:
    plan = LivePlan(Settings.model_validate({"mode": mode}), learning=QUICK.learning)
    with Shared(BrokenDetectors(Moment("zero"))) as silent:
        statuses = follow(camera.url("/yard"), tmp_path, silent, lambda status, path: path.written >= 30, plan)
    assert revealed(tmp_path) == 0 and leaks(tmp_path) == []
    assert CameraStatus.RECORDING not in [status.what for status in statuses[1:]]
    assert "the detector does not find what it must find" in statuses[-1].reason
    assert blames_detector(statuses[-1].what, statuses[-1].reason)


@pytest.mark.promise
def test_where_passes_come_too_late_all_is_covered_and_the_detector_is_named(
    camera: RtspServer, street: object, tmp_path: Path
) -> None:
    passes = itertools.count()

    def slow(model: str, frame: RawFrame) -> None:
        time.sleep(1.5 if next(passes) > 4 else 0.0)

    plan = LivePlan(Settings(mode="cover"))
    with Shared(FaultyDetectors(slow, threads=1)) as overloaded:
        statuses = follow(camera.url("/yard"), tmp_path, overloaded, lambda status, path: path.written >= 50, plan)
    reasons = [status.reason for status in statuses]
    assert any("the detector is late" in reason for reason in reasons)
    assert statuses[-1].what is CameraStatus.COVERED


@pytest.mark.slow
@by_real_time("passes are counted that a busy machine has time for")
def test_what_time_there_is_for_passes_is_shared_evenly(street: object, tmp_path: Path) -> None:
    sizes = {f"c{n}": (320 + 32 * n, 192) for n in range(3)}
    looked: Counter[int] = Counter()

    def slow(model: str, frame: RawFrame) -> None:
        looked[frame.width] += 1
        time.sleep(0.1)

    def record(name: str) -> list[CameraState]:
        is_over = lambda status, path: path.written >= 80  # noqa: E731
        return follow(server.url(f"/{name}"), tmp_path / name, overloaded, is_over, LivePlan(Settings(mode="cover")))

    feeds = {f"/{name}": Feed.drawn("h264", size, 10, 100, 20) for name, size in sizes.items()}
    with (
        RtspServer(feeds) as server,
        Shared(FaultyDetectors(slow, threads=1)) as overloaded,
        ThreadPoolExecutor(len(sizes)) as threads,
    ):
        runs = list(threads.map(record, sizes))
    assert looked.keys() == {width for width, _ in sizes.values()}
    assert max(looked.values()) - min(looked.values()) <= 0.3 * max(looked.values()), looked
    for statuses in runs:
        assert any("instead of every" in status.reason for status in statuses), "each says that it is examined less"


@pytest.mark.promise
@pytest.mark.parametrize(
    ("script", "trouble", "words"),
    [
        (Script(silence_after=20), Trouble.TIMED_OUT, "no whole packet"),
        (Script(cut_after=20), Trouble.ENDED, "lost|broke|ended"),
    ],
)
def test_what_came_before_a_loss_is_recorded(
    camera: RtspServer, shared: Shared, tmp_path: Path, script: Script, trouble: Trouble, words: str
) -> None:
    camera.scripts["/yard"] = script
    with pytest.raises(SourceUnavailable, match=words) as caught:
        follow(camera.url("/yard"), tmp_path, shared, lambda status, path: False)
    assert caught.value.trouble is trouble
    with Archive(tmp_path) as archive:
        entries = archive.playlist(CAMERA, 0, 2**60).entries
    assert sum(entry.gop.duration_90k for entry in entries) / 90_000 > 1.0
    assert leaks(tmp_path) == []


@by_real_time("how far a slow disk falls behind depends on what else the machine does")
@pytest.mark.slow
def test_what_there_is_no_time_for_is_left_out_and_said(camera: RtspServer, shared: Shared, tmp_path: Path) -> None:
    plan = LivePlan(Settings(mode="cover"))
    statuses = follow(
        camera.url("/yard"),
        tmp_path,
        shared,
        lambda status, path: "left out" in status.reason,
        plan,
        disk_s=0.6,
    )
    assert statuses[-1].what in (
        CameraStatus.STRAINED,
        CameraStatus.COVERED,
    )  # late passes cover all too
    with Archive(tmp_path) as archive:
        fragments = list(archive.fragments(CAMERA, 0, 2**60))
    assert all(before.end_90k <= after.start_90k for before, after in itertools.pairwise(fragments))


@pytest.mark.slow
@by_real_time("how long it takes until it is said is measured")
def test_a_frozen_picture_is_said(camera: RtspServer, shared: Shared, tmp_path: Path) -> None:
    camera.scripts["/yard"] = Script(freeze_after=25)
    plan = LivePlan(Settings(mode="cover"))
    began_s = time.monotonic()
    statuses = follow(
        camera.url("/yard"), tmp_path, shared, lambda status, path: status.what is CameraStatus.FROZEN, plan
    )
    assert time.monotonic() - began_s < 2.5 + 10.0 + 5.0
    assert "frozen" in statuses[-1].reason and CameraStatus.FROZEN not in [status.what for status in statuses[:-1]]


@by_real_time("how long it takes until it is said is measured")
@pytest.mark.slow
def test_a_loop_is_said(camera: RtspServer, shared: Shared, tmp_path: Path) -> None:
    camera.scripts["/yard"] = Script(loop_after=30, loop_units=25)
    began_s = time.monotonic()
    plan = LivePlan(Settings(mode="cover"))
    statuses = follow(
        camera.url("/yard"), tmp_path, shared, lambda status, path: status.what is CameraStatus.LOOPED, plan
    )
    assert time.monotonic() - began_s < 3.0 + 2.5 + 10.0 + 5.0
    assert "every 2.5 s" in statuses[-1].reason
    verdicts = {each.check: each.verdict for each in statuses[-1].findings}
    assert set(verdicts) == set(Check) and verdicts[Check.SIGNAL] is Verdict.OK


@pytest.mark.promise
def test_what_it_should_see_is_kept_and_set_anew(camera: RtspServer, shared: Shared, tmp_path: Path) -> None:
    follow(camera.url("/yard"), tmp_path, shared, lambda status, path: status.reference_at_90k is not None)
    assert leaks(tmp_path) == []
    assert (tmp_path / "backgrounds" / f"{CAMERA}.reference.jpg").read_bytes()[:2] == b"\xff\xd8"
    before: list[int | None] = []

    def is_another(status: CameraState, path: LivePath) -> bool:
        if not before:
            before.append(status.reference_at_90k)
            path.ask(Rebase())
        return status.reference_at_90k != before[0]

    follow(camera.url("/yard"), tmp_path, shared, is_another)
    assert before[0] is not None, "the reference of the first time"
