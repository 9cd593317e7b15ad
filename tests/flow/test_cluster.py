"""Several machines with real NATS, PostgreSQL and S3: one that is lost, paused or cut off costs no recording."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from passerby.archive.names import OPEN_SUFFIX
from passerby.capture.drawn import draw_street
from passerby.media.segments import TICKS_PER_S
from passerby.objects.names import name_of_key
from tests.cluster import Cluster, NatsServer, Worker, s3_server, wait_for
from tests.cluster_judge import Witness
from tests.postgresql import PostgreSql

pytestmark = pytest.mark.slow
STARTS_WITHIN_S = 60.0
TAKEN_WITHIN_S = 10.0
CAMERAS = 4


@pytest.fixture
def cluster(tmp_path: Path, postgresql: PostgreSql) -> Iterator[Cluster]:
    video = tmp_path / "street.mp4"
    draw_street(video, seconds=20, size=(160, 120), fps=2)
    with s3_server() as s3:
        nats = NatsServer(tmp_path / "nats")
        cameras = {f"gate-{number}": f"file:{video}" for number in range(CAMERAS)}
        found = Cluster(tmp_path, nats, postgresql.new_database(), s3, cameras)
        try:
            yield found
        finally:
            found.close()
            nats.kill()


def all_recorded(cluster: Cluster, *spools: str) -> bool:
    """Whether the newest recordings of all cameras are these machines', and whole GOPs of them are there."""
    holders = cluster.holders()
    return len(holders) == CAMERAS and set(holders.values()) <= set(spools)


def test_cameras_of_a_machine_that_is_lost_are_recorded_elsewhere(cluster: Cluster) -> None:
    a, b = cluster.start("a", "b")
    wait_for(lambda: len(set(cluster.holders().values())) == 2 and len(cluster.holders()) == CAMERAS, "recording", 60)
    spool_a, spool_b = cluster.spool_of(a), cluster.spool_of(b)
    lost = {camera for camera, spool in cluster.holders().items() if spool == spool_a}
    assert "there" in cluster.command("nodes")
    time.sleep(6)  # each has a worker to spare
    a.kill()
    killed_90k = int(time.time() * TICKS_PER_S)
    known_s = wait_for(lambda: all_recorded(cluster, spool_b), "recording elsewhere", 2 * TAKEN_WITHIN_S)
    first_90k = {row.camera: row.start_90k for row in reversed(cluster.rows()) if row.spool == spool_b and row.size}
    taken_s = max(first_90k[camera] - killed_90k for camera in lost) / TICKS_PER_S
    assert taken_s < TAKEN_WITHIN_S, f"their first GOP was known after {known_s:.1f} s"
    said = cluster.command("nodes") + cluster.command("status")
    assert "gone" in said and all(camera in said for camera in lost)


def test_a_machine_paused_past_its_lease_writes_nothing_under_its_old_tokens(cluster: Cluster) -> None:
    a, b = cluster.start("a", "b")
    wait_for(lambda: len(set(cluster.holders().values())) == 2 and len(cluster.holders()) == CAMERAS, "recording", 60)
    spool_a, spool_b = cluster.spool_of(a), cluster.spool_of(b)
    a.send(signal.SIGSTOP)
    wait_for(lambda: all_recorded(cluster, spool_b), "recording elsewhere", 20)
    old = {row.key: row for row in cluster.rows() if row.spool == spool_a}
    tokens, stored = {row.token for row in old.values()}, cluster.keys()
    a.send(signal.SIGCONT)
    wait_for(lambda: "its cameras are stopped here" in a.says, "saying so")
    wait_for(lambda: any(row.token != row.recorded_token for row in cluster.rows()), "handing in")
    time.sleep(5)
    rows = cluster.rows()
    assert [row for row in rows if row.token in tokens and row != old.get(row.key)] == [], "no row was written"
    written = cluster.keys() - stored
    named = [name for key in written if (name := name_of_key(key))]
    assert len(named) == len(written) and not [each for each in named if each.token in tokens], "and no object"
    late = [row for row in rows if row.token != row.recorded_token and row.spool == spool_a]
    assert {row.recorded_token for row in late} <= tokens and {row.key for row in late} <= written
    assert {row.camera for row in late} == {row.camera for row in old.values()}, "what it had recorded is there"


