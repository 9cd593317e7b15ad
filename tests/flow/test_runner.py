"""One camera's runner with real detectors: when a row of failures ends, and what is done about a source that hangs."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from av.container import OutputContainer

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.archive import Archive
from passerby.clock import SystemClock
from passerby.config import parse_config
from passerby.config.rule import LineRule, ZoneRule
from passerby.engine.live.run import LivePath
from passerby.engine.live.shared import Shared
from passerby.engine.passes import Detectors
from passerby.errors import Trouble
from passerby.events.dry_run import try_rule
from passerby.fleet import runner as module
from passerby.fleet.plan import CameraPlan
from passerby.fleet.runner import CameraRunner
from passerby.media.camera import CameraStatus
from passerby.media.requests import ShowView
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.settings import Settings
from passerby.testing.rtsp import RtspServer
from tests.events import counted, event_sink, written_events
from tests.planted import walked
from tests.retries import by_real_time

TRY_AGAIN_S = 0.05


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many in a row there were at each of them."""
    noted: list[int] = []

    def wait_s(count: int, chance: float, trouble: Trouble) -> float:
        noted.append(count)
        return TRY_AGAIN_S

    monkeypatch.setattr(module, "wait_s", wait_s)
    return noted


@contextmanager
def running(plan: CameraPlan, data: Path, detectors: Detectors) -> Iterator[CameraRunner]:
    with Archive(data) as archive, Shared(detectors) as shared, closing(event_sink(data)) as events:
        runner = CameraRunner(plan, shared, archive, events, data / "backgrounds", lambda *args: None)
        try:
            yield runner
        finally:
            runner.stop()
            assert runner.join(20.0)


def until(is_so: Callable[[], object]) -> None:
    give_up_s = time.monotonic() + 40.0
    while not is_so():
        assert time.monotonic() < give_up_s
        time.sleep(0.02)


