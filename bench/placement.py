"""What the control plane of a cell costs, and how cameras move: real NATS and PostgreSQL, nodes that record nothing.

Run from the repository's root: `python -m bench.placement [NODES] [CAMERAS_A_NODE]`. The nodes are the real keepers,
with their real sessions, reports and states, in a few processes; only the pictures are missing. Rows of recordings are
written by the real code, as fast as it goes, and the time of PostgreSQL is counted for each GOP. Processor time is that
of the servers' own processes, from /proc: other work on the machine makes it some tenths more, and is not counted
itself. In the environment: SECONDS=30, LEASE_S=3, SLOTS=1024; PARTS='["join", "steady", "rows"]'.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from bench.machine import describe_machine
from passerby.archive.rows import Rows
from passerby.config.cluster import Cluster
from passerby.fleet.control import ControlAway, Session
from passerby.fleet.keeper import BEATS_A_LEASE, Keeper
from passerby.fleet.live_feed import LiveFeed
from passerby.fleet.nats.control import NatsControl
from passerby.fleet.nats.sending import NodeLink
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.segments import TICKS_PER_S, ArchivedObject, Gop, InitSegment, ObjectState
from passerby.objects.names import ObjectName
from passerby.rules.placement import slot_of
from tests.cluster import NatsServer
from tests.postgresql import postgresql_server

SECONDS = float(os.environ.get("SECONDS", "30"))
LEASE_S = float(os.environ.get("LEASE_S", "3"))
SLOTS = int(os.environ.get("SLOTS", "1024"))
REPORT_EVERY_S = 2.0
NODES_A_PROCESS = 13
GOP_S = 2.0
GOPS_IN_ROW = 225  # an object has 450 when it ends
SETTLED_S = 5.0
TICK = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Of a process and its children, also of those that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = sum(int(each) for each in fields[11:15]) / TICK
    found = own
    for each in children:
        with suppress(FileNotFoundError):
            found += processor_s(int(each))
    return found


def settings_of(address: str) -> Cluster:
    return Cluster(servers=(address,), lease_s=LEASE_S, slots=SLOTS)


class FakeNode:
    """A real keeper with its report and its states, and no camera."""

    def __init__(self, settings: Cluster, number: int, cameras: dict[int, list[str]]) -> None:
        """cameras: by slot."""
        self.name = f"node-{number}"
        self.control = NatsControl(settings, self.name)
        self.keeper = Keeper(self.control, Session(self.name, f"{self.name}-1", 1.0), LEASE_S)
        self._cameras, self._stopping = cameras, threading.Event()
        self._link = NodeLink(
            settings, self.name, self.keeper._session.process, LiveFeed(), self.keeper.token_of, self._states,
            lambda camera, request: False,
        )  # fmt: skip
        for every_s, do in ((LEASE_S / BEATS_A_LEASE, self.keeper.beat), (REPORT_EVERY_S, self._report)):
            threading.Thread(target=self._go_on, args=(every_s, do), daemon=True).start()

    def _go_on(self, every_s: float, do: Callable[[], None]) -> None:
        next_s = time.monotonic()
        while not self._stopping.is_set():
            do()
            next_s = max(next_s + every_s, time.monotonic())
            self._stopping.wait(next_s - time.monotonic())

    def _states(self) -> dict[str, CameraState]:
        held = list(self.keeper._held)
        return {
            camera: CameraState(CameraStatus.RECORDING, "all is well", 1)
            for slot in held
            for camera in self._cameras.get(slot, ())
        }

    def _report(self) -> None:
        cameras = {camera: [state.what, state.reason, state.since_90k] for camera, state in self._states().items()}
        with suppress(ControlAway):
            self.control.report(self.name, {"at_90k": 1, "since_90k": 1, "cameras": cameras})

    def close(self) -> None:
        self._stopping.set()
        self._link.close()
        self.control.close()


def some_nodes(pipe: Pipe, address: str, numbers: list[int], cameras: list[str]) -> None:
    """In a process of its own, until it is told anything. Then says whether a node lost its session."""
    settings = settings_of(address)
    by_slot: dict[int, list[str]] = {}
    for camera in cameras:
        by_slot.setdefault(slot_of(camera, SLOTS), []).append(camera)
    nodes = [FakeNode(settings, number, by_slot) for number in numbers]
    pipe.recv()
    pipe.send([node.keeper.trouble for node in nodes])
    for node in nodes:
        node.close()


class Nodes:
    def __init__(self, address: str, cameras: list[str]) -> None:
        self._address, self._cameras = address, cameras
        self._processes: list[tuple[multiprocessing.Process, Pipe]] = []

    def start(self, numbers: list[int]) -> None:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=some_nodes, args=(theirs, self._address, numbers, self._cameras), daemon=True
        )
        process.start()
        self._processes.append((process, ours))  # type: ignore[arg-type]

    @property
    def processor_s(self) -> list[float]:
        return [processor_s(process.pid or 0) for process, _ in self._processes]

    def stop(self) -> list[str]:
        """What troubles nodes had."""
        for _, pipe in self._processes:
            pipe.send(None)
        said = [each for _, pipe in self._processes for each in pipe.recv() if each]
        for process, _ in self._processes:
            process.join(20)
            process.kill()
        return said


def holders(control: NatsControl) -> dict[int, str]:
    return {slot: each.node for slot, each in control.table()[1].slots.items()}


def wait_until_settled(control: NatsControl, nodes: int, within_s: float = 240) -> float:
    """Every slot has a node, and nothing moved for a while. Returns when the last one moved."""
    begun_s = changed_s = time.monotonic()
    before: dict[int, str] = {}
    while time.monotonic() - begun_s < within_s:
        now = holders(control)
        if now != before:
            before, changed_s = now, time.monotonic()
        elif len(now) == SLOTS and len(set(now.values())) == nodes and time.monotonic() - changed_s > SETTLED_S:
            return changed_s
        time.sleep(0.2)
    raise SystemExit(f"after {within_s:.0f} s {len(set(before.values()))} nodes have {len(before)} of {SLOTS} slots")


def join(cameras: int) -> None:
    """A fifth node joins four."""
    with ExitStack() as ends:
        server = NatsServer(Path(ends.enter_context(tempfile.TemporaryDirectory())) / "nats")
        ends.callback(server.kill)
        names = [f"camera-{number}" for number in range(cameras)]
        nodes = Nodes(server.address, names)
        control = ends.enter_context(
            closing(NatsControl(Cluster(servers=(server.address,), lease_s=LEASE_S, slots=SLOTS), "bench"))
        )
        nodes.start([0, 1, 2, 3])
        wait_until_settled(control, 4)
        table = control.table()[1]
        before = {name: table.slots[table.slot_of(name)].node for name in names}
        begun_s = time.monotonic()
        nodes.start([4])
        until_s = wait_until_settled(control, 5)
        table = control.table()[1]
        after = {name: table.slots[table.slot_of(name)].node for name in names}
        moved = [after[name] for name in names if after[name] != before[name]]
        trouble = nodes.stop()
        print(
            f"a fifth node: {len(moved) / cameras:.1%} of {cameras} cameras moved, "
            f"{sum(each == 'node-4' for each in moved)} of {len(moved)} to it; "
            f"it had its share {until_s - begun_s:.1f} s after its process was started; troubles: {trouble}"
        )


def steady(count: int, cameras_a_node: int) -> None:
    """Nodes that go on with what they have."""
    with ExitStack() as ends:
        server = NatsServer(Path(ends.enter_context(tempfile.TemporaryDirectory())) / "nats")
        ends.callback(server.kill)
        names = [f"camera-{number}" for number in range(count * cameras_a_node)]
        nodes = Nodes(server.address, names)
        control = ends.enter_context(
            closing(NatsControl(Cluster(servers=(server.address,), lease_s=LEASE_S, slots=SLOTS), "bench"))
        )
        nodes.start([0])  # alone in its process: it has slot 0 as long as that is its own
        numbers = list(range(1, count))
        for first in range(0, len(numbers), NODES_A_PROCESS):
            nodes.start(numbers[first : first + NODES_A_PROCESS])
        wait_until_settled(control, count)
        assert server._process
        pid = server._process.pid
        moved, begun_s, nats_s, nodes_s = control.table()[0], time.monotonic(), processor_s(pid), nodes.processor_s
        time.sleep(SECONDS)
        took_s = time.monotonic() - begun_s
        nats = (processor_s(pid) - nats_s) / took_s
        of_nodes = [(now - then) / took_s for now, then in zip(nodes.processor_s, nodes_s, strict=True)]
        is_same = control.table()[0] == moved
        trouble = nodes.stop()
        print(
            f"{len(names)} cameras, {count} nodes, {SLOTS} slots, lease {LEASE_S:g} s: nats-server {nats:.3f} cores; "
            f"one node by itself {of_nodes[0]:.3f}; all others {sum(of_nodes[1:]):.2f}; nothing moved: {is_same}; "
            f"troubles: {trouble}; load average {os.getloadavg()[0]:.0f}"
        )


def rows_of_gops(seconds: float, threads: int = 4) -> None:
    """What PostgreSQL does for each GOP of each camera: the fence is asked, and the row written."""
    with postgresql_server() as postgresql:
        rows = Rows(postgresql.new_database())
        init = InitSegment("i", b"x" * 700, 160, 120, "avc1.64001e")
        gops = tuple(Gop(each * 180_000, 180_000, 1000 + each * 9000, 9000, 10) for each in range(GOPS_IN_ROW))
        done = [0] * threads
        is_over = threading.Event()

        def record(thread: int) -> None:
            number = 0
            while not is_over.is_set():
                camera = f"camera-{thread}-{number % 250}"
                number += 1
                name = ObjectName(camera, 0, 7, 7)
                facts = ArchivedObject(
                    camera, name.key, 0, GOPS_IN_ROW * 2 * TICKS_PER_S, 2_000_000, ObjectState.OPEN, init.id, "spool",
                    gops, 7, 7,
                )  # fmt: skip
                rows.admit(camera, 7)
                rows.save(facts, init)
                done[thread] += 1

        workers = [threading.Thread(target=record, args=(each,)) for each in range(threads)]
        for each in workers:
            each.start()
        time.sleep(5)
        pid = postgresql._server.get_pid()
        begun_s, used_s, before = time.monotonic(), processor_s(pid), sum(done)
        time.sleep(seconds)
        written, used_s, took_s = sum(done) - before, processor_s(pid) - used_s, time.monotonic() - begun_s
        is_over.set()
        for each in workers:
            each.join()
        a_gop_s = used_s / written
        print(
            f"PostgreSQL: {a_gop_s * 1000:.3f} ms of a core for each GOP ({written / took_s:.0f} a second, "
            f"{GOPS_IN_ROW} GOPs in the row): {GOP_S / a_gop_s:.0f} cameras with GOPs of {GOP_S:g} s take one core"
        )
        rows.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    cameras = int(sys.argv[2]) if len(sys.argv) > 2 else 80
    parts = json.loads(os.environ.get("PARTS", '["join", "steady", "rows"]'))
    print(describe_machine())
    if "join" in parts:
        join(4000)
    if "steady" in parts:
        steady(count, cameras)
    if "rows" in parts:
        rows_of_gops(SECONDS)


if __name__ == "__main__":
    main()
