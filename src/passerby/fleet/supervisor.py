"""Spreads cameras over workers, watches the workers, and replaces those that died or hung."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import suppress
from itertools import islice

from passerby.clock import SystemClock
from passerby.errors import os_reason
from passerby.fleet.child import Child
from passerby.fleet.kept import KeptReference, forget_kept, kept_cameras
from passerby.fleet.live_feed import LiveFeed
from passerby.fleet.plan import CameraPlan
from passerby.fleet.worker import STOP_WITHIN_S, Places
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.requests import CameraRequest
from passerby.rules.backoff import wait_s
from passerby.rules.quarantine import WorkerEnds

WATCH_S = 0.2
SPARE_AFTER_S = 5.0  # the cameras come first
QUICK_S = 20.0
"""A worker that died sooner died of its work: its replacement waits longer, and its cameras are split up, so that the
one that kills it ends up alone."""


class Fleet:
    """All cameras of one machine. Thread-safe."""

    def __init__(
        self,
        places: Places,
        plans: Iterable[CameraPlan] = (),
        workers: int | None = None,
        *,
        stands_by: bool = False,
    ) -> None:
        """workers: processes; None: one for each processor, since Python runs one thread at a time in each of them.
        Each loads the detectors, about 200 MB. stands_by: cameras of other machines may come at any time, so that one
        is loaded even without cameras, and what comes goes to those that are loaded."""
        self._stands_by = stands_by
        self._places = places
        self._count = workers or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._first = {plan.camera: plan for plan in plans}
        self._children: list[Child] = []
        self._spare: Child | None = None
        self._waiting: list[_Waiting] = []
        self._lost: dict[str, CameraState] = {}
        self._deaths = 0
        self._ends = WorkerEnds()
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="passerby-watchdog", daemon=True)
        self.feed = LiveFeed()
        self.trouble: str | None = None
        """Why workers are not being watched at the moment, one sentence."""

    def start(self) -> None:
        """Returns at once; cameras record some seconds later. Recover the archive first."""
        names = list(self._first)
        with self._lock:
            for n in range(min(self._count, len(names))):
                self._spawn({name: self._first[name] for name in islice(names, n, None, self._count)})
        self._watchdog.start()

    def stop(self) -> None:
        """Ends every worker and closes its recordings."""
        self._stopping.set()
        if self._watchdog.is_alive():
            self._watchdog.join()
        with self._lock:
            children = [*self._children, self._spare] if self._spare else self._children
            for child in children:
                child.tell_to_stop()
            until_s = time.monotonic() + STOP_WITHIN_S + 3.0
            for child in children:
                child.join(until_s - time.monotonic())
            self._children, self._spare = [], None

    def run(self, plan: CameraPlan) -> None:
        """Start a camera, or apply its new plan."""
        with self._lock:
            for place in self._holders():
                if plan.camera in place.plans:
                    place.run(plan)
                    return
            if plan.camera in self._ends.quarantined(time.monotonic()):
                self._spawn({plan.camera: plan})
                return
            shared = self._shared()
            is_new_ready = self._spare is not None and self._spare.is_ready
            loaded = [each for each in shared if isinstance(each, Child) and each.is_ready] if self._stands_by else []
            if loaded and not is_new_ready:
                min(loaded, key=lambda child: len(child.plans)).run(plan)
                return
            if len(shared) < self._count:
                self._spawn({plan.camera: plan})
                return
            min(shared, key=lambda place: len(place.plans)).run(plan)

    def drop(self, camera: str) -> None:
        """Stop a camera; its recordings and what it learned stay."""
        with self._lock:
            for place in self._holders():
                place.drop(camera)
            self._lost.pop(camera, None)
            self.feed.forget(camera)

    def forget(self, camera: str) -> None:
        """Stop a camera that was removed, and delete what it learned."""
        self.drop(camera)
        forget_kept(self._places.backgrounds, camera)

    def forget_all_but(self, cameras: Collection[str]) -> None:
        """What a camera learned is deleted with it: another of the same name may show another place, to
        other people."""
        for camera in kept_cameras(self._places.backgrounds) - set(cameras):
            self.forget(camera)

    def ask(self, camera: str, request: CameraRequest) -> bool:
        """Passes a request on to a camera. Returns whether a worker has it."""
        with self._lock:
            holders = [child for child in self._children if camera in child.plans]
            for child in holders:
                child.ask(camera, request)
            return bool(holders)

    def reference(self, camera: str) -> bytes | None:
        """A JPEG of what it should show, established background only; None if there is none yet."""
        return KeptReference(self._places.backgrounds, camera).still()

    def states(self) -> dict[str, CameraState]:
        """The state of every camera, at most half a second old."""
        with self._lock:
            states: dict[str, CameraState] = {}
            for place in self._holders():
                for camera in place.plans:
                    states[camera] = self._lost.get(camera) or _STARTING
                of = place.states.of if isinstance(place, Child) else {}
                states |= {camera: state for camera, state in of.items() if camera in place.plans}
            return states

    def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        """See `LiveFeed.subscribe`."""
        return self.feed.subscribe(camera)

    @property
    def is_ready(self) -> bool:
        """Whether a worker has loaded what it needs: a camera that comes now is recorded at once."""
        with self._lock:
            return any(child.is_ready for child in [*self._children, *([self._spare] if self._spare else [])])

    def quarantined(self) -> dict[str, int]:
        """Cameras that end workers, and have one for themselves: how many each has ended."""
        with self._lock:
            return self._ends.quarantined(time.monotonic())

    def know_quarantined(self, told: Mapping[str, int]) -> None:
        """What other machines found. Before such a camera comes."""
        with self._lock:
            self._ends.know(told, time.monotonic())

    @property
    def left_out(self) -> int:
        """How many events the present workers have not written, and will not."""
        with self._lock:
            return sum(child.states.left_out for child in self._children)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        with self._lock:
            return [child.pid for child in self._children]

    def _holders(self) -> list[Child | _Waiting]:
        """Everything that has cameras."""
        return [*self._children, *self._waiting]

    def _shared(self) -> list[Child | _Waiting]:
        """Those that may get more: what ends workers is alone."""
        alone = self._ends.quarantined(time.monotonic())
        return [each for each in self._holders() if not alone.keys() & each.plans.keys()]

    def _spawn(self, plans: dict[str, CameraPlan]) -> None:
        """Starts another worker, or takes the spare one if it is ready. If it cannot be started, retries later."""
        if self._spare is None or not self._spare.is_ready or self._spare.trouble():
            try:
                self._children.append(Child(self._places, plans, self.feed.publish))
            except (OSError, RuntimeError) as error:  # too many processes or threads, or no memory
                self._deaths += 1
                self._lose(
                    plans,
                    f"its worker could not be started: {os_reason(error) if isinstance(error, OSError) else error}",
                )
                self._waiting.append(_Waiting(plans, time.monotonic() + wait_s(self._deaths, random.random())))
            return
        child, self._spare = self._spare, None
        self._children.append(child)
        for plan in plans.values():
            child.run(plan)

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_S):
            try:
                with self._lock:
                    self._look_after()
                self.trouble = None
            except Exception as error:  # whatever it is: otherwise nothing would replace workers
                self.trouble = f"workers could not be checked: {type(error).__name__}"

    def _look_after(self) -> None:
        for child in list(self._children):
            why = child.trouble()
            if why is not None:
                self._replace(child, why)
        for waiting in [each for each in self._waiting if time.monotonic() >= each.until_s]:
            self._waiting.remove(waiting)
            self._spawn(waiting.plans)
        self._keep_spare()
        watched = self.feed.watched
        for child in self._children:
            child.note_watched(watched & child.plans.keys())

    def _keep_spare(self) -> None:
        """Loading takes seconds, so one loaded worker stands by to replace another. Without cameras none runs, unless
        those of other machines may come."""
        if self._spare is not None and self._spare.trouble():
            self._spare.kill()
            self._spare = None
        is_calm = all(child.is_ready and child.age_s > SPARE_AFTER_S for child in self._children)
        if self._spare is None and (self._children or self._stands_by) and is_calm and not self._waiting:
            with suppress(OSError, RuntimeError):  # then a dead worker is replaced a little later
                self._spare = Child(self._places, {}, self.feed.publish)

    def _replace(self, child: Child, why: str) -> None:
        child.kill()
        self._children.remove(child)
        for camera in child.plans:
            self.feed.forget(camera)
        self._lose(child.plans, f"restarting its worker: {why}")
        now_s = time.monotonic()
        if child.is_ready and child.plans:
            self._ends.note([each for each in child.plans if each in child.states.stuck] or [*child.plans], now_s)
        is_suspect = any(self._ends.is_suspect(camera, now_s) for camera in child.plans)
        if child.age_s >= QUICK_S:
            self._deaths = 0
            for plans in _apart(child.plans, child.states.stuck):
                for part in _parts(plans) if is_suspect else [plans]:
                    self._spawn(part)
            return
        self._deaths += 1
        later_s = now_s + wait_s(self._deaths, random.random())
        for plans in _parts(child.plans) if is_suspect or self._deaths > 1 else [child.plans]:
            self._waiting.append(_Waiting(plans, later_s))

    def _lose(self, cameras: Iterable[str], why: str) -> None:
        now_90k = SystemClock().now_90k()
        self._lost |= {camera: CameraState(CameraStatus.FAILED, why, now_90k) for camera in cameras}


class _Waiting:
    """Cameras whose worker died at once; they get another a little later."""

    def __init__(self, plans: dict[str, CameraPlan], until_s: float) -> None:
        self.plans, self.until_s = dict(plans), until_s

    def run(self, plan: CameraPlan) -> None:
        self.plans[plan.camera] = plan

    def drop(self, camera: str) -> None:
        self.plans.pop(camera, None)


def _apart(plans: dict[str, CameraPlan], stuck: Collection[str]) -> list[dict[str, CameraPlan]]:
    """The healthy cameras, first since one spare worker is ready, and those that hung their worker."""
    well = {name: plan for name, plan in plans.items() if name not in stuck}
    hung = {name: plan for name, plan in plans.items() if name in stuck}
    return [each for each in (well, hung) if each]


def _parts(plans: dict[str, CameraPlan]) -> list[dict[str, CameraPlan]]:
    """Two halves, if there are two cameras or more."""
    names = list(plans)
    halves = names[::2], names[1::2]
    return [{name: plans[name] for name in half} for half in halves if half]


_STARTING = CameraState(CameraStatus.CONNECTING, "starting its worker", SystemClock().now_90k())
