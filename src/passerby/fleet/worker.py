"""One process that runs many cameras. It obeys its parent, and exits when the parent is gone."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import cv2

from passerby.archive import Archive
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.clock import SystemClock
from passerby.engine.live.shared import Shared
from passerby.engine.memory import return_freed_pictures
from passerby.events.marks import Marks
from passerby.events.presence import PresenceSeries
from passerby.events.records import EventRecords
from passerby.events.sink import EventSink
from passerby.fleet.messages import Ask, Drop, Run, States, Stop, read_order
from passerby.fleet.runner import CameraRunner
from passerby.fleet.sender import Sender
from passerby.processes import begin_child

BEAT_S = 0.5
STAGGER_S = 0.05  # between opening two cameras, so that a switch that restarted is not hit by all at once
STOP_WITHIN_S = 8.0
DETECTOR_HANGS_S = 60.0  # in one pass; OpenVINO gives up after 20 s per picture


@dataclass(frozen=True, slots=True)
class Places:
    """Where a worker finds the archive: see `Archive`. backgrounds: folder of what cameras learned."""

    folder: Path
    backgrounds: Path
    catalogue_url: str | None = None
    store: str | None = None


def work(pipe: Connection, places: Places) -> None:
    """The main function of a worker. Started in a new process."""
    begin_child()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it may reach all processes at once: the parent says when to stop
    cv2.setNumThreads(1)
    return_freed_pictures()
    sender = Sender(pipe)
    sender.tell(States({}, ready=False))
    # Its parent has opened it: a worker that is replaced while the catalogue is away records all the same.
    archive = Archive(places.folder, catalogue_url=places.catalogue_url, store=places.store, is_ready=True)
    with archive, Shared() as shared, closing(_sink(places)) as events:
        worker = Worker(pipe, sender, shared, archive, events, places.backgrounds)
        try:
            worker.run()
        finally:
            worker.stop()
    sender.close(1.0)


def _sink(places: Places) -> EventSink:
    url = places.catalogue_url or f"sqlite:///{places.folder / 'catalogue.sqlite3'}"
    rows = Rows(open_database(url, is_ready=True), SystemClock())
    return EventSink(EventRecords(rows), PresenceSeries(rows), once=Marks(rows).once)


class Worker:
    """Its cameras, by name."""

    def __init__(
        self, pipe: Connection, sender: Sender, shared: Shared, archive: Archive, events: EventSink, backgrounds: Path
    ) -> None:
        self._pipe, self._outbox = pipe, sender
        self._shared, self._archive, self._events, self._backgrounds = shared, archive, events, backgrounds
        self._runners: dict[str, CameraRunner] = {}
        self._ending: list[CameraRunner] = []
        self._next_start_s = 0.0

    def run(self) -> None:
        """Runs until it is told to stop, or its parent is gone."""
        beat_s = float("-inf")
        while True:
            try:
                if self._pipe.poll(max(0.0, beat_s + BEAT_S - time.monotonic())) and not self._obey():
                    return
            except (EOFError, OSError):
                return
            if time.monotonic() >= beat_s + BEAT_S:
                beat_s = time.monotonic()
                self._beat()

    def _beat(self) -> None:
        hangs = self._shared.detection.busy_s > DETECTOR_HANGS_S  # everything is covered, and only a new process helps
        stuck = tuple(name for name, runner in self._runners.items() if hangs or runner.is_stuck)
        states = {name: runner.state() for name, runner in self._runners.items()}
        self._outbox.tell(States(states, stuck=stuck, left_out=self._events.left_out))
        self._ending = [runner for runner in self._ending if not runner.join(0.0)]

    def _obey(self) -> bool:
        """Returns whether to go on."""
        match read_order(self._pipe.recv_bytes()):
            case Run(plan):
                runner = self._runners.get(plan.camera)
                if runner is not None and plan.differs_in_rules_only(runner.plan):
                    runner.use_rules(plan)
                    return True
                before = self._end(plan.camera)
                now_s = time.monotonic()
                self._next_start_s = max(now_s, self._next_start_s + STAGGER_S)
                self._runners[plan.camera] = CameraRunner(
                    plan,
                    self._shared,
                    self._archive,
                    self._events,
                    self._backgrounds,
                    self._outbox.send,
                    start_after_s=self._next_start_s - now_s,
                    before=before,
                )
            case Drop(camera):
                self._end(camera)
            case Ask(camera, request):
                if camera in self._runners:
                    self._runners[camera].ask(request)
            case Stop():
                return False
        return True

    def _end(self, camera: str) -> CameraRunner | None:
        runner = self._runners.pop(camera, None)
        if runner is not None:
            runner.stop()
            self._ending.append(runner)
        return runner

    def stop(self) -> None:
        """Stops all cameras and closes their recordings; recovery finishes what does not end in time."""
        until_s = time.monotonic() + STOP_WITHIN_S
        running = [*self._runners.values(), *self._ending]
        for runner in running:
            runner.stop()
        for runner in running:
            runner.join(until_s - time.monotonic())
        self._outbox.tell(States({name: runner.state() for name, runner in self._runners.items()}))
