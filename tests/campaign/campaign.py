"""Runs the service under random faults, one after another or several at once, and keeps book of them."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from passerby.rules.retention import MIN_HOURS
from passerby.testing.rtsp import RtspServer
from passerby.testing.web import WebServer
from tests.campaign.cameras import (
    CAMERAS,
    LOGIN,
    RTSP,
    WEB,
    config,
    feeds,
    random_script,
    random_web_camera,
    spoiled,
    web_camera,
)
from tests.campaign.service import Service
from tests.postgresql import PostgreSql

NOT_RECORDING = {"connecting", "silent", "failed", "stopped"}
"""In every other state pictures are recorded, be they covered or not as they should be."""
BACK_WITHIN_S = 90.0
ALL = "*"


@dataclass
class Fault:
    """What was done, to which camera (`*`: all), from when until all was well again, in seconds since 1970."""

    kind: str
    camera: str
    from_s: float
    until_s: float = float("inf")


@dataclass
class Campaign:
    """folder: empty; the service's data is in its `data`. seed: the same gives the same faults, if not the same times.

    keep_hours: of one of the cameras, so that recordings go while things break. database: a server for the catalogue,
    which is killed too; None: SQLite.
    """

    folder: Path
    seed: int = 1
    keep_hours: float = MIN_HOURS
    database: PostgreSql | None = None
    catalogue_url: str | None = field(default=None, init=False)
    faults: list[Fault] = field(default_factory=list)
    said: list[tuple[float, dict[str, str] | None]] = field(default_factory=list)
    """What the cameras were said to be, twice a second."""

    def run(self, seconds: float, tell: Callable[[str], None] = lambda line: None) -> None:
        """Until at least so long after all cameras were recording; ends with the service stopped in order."""
        self._rng = random.Random(self.seed)
        self.catalogue_url = self.database.new_database() if self.database else None
        with (
            RtspServer(feeds(), login=LOGIN) as self._cameras,
            WebServer({f"/{WEB}": web_camera()}) as self._web,
        ):
            self._clean = dict(self._cameras.feeds)
            web_url = self._web.url(f"/{WEB}", f"{':'.join(LOGIN)}@")
            toml = config(self._cameras.port, web_url, self.keep_hours, self.catalogue_url)
            self._service = Service(self.folder, toml)
            over = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(over,))
            try:
                self._service.start()
                self._service.make_user()
                watcher.start()
                self._until_back()
                end_s = time.monotonic() + seconds
                while time.monotonic() < end_s:
                    self._round(tell)
                assert self._service.stop() == 0, self._service.said[-3000:]
                until_s = time.monotonic() + 10.0  # a worker whose parent was killed closes its recordings first
                while left := self._service.left:
                    assert time.monotonic() < until_s, (left, self._service.said[-3000:])
                    time.sleep(0.1)
            finally:
                over.set()
                if watcher.ident:
                    watcher.join()
                self._service.end()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        return self._service.said

    def _round(self, tell: Callable[[str], None]) -> None:
        """One fault, or some at once; then until all cameras record, and a little longer."""
        began_s = time.time()
        faults = [self._one() for _ in range(self._rng.choice([1, 1, 1, 2, 3]))]
        self._until_back()
        now_s = time.time()
        for fault in faults:
            fault.until_s = now_s
        tell(f"{len(self.faults):4} faults; {now_s - began_s:5.1f} s: {', '.join(each.kind for each in faults)}")
        time.sleep(self._rng.uniform(0.2, 4.0))

    def _one(self) -> Fault:
        kinds: dict[str, Callable[[], str]] = {
            "worker killed": self._kill_worker, "parent killed": self._kill_parent, "all killed": self._kill_all,
            "worker hung": self._hang, "disk full": self._fill_disk, "camera": self._break_camera,
            "camera spoiled": self._spoil_camera, "camera cut": self._cut_camera, "web camera": self._break_web_camera,
            "database killed": self._kill_database,
        }  # fmt: skip
        kind = self._rng.choices(list(kinds), [5, 3, 2, 1, 2, 3, 1, 2, 2, 2 if self.database else 0])[0]
        fault = Fault(kind, ALL, time.time())
        self.faults.append(fault)
        fault.camera = kinds[kind]()
        return fault

    def _kill_worker(self) -> str:
        workers = self._service.workers
        if workers:
            self._service.send(signal.SIGKILL, self._rng.choice(workers))
        return ALL

    def _kill_parent(self) -> str:
        self._service.kill()
        time.sleep(self._rng.choice([0.0, 0.3, 2.0]))  # its workers close what they recorded, or are about to
        self._service.start()
        return ALL

    def _kill_all(self) -> str:
        self._service.kill(with_workers=True)
        self._service.start()
        return ALL

    def _hang(self) -> str:
        hung = self._rng.choice(self._service.workers or [0])
        if hung:
            self._service.send(signal.SIGSTOP, hung)
            until_s = time.monotonic() + 12.0
            while hung in self._service.workers and time.monotonic() < until_s:
                time.sleep(0.1)
            self._service.send(signal.SIGCONT, hung)  # a process that nobody waits for, such as Python's tracker
        return ALL

    def _fill_disk(self) -> str:
        self._service.limit_files(self._rng.choice([0, 4_000, 60_000, 400_000]))
        time.sleep(self._rng.uniform(1.0, 6.0))
        self._service.limit_files(-1)
        return ALL

    def _break_camera(self) -> str:
        name = self._rng.choice(RTSP)
        self._cameras.scripts[f"/{name}"] = random_script(self._rng)
        self._interrupt(self._cameras, name)
        self._cameras.scripts.pop(f"/{name}")
        self._cameras.cut(f"/{name}")
        return name

    def _break_web_camera(self) -> str:
        self._web.cameras[f"/{WEB}"] = random_web_camera(self._rng)
        self._interrupt(self._web, WEB)
        self._web.cameras[f"/{WEB}"] = web_camera()
        self._web.cut(f"/{WEB}")
        return WEB

    def _kill_database(self) -> str:
        assert self.database
        self.database.kill()
        time.sleep(self._rng.uniform(0.0, 6.0))
        self.database.start()
        return ALL

    def _spoil_camera(self) -> str:
        name = self._rng.choice(RTSP)
        self._cameras.feeds[f"/{name}"] = spoiled(self._clean[f"/{name}"], self._rng)
        self._interrupt(self._cameras, name)
        self._cameras.feeds[f"/{name}"] = self._clean[f"/{name}"]
        self._cameras.cut(f"/{name}")
        return name

    def _interrupt(self, server: RtspServer | WebServer, name: str) -> None:
        server.cut(f"/{name}")
        time.sleep(self._rng.uniform(2.0, 9.0))

    def _cut_camera(self) -> str:
        name = self._rng.choice(RTSP)
        self._cameras.cut(f"/{name}")
        return name

    def _until_back(self) -> None:
        """What is said just after a death is of before it: so it has to be said for a second."""
        until_s, well_since_s = time.monotonic() + BACK_WITHIN_S, None
        self._service.wait_until_up()
        while well_since_s is None or time.monotonic() - well_since_s < 1.0:
            states = self._service.states()
            is_well = states is not None and len(states) == len(CAMERAS) and not NOT_RECORDING & set(states.values())
            well_since_s = (well_since_s or time.monotonic()) if is_well else None
            assert time.monotonic() < until_s, f"{states}\n{self.faults[-4:]}\n{self.log[-3000:]}"
            time.sleep(0.1)

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(0.5):
            self.said.append((time.time(), self._service.states()))
