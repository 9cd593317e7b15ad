"""A rolling upgrade with real NATS, PostgreSQL and S3: this version and the next record side by side."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.capture.drawn import draw_street
from passerby.media.segments import TICKS_PER_S
from passerby.version import __version__
from tests.cluster import Cluster, NatsServer, Worker, s3_server, wait_for
from tests.next_version import REVISION, VERSION, make_next_version
from tests.postgresql import PostgreSql

pytestmark = pytest.mark.slow
CAMERAS = ("gate-0", "gate-3")
"""Of the sixteen slots, that of the first belongs to a node named old, that of the second to one named new."""
STARTS_WITHIN_S = 240.0
GOES_ON_WITHIN_S = 120.0


@pytest.fixture
def cluster(tmp_path: Path, postgresql: PostgreSql) -> Iterator[Cluster]:
    video = tmp_path / "street.mp4"
    draw_street(video, seconds=20, size=(160, 120), fps=2)
    with s3_server() as s3:
        nats = NatsServer(tmp_path / "nats")
        cameras = dict.fromkeys(CAMERAS, f"file:{video}")
        patient = "lease_s = 15\n"  # on a busy machine a shorter one lapses now and then
        found = Cluster(tmp_path, nats, postgresql.new_database(), s3, cameras, of_cluster=patient)
        try:
            yield found
        finally:
            found.close()
            nats.kill()


def start_next(cluster: Cluster, name: str, path: str) -> Worker:
    ours = cluster.env
    cluster.env = ours | {"PYTHONPATH": path}
    try:
        return cluster.start(name)[0]
    finally:
        cluster.env = ours


def of_both(cluster: Cluster) -> bool:
    holders = cluster.holders()
    return len(holders) == len(CAMERAS) and len(set(holders.values())) == 2


def revision(cluster: Cluster) -> str:
    return str(cluster.read("SELECT version_num FROM alembic_version")[0][0])


def children(worker: Worker) -> list[int]:
    """Its worker processes."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[2]) == worker.group and b"spawn_main" in command:
            found.append(int(stat.parent.name))
    return found


def recorded_since(cluster: Cluster, spool: str, since_90k: int) -> bool:
    return any(row.spool == spool and row.size and row.start_90k > since_90k for row in cluster.rows())


def test_the_version_before_records_beside_the_next_until_it_may_not(cluster: Cluster, tmp_path: Path) -> None:
    path = make_next_version(tmp_path / "next")
    (old,) = cluster.start("old")
    wait_for(lambda: len(cluster.holders()) == len(CAMERAS), "recording", STARTS_WITHIN_S)
    new = start_next(cluster, "new", path)
    wait_for(lambda: of_both(cluster), "recording on both", STARTS_WITHIN_S)
    assert revision(cluster) == REVISION, "the new one has migrated the catalogue while the old one recorded"
    said = cluster.command("nodes") + cluster.command("status")
    assert f"old lags behind: it runs passerby {__version__}, and the newest here is {VERSION}" in said
    assert "unknown" not in said and "new lags" not in said

    for pid in children(old):
        os.kill(pid, signal.SIGKILL)
    killed_90k = int(time.time() * TICKS_PER_S)
    spool = cluster.spool_of(old)
    wait_for(
        lambda: recorded_since(cluster, spool, killed_90k), "the old one opens the newer catalogue", GOES_ON_WITHIN_S
    )

    cluster.read("UPDATE schema_steps SET usable_from = revision RETURNING revision")
    assert old.wait(GOES_ON_WITHIN_S) != 0
    assert "a newer passerby changed the catalogue's tables, and this version may not use them" in old.says
    wait_for(
        lambda: set(cluster.holders().values()) == {cluster.spool_of(new)}, "all of it on the new one", GOES_ON_WITHIN_S
    )
    (again,) = cluster.start("old")
    assert again.wait(GOES_ON_WITHIN_S) != 0 and "of a newer passerby, and this version may not use them" in again.says
