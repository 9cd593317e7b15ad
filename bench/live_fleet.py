"""Runs cameras through the fleet and says what that cost and what it brought."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from live_sources import Kind, cameras

from passerby.archive import Archive
from passerby.config.rule import Rule
from passerby.fleet.plan import CameraPlan
from passerby.fleet.supervisor import Fleet
from passerby.fleet.worker import Places
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach

READY_WITHIN_S = 180.0
SLICE_S = 8.0  # longer than anything that is done from time to time, but for learning
LEARN_EVERY_S = 0.4  # what is measured begins when all have learned
TOO_SLOW = (CameraStatus.STRAINED, CameraStatus.COVERED)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Of a number of cameras for some seconds. cores: processors in use by workers and parent; calm_cores: in the
    calmest slice of some seconds. strained: the share of the time in which a camera said so. recorded, source: bytes a
    second of one camera. back_s: from kill -9 of the worker until all were recording again, None where nobody was
    killed."""

    count: int
    cores: float
    calm_cores: float
    read: int
    left_out: int
    strained: float
    recorded: float
    source: float
    back_s: float | None = None

    @property
    def cores_each(self) -> float:
        return self.cores / self.count


def measure(
    kind: Kind, count: int, seconds: float, folder: Path, *, kill: bool = False, rules: tuple[Rule, ...] = ()
) -> Cost:
    """folder: new; the archive and what was learned are left in it. Raises TimeoutError where they do not record."""
    folder.mkdir()
    with Archive(folder) as archive, cameras(kind, count, folder.parent) as (addresses, source):
        archive.recover()
        plans = [
            CameraPlan(
                camera=f"c{number}",
                address=address,
                learn_every_s=LEARN_EVERY_S,
                reach=Reach(("127.0.0.0/8",)),
                rules=rules,
            )
            for number, address in enumerate(addresses)
        ]
        fleet = Fleet(Places(folder, folder / "backgrounds"), plans)
        fleet.start()
        try:
            _wait_until(fleet, _has_learned)
            time.sleep(3.0)
            cost = _watch(fleet, archive, count, seconds, source)
            back_s = _kill(fleet) if kill else None
        finally:
            fleet.stop()
    return Cost(**{**vars(cost), "back_s": back_s})


def _watch(fleet: Fleet, archive: Archive, count: int, seconds: float, source: float) -> Cost:
    before, began_s, cpu_s = _figures(fleet), time.monotonic(), _cpu_s(fleet)
    from_90k = time.time_ns() * 9 // 100_000
    strained = asked = 0
    samples = [(began_s, cpu_s)]
    while time.monotonic() < began_s + seconds:
        time.sleep(0.5)
        if time.monotonic() >= samples[-1][0] + SLICE_S:
            samples.append((time.monotonic(), _cpu_s(fleet)))
        states = fleet.states().values()
        asked += len(states)
        strained += sum(state.what in TOO_SLOW for state in states)
    took_s, cpu_s = time.monotonic() - began_s, _cpu_s(fleet) - cpu_s
    after, to_90k = _figures(fleet), time.time_ns() * 9 // 100_000
    gops = [
        entry.gop for camera in fleet.states() for entry in archive.playlist(camera, from_90k, to_90k).entries[1:-1]
    ]
    recorded = sum(gop.size for gop in gops) / max(1, sum(gop.duration_90k for gop in gops)) * TICKS_PER_S
    read, left_out = (int(after[name] - before[name]) for name in ("read", "left_out"))
    slices = [(after_s - before_s) / (at_s - from_s) for (from_s, before_s), (at_s, after_s) in pairwise(samples)]
    return Cost(
        count,
        cpu_s / took_s,
        min(slices, default=cpu_s / took_s),
        read,
        left_out,
        strained / max(1, asked),
        recorded,
        source,
    )


def _kill(fleet: Fleet) -> float:
    dead = fleet.pids[0]
    killed_s = time.monotonic()
    os.kill(dead, signal.SIGKILL)
    while dead in fleet.pids:
        time.sleep(0.02)
    _wait_until(fleet, lambda state: _has_learned(state) and bool(state.figures))
    return time.monotonic() - killed_s


def _has_learned(state: CameraState) -> bool:
    """It records, kept up with or not, and knows the place."""
    return state.records and state.what is not CameraStatus.LEARNING and state.progress is None


def _wait_until(fleet: Fleet, is_so: Callable[[CameraState], bool]) -> None:
    until_s = time.monotonic() + READY_WITHIN_S
    while not all(is_so(state) for state in fleet.states().values()):
        if time.monotonic() > until_s:
            raise TimeoutError(f"not all cameras record: {[state.reason for state in fleet.states().values()]}")
        time.sleep(0.05)


def _figures(fleet: Fleet) -> dict[str, float]:
    figures = [dict(state.figures) for state in fleet.states().values()]
    return {name: sum(each.get(name, 0.0) for each in figures) for name in ("read", "left_out")}


def _cpu_s(fleet: Fleet) -> float:
    """Of the workers and of this process, which is their parent."""
    return time.process_time() + sum(_cpu_of(pid) for pid in fleet.pids)


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
