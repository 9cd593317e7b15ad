"""How soon the first live picture is there on a machine that does not record: real NATS and PostgreSQL, one worker and
one `passerby api` on this machine, a WebSocket as the page opens it.

Run from the repository's root: `python -m bench.live_elsewhere [VIEWS]`.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from passerby.capture.drawn import draw_street
from passerby.rules.access import Role
from tests.cluster import Cluster, NatsServer, s3_server, wait_for
from tests.cluster_page import PageMachine, add_user
from tests.postgresql import postgresql_server

CAMERAS = 4
RECORDS = {"recording", "learning", "strained", "covered"}


def main(views: int) -> None:
    with tempfile.TemporaryDirectory() as name, postgresql_server() as postgresql, s3_server() as s3:
        folder = Path(name)
        video = folder / "street.mp4"
        draw_street(video, seconds=20, size=(160, 120), fps=2)
        nats = NatsServer(folder / "nats")
        cameras = {f"gate-{number}": f"file:{video}" for number in range(CAMERAS)}
        cluster = Cluster(folder, nats, postgresql.new_database(), s3, cameras)
        add_user(cluster, "kim", Role.VIEWER, Role.ADMIN)
        page = PageMachine(cluster, "page")
        try:
            cluster.start("a")
            page.sign_in("kim")
            wait_for(lambda: set(page.states().values()) <= RECORDS, "recording", 90)
            report([one_view(page, f"gate-{number % CAMERAS}") for number in range(views)])
        finally:
            page.kill()
            cluster.close()
            nats.kill()


def one_view(page: PageMachine, camera: str) -> float:
    """Seconds from opening the WebSocket to the first fragment. Nobody has watched the camera for a while."""
    viewing = page.watch(camera)
    try:
        return viewing.first_picture_s()
    finally:
        viewing.leave()
        time.sleep(1.0)


def report(took_s: list[float]) -> None:
    took_s.sort()
    print(f"{len(took_s)} views: median {statistics.median(took_s):.2f} s, longest {took_s[-1]:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