def test_recording_goes_on_while_nats_is_away(cluster: Cluster) -> None:
    a, b = cluster.start("a", "b")
    wait_for(lambda: len(set(cluster.holders().values())) == 2 and len(cluster.holders()) == CAMERAS, "recording", 60)
    before = {row.camera: row.token for row in cluster.rows()}
    cluster.nats.kill()
    time.sleep(15)
    assert "recording goes on" in a.says and "recording goes on" in b.says
    cluster.nats.start()
    time.sleep(12)
    now_90k = int(time.time() * TICKS_PER_S)
    rows = cluster.rows()
    assert {row.camera: row.token for row in rows} == before, "nothing moved"
    newest = {row.camera: row.end_90k for row in rows}
    assert all(now_90k - end_90k < 10 * TICKS_PER_S for end_90k in newest.values())
    assert a.stop() == 0 and b.stop() == 0
    gaps = [
        (after.start_90k - row.end_90k) / TICKS_PER_S
        for row, after in zip(cluster.rows(), cluster.rows()[1:], strict=False)
        if row.camera == after.camera
    ]
    assert max(gaps, default=0.0) < 2.5


def test_a_catalogue_that_answers_nothing_and_a_planned_stop_leave_no_gap(
    cluster: Cluster, postgresql: PostgreSql
) -> None:
    a, b = cluster.start("a", "b")
    wait_for(lambda: len(set(cluster.holders().values())) == 2 and len(cluster.holders()) == CAMERAS, "recording", 60)
    time.sleep(4)
    begun_90k = int(time.time() * TICKS_PER_S)
    with closing(Witness(cluster)) as witness:
        with postgresql.paused():
            time.sleep(12)
        assert a.stop() == 0
        wait_for(lambda: all_recorded(cluster, cluster.spool_of(b)), "recording elsewhere", 30)
        time.sleep(4)
        ended_90k = int((time.time() - 6) * TICKS_PER_S)
        assert b.stop() == 0
        found = witness.judge(begun_90k, ended_90k)
    assert not found.lost and not found.doubled
    assert max((gap.seconds for gap in found.gaps), default=0.0) < 4.0, found.gaps


def test_workers_that_die_while_the_catalogue_is_away_are_replaced_and_record(
    cluster: Cluster, postgresql: PostgreSql
) -> None:
    (a,) = cluster.start("a")
    wait_for(lambda: len(cluster.holders()) == CAMERAS, "recording", 60)
    time.sleep(6)  # it has a worker to spare
    postgresql.kill()
    try:
        for _ in range(2):  # the one to spare takes over the first time, and a new one the second
            for pid in a.workers():
                os.kill(pid, signal.SIGKILL)
            killed_s = time.time()
            time.sleep(12)
        wait_for(lambda: spooled_since(a, killed_s) == set(cluster.cameras), "recording without a catalogue", 60)
    finally:
        postgresql.start()
    wait_for(lambda: all_recorded(cluster, cluster.spool_of(a)), "all in the catalogue", 30)


def test_cameras_of_a_machine_that_is_lost_while_the_catalogue_answers_nothing_are_taken_over(
    cluster: Cluster, postgresql: PostgreSql
) -> None:
    a, b = cluster.start("a", "b")
    wait_for(lambda: len(set(cluster.holders().values())) == 2 and len(cluster.holders()) == CAMERAS, "recording", 60)
    time.sleep(6)  # both have a worker to spare
    with postgresql.paused():
        time.sleep(3)
        a.kill()
        killed_s = time.time()
        wait_for(lambda: spooled_since(b, killed_s) == set(cluster.cameras), "recording by the other", 40)
    wait_for(lambda: all_recorded(cluster, cluster.spool_of(b)), "all in the catalogue", 30)


def spooled_since(worker: Worker, since_s: float) -> set[str]:
    """Of which cameras it has recorded something since then."""
    files = (worker.data / "spool").glob(f"*{OPEN_SUFFIX}")
    return {each.name.partition("~")[0] for each in files if each.stat().st_mtime > since_s and each.stat().st_size > 0}