@by_real_time("a machine that stalls for two seconds adds a failure to the row")
def test_recording_for_a_while_ends_a_row_of_failures(
    tmp_path: Path, detectors: Detectors, failures: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEADY_S", 1.0)
    with RtspServer({"/yard": walked()}) as server:
        plan = CameraPlan(
            camera="yard", address=server.url("/yard"), learn_every_s=0.1, read_timeout_s=2.0,
            reach=Reach(("127.0.0.0/8",)),
        )  # fmt: skip
        feed = server.feeds.pop("/yard")
        with running(plan, tmp_path, detectors) as runner:
            until(lambda: len(failures) >= 3)
            server.feeds["/yard"] = feed
            until(lambda: runner.state().records)
            time.sleep(2.0)
            before = len(failures)
            server.cut("/yard")
            until(lambda: len(failures) > before)
    assert failures[:3] == [1, 2, 3]
    assert failures[before] == 1


@by_real_time("a machine that stalls for two seconds adds a failure to the row")
@pytest.mark.slow
def test_a_path_that_broke_off_is_gone_without_waiting_for_a_garbage_collection(
    tmp_path: Path, detectors: Detectors, failures: list[int]
) -> None:
    def kept() -> list[str]:
        return [type(each).__name__ for each in gc.get_objects() if isinstance(each, LivePath | OutputContainer)]

    with RtspServer({"/yard": walked()}) as server:
        plan = CameraPlan(
            camera="yard", address=server.url("/yard"), learn_every_s=0.1, reach=Reach(("127.0.0.0/8",))
        )  # fmt: skip
        gc.collect()
        gc.disable()
        try:
            with running(plan, tmp_path, detectors) as runner:
                for count in range(1, 4):
                    until(lambda: runner.state().records)
                    server.cut("/yard")
                    until(lambda count=count: len(failures) == count)  # type: ignore[misc]
                until(lambda: runner.state().records)
                assert len(kept()) <= 2, "the one that is open, and its encoder"
            assert kept() == []
        finally:
            gc.enable()


@by_real_time("a source hangs after 1.5 s, for which a busy machine may stall")
def test_a_source_that_hangs_is_given_up_and_opened_again_once_it_lets_go(
    tmp_path: Path, detectors: Detectors, failures: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, lets_go, sleep = threading.Event(), threading.Event(), SystemClock.sleep

    def may_hang(clock: SystemClock, seconds: float) -> None:
        if hangs.is_set() and threading.current_thread().name == "passerby-read":
            lets_go.wait(60.0)
        sleep(clock, seconds)

    monkeypatch.setattr(SystemClock, "sleep", may_hang)
    monkeypatch.setattr(CameraPlan, "hung_after_s", 1.5, raising=False)
    plan = CameraPlan(camera="yard", address="drawn:street", learn_every_s=0.1, reach=Reach(drawn=True))

    def readers() -> int:
        return sum(each.name == "passerby-read" for each in threading.enumerate())

    try:
        with running(plan, tmp_path, detectors) as runner:
            until(lambda: runner.state().records)
            hangs.set()
            until(lambda: runner.state().what is CameraStatus.FAILED)
            assert "it gave no picture for 1.5 s, and hangs" in runner.state().reason
            time.sleep(20 * TRY_AGAIN_S)
            assert failures == [1] and readers() == 1, "it is not tried again and again"
            assert not runner.is_stuck
            hangs.clear()
            lets_go.set()
            until(lambda: runner.state().records)
            assert readers() == 1
    finally:
        lets_go.set()


MIDDLE = LineRule(name="middle", kind="line", line=((0.5, 1.0), (0.5, 0.0)))
EVERYWHERE = ZoneRule(name="street", kind="zone", zone=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


@pytest.mark.slow
def test_what_happens_in_view_is_written_while_it_goes_on(tmp_path: Path, detectors: Detectors) -> None:
    plan = CameraPlan(
        camera="street", address="drawn:street", reach=Reach(drawn=True), settings=Settings(mode="cover"),
        rules=(MIDDLE, EVERYWHERE),
    )  # fmt: skip
    with running(plan, tmp_path, detectors) as runner:
        until(lambda: written_events(tmp_path))
        (event,) = written_events(tmp_path)
        assert (event.camera, event.rule, event.kind, event.is_open) == ("street", "street", "in-zone", True)
        assert abs(event.start_90k - SystemClock().now_90k()) < 40 * TICKS_PER_S
        until(lambda: counted(tmp_path))
        assert runner.state().events_trouble is None
        runner.use_rules(plan.model_copy(update={"rules": (MIDDLE,)}))
        until(lambda: not written_events(tmp_path)[0].is_open)
    assert {rule for rule, _ in counted(tmp_path)} == {"middle"}


@pytest.mark.slow
def test_a_rule_tried_on_what_was_kept_counts_what_it_counted_live(tmp_path: Path, detectors: Detectors) -> None:
    installation = Installation(tmp_path, parse_config({"sources": {"drawn": True}}))
    installation.cameras.add("street", CameraFacts(address="drawn:street"))
    plan = CameraPlan(
        camera="street", address="drawn:street", reach=Reach(drawn=True), settings=Settings(mode="cover"),
        rules=(MIDDLE,), keeps_boxes=True,
    )  # fmt: skip
    begin_90k = installation.clock.now_90k()
    with running(plan, tmp_path, detectors) as runner:
        assert runner.state().view is None, "nobody has asked"
        runner.ask(ShowView(60.0))
        until(lambda: (view := runner.state().view) and view.boxes)
        until(lambda: counted(tmp_path))
    stretches = installation.kept_boxes.stretches("street", begin_90k, installation.clock.now_90k())
    done = try_rule(MIDDLE, "street", stretches, (begin_90k, installation.clock.now_90k()))
    live = counted(tmp_path)
    installation.close()
    assert (done.right, done.left) == (live.get(("middle", "right"), 0), live.get(("middle", "left"), 0))
    assert done.known_s > 1
