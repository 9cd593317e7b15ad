"""How long cameras of a killed node are not recorded: real NATS, PostgreSQL and S3 on this machine, three workers.

Run from the repository's root: `python -m bench.fleet [RUNS]`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from passerby.capture.drawn import draw_street
from passerby.media.segments import TICKS_PER_S
from tests.cluster import Cluster, NatsServer, Worker, s3_server, wait_for
from tests.postgresql import postgresql_server

CAMERAS = 6
NODES = ("a", "b", "c")
SETTLES_S = 12.0  # every node has a worker to spare


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as name, postgresql_server() as postgresql, s3_server() as s3:
        folder = Path(name)
        video = folder / "street.mp4"
        draw_street(video, seconds=20, size=(160, 120), fps=2)
        nats = NatsServer(folder / "nats")
        cameras = {f"gate-{number}": f"file:{video}" for number in range(CAMERAS)}
        cluster = Cluster(folder, nats, postgresql.new_database(), s3, cameras)
        try:
            report([one_run(cluster, run) for run in range(runs)])
        finally:
            cluster.close()
            nats.kill()


def one_run(cluster: Cluster, run: int) -> list[float]:
    """Kills each node in turn and starts it again. Returns the gap of each camera it had."""
    nodes = {each.name: each for each in cluster.workers} if run else {}
    for name in NODES:
        if name not in nodes:
            cluster.start(name)
    victim = cluster.workers[run % len(NODES)]
    wait_for(lambda: len(cluster.holders()) == CAMERAS, "recording", 90)
    time.sleep(SETTLES_S)
    gaps = killed(cluster, victim)
    cluster.workers[run % len(NODES)] = Worker(cluster, victim.name)
    return gaps


def killed(cluster: Cluster, victim: Worker) -> list[float]:
    spool = cluster.spool_of(victim)
    had = {camera for camera, holder in cluster.holders().items() if holder == spool}
    victim.kill()
    at_90k = int(time.time() * TICKS_PER_S)

    def first() -> dict[str, int]:
        rows = [row for row in cluster.rows() if row.spool != spool and row.size and row.end_90k > at_90k]
        return {row.camera: row.start_90k for row in reversed(rows) if row.camera in had}

    wait_for(lambda: first().keys() == had, "recording elsewhere", 60)
    return [(start_90k - at_90k) / TICKS_PER_S for start_90k in first().values()]


def report(runs: list[list[float]]) -> None:
    gaps = sorted(gap for run in runs for gap in run)
    print(f"{len(runs)} nodes killed, {len(gaps)} cameras: first picture elsewhere after")
    print(f"  median {statistics.median(gaps):.1f} s, longest {gaps[-1]:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
