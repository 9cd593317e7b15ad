"""Several machines whose cameras and servers benches and campaigns start, kill and cut off."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from passerby.capture.drawn import draw_street
from passerby.media.segments import TICKS_PER_S
from tests.cluster import Cluster, NatsServer, Worker, s3_server, wait_for
from tests.namespaces import NATS, POSTGRESQL, S3, Network, certificate, network
from tests.postgresql import PostgreSql, postgresql_server
from tests.wire import Relay


class Machines:
    """Machines that record the same cameras between them, and what is to be said of it."""

    def __init__(self, cluster: Cluster, postgresql: PostgreSql, machines: Network | None = None) -> None:
        self.cluster, self.postgresql, self.network = cluster, postgresql, machines
        self.machines: dict[str, str] = {}
        self.said: list[str] = []

    def start(self, name: str, clock_off_s: float = 0.0) -> Worker:
        within: list[str] = []
        if self.network:
            self.machines[name] = self.machines.get(name) or self.network.machine()
            within = self.network.within(self.machines[name])
        worker = Worker(self.cluster, name, within, clock_off_s)
        self.cluster.workers = [each for each in self.cluster.workers if each.name != name] + [worker]
        return worker

    @property
    def workers(self) -> dict[str, Worker]:
        return {each.name: each for each in self.cluster.workers}

    def busiest(self) -> Worker:
        """The worker that records most cameras."""
        holders = list(self.cluster.holders().values())
        return max(self.cluster.workers, key=lambda each: holders.count(self.cluster.spool_of(each)))

    def wait_until_all_record(self, within_s: float = 90) -> float:
        """Whole GOPs of the last seconds of every camera are in the catalogue."""

        def is_so() -> bool:
            newest: dict[str, int] = {}
            for row in self.cluster.rows():
                newest[row.camera] = max(newest.get(row.camera, 0), row.end_90k)
            now_90k = time.time() * TICKS_PER_S
            return len(newest) == len(self.cluster.cameras) and all(
                now_90k - each < 10 * TICKS_PER_S for each in newest.values()
            )

        return wait_for(is_so, "recording", within_s)

    def say(self, what: str) -> None:
        self.said.append(what)


@contextmanager
def machines(count: int, of_camera: str = "", *, is_apart: bool) -> Iterator[Machines]:
    """None of them runs yet. count: of cameras. of_camera: settings of each. is_apart: in networks of their own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgresql = stack.enter_context(postgresql_server())
        apart = stack.enter_context(network()) if is_apart else None
        s3 = stack.enter_context(s3_server(S3) if apart else s3_server())
        video = folder / "street.mp4"
        draw_street(video, seconds=20, size=(160, 120), fps=2)
        cameras = {f"gate-{number}": f"file:{video}" for number in range(count)}
        catalogue = postgresql.new_database()
        if apart:
            address, _, socket_folder = catalogue.partition("?host=")
            relay = Relay((POSTGRESQL, 5432), f"{socket_folder}/.s.PGSQL.5432")
            stack.callback(relay.close)
            catalogue = address.replace("@/", f"@{POSTGRESQL}:5432/")
        tls = certificate(folder, NATS) if apart else None
        nats = NatsServer(folder / "nats", NATS if apart else "127.0.0.1", tls)
        stack.callback(nats.kill)
        cluster = Cluster(folder, nats, catalogue, s3, cameras, rules(count), of_camera)
        stack.callback(cluster.close)
        yield Machines(cluster, postgresql, apart)


def rules(count: int) -> str:
    """A line in each camera, whose crossings are events."""
    return "".join(
        f'[[rule]]\ncamera = "gate-{number}"\nname = "line"\nkind = "line"\n'
        'line = [[0.5, 0.0], [0.5, 1.0]]\nalert = "both"\n'
        for number in range(count)
    )
