"""What fails of several machines, and what becomes of their recordings: real NATS, PostgreSQL and S3 on this machine.

Run from the repository's root: `python -m bench.fleet [SCENARIO ...]`. Each begins anew with three workers, does its
harm, lets everything heal, ends all workers in order, and reads catalogue and store. `SECONDS=120` in the environment:
how long an outage lasts. The scenarios of partitions need root, for network namespaces.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

from passerby.media.segments import TICKS_PER_S
from passerby.objects.names import name_of_key
from tests.cluster import wait_for
from tests.cluster_judge import Verdict, Witness, spooled_bytes
from tests.cluster_machines import Machines, machines
from tests.namespaces import NATS, POSTGRESQL, S3

CAMERAS = int(os.environ.get("CAMERAS", "4"))
NODES = ("a", "b", "c")
SETTLES_S = 12.0  # every node has a worker to spare
OUTAGE_S = float(os.environ.get("SECONDS", "60"))
TAKEOVER_S = 10.0
SHORT_OBJECTS = "keep_hours = 0.1\n"  # of 90 s, so that some end in an outage
BEFORE_S = 8.0  # judged as well
AFTER_S = 20.0
STOPS_AFTER_S = 6.0  # what ended in the last seconds of a scenario is not judged


def killed(bench: Machines) -> None:
    """kill -9 of a machine; it comes back after a while."""
    cluster, victim = bench.cluster, bench.busiest()
    spool = cluster.spool_of(victim)
    had = {camera for camera, holder in cluster.holders().items() if holder == spool}
    victim.kill()
    at_90k = int(time.time() * TICKS_PER_S)

    def first() -> dict[str, int]:
        rows = [row for row in cluster.rows() if row.spool != spool and row.size and row.end_90k > at_90k]
        return {row.camera: row.start_90k for row in reversed(rows) if row.camera in had}

    wait_for(lambda: first().keys() == had, "recording elsewhere", 60)
    gaps = [(start_90k - at_90k) / TICKS_PER_S for start_90k in first().values()]
    bench.say(f"{len(had)} cameras: first picture elsewhere after {min(gaps):.1f} to {max(gaps):.1f} s")
    bench.start(victim.name)
    time.sleep(AFTER_S)


def paused(bench: Machines) -> None:
    """SIGSTOP of a machine past its lease, then SIGCONT."""
    cluster, victim = bench.cluster, bench.busiest()
    spool = cluster.spool_of(victim)
    victim.send(signal.SIGSTOP)
    wait_for(lambda: spool not in cluster.holders().values(), "recording elsewhere", 60)
    time.sleep(10)
    old = cluster.tokens_of(spool)
    before = {row.key: row for row in cluster.rows()}, cluster.keys(), cluster.written_under(old)
    victim.send(signal.SIGCONT)
    time.sleep(20)
    now = cluster.rows()
    rows = [row for row in now if row.token in old and row != before[0].get(row.key)]
    keys = [key for key in cluster.keys() - before[1] if (name := name_of_key(key)) and name.token in old]
    above = [(row.camera, row.recorded_token, row.start_90k) for row in now if row.recorded_token not in old]
    new = cluster.written_under(old) - before[2]
    wrong = [
        each for each in new for camera, token, start_90k in above
        if each[0] == camera and each[1] < token and each[2] >= start_90k
    ]  # fmt: skip
    bench.say(f"under the old tokens: {len(rows)} rows, {len(keys)} objects; events of another's time: {len(wrong)}")
    bench.say(f"events of before that came late: {len(new) - len(wrong)}")


def postgresql_away(bench: Machines) -> None:
    """PostgreSQL is killed, and comes back after a while."""
    bench.postgresql.kill()
    time.sleep(OUTAGE_S)
    bench.postgresql.start()
    bench.say(f"all in the catalogue {bench.wait_until_all_record():.1f} s after it was back")


def nats_away(bench: Machines) -> None:
    """All of NATS is killed, and comes back after a while."""
    before = {row.camera: row.token for row in bench.cluster.rows()}
    bench.cluster.nats.kill()
    time.sleep(OUTAGE_S)
    bench.cluster.nats.start()
    time.sleep(15)
    moved = [row.camera for row in bench.cluster.rows() if row.token != before[row.camera]]
    bench.say(f"{len(moved)} cameras moved")


def s3_away(bench: Machines) -> None:
    """S3 is away for a while. Objects are short here, so that many end meanwhile."""
    cluster = bench.cluster
    cluster.s3.stop()
    before = cluster.keys_in_catalogue("open")
    time.sleep(OUTAGE_S)
    spooled = sum(spooled_bytes(each.data) for each in cluster.workers)
    waiting = before & cluster.keys_in_catalogue("open") - set(cluster.newest_keys())
    cluster.s3.start()
    took_s = wait_for(lambda: waiting <= cluster.keys_in_catalogue("closed"), "catching up", 120)
    bench.say(f"{len(waiting)} ended objects waited, {spooled >> 10} KB in all spools: stored after {took_s:.1f} s")


def cut_off_nats(bench: Machines) -> None:
    """One machine is cut off from NATS only."""
    _cut_off(bench, NATS)


def cut_off_postgresql(bench: Machines) -> None:
    """One machine is cut off from PostgreSQL only."""
    _cut_off(bench, POSTGRESQL)


def cut_off(bench: Machines) -> None:
    """One machine is cut off from everything."""
    _cut_off(bench, NATS, POSTGRESQL, S3)


def _cut_off(bench: Machines, *addresses: str) -> None:
    assert bench.network
    victim = bench.busiest()
    machine = bench.machines[victim.name]
    bench.network.cut(machine, *addresses)
    time.sleep(OUTAGE_S)
    bench.network.heal(machine)
    time.sleep(30)


def clocks_off(bench: Machines) -> None:
    """One clock is five minutes ahead, one behind; then the first machine is killed, and comes back."""
    victim = bench.busiest()
    victim.kill()
    time.sleep(15)
    bench.start(victim.name, CLOCKS_S[victim.name])
    time.sleep(20)


def rolling_restart(bench: Machines) -> None:
    """Every machine is stopped in order and started again, one after another."""
    for name in NODES:
        assert bench.workers[name].stop() == 0
        bench.start(name)
        wait_for(lambda name=name: "is running" in bench.workers[name].says.rpartition("stopped")[2], "running", 60)  # type: ignore[misc]
        bench.wait_until_all_record()
        time.sleep(SETTLES_S)


CLOCKS_S = {"a": 300.0, "b": 0.0, "c": -300.0}
SCENARIOS: dict[str, Callable[[Machines], None]] = {
    "kill": killed, "pause": paused, "postgresql": postgresql_away, "nats": nats_away, "s3": s3_away,
    "cut-nats": cut_off_nats, "cut-postgresql": cut_off_postgresql, "cut-all": cut_off, "clocks": clocks_off,
    "rolling": rolling_restart,
}  # fmt: skip


def main(names: list[str]) -> None:
    for name in names or SCENARIOS:
        with ExitStack() as stack:
            of_camera = SHORT_OBJECTS if name == "s3" else ""
            bench = stack.enter_context(machines(CAMERAS, of_camera, is_apart=name.startswith("cut")))
            run(name, bench)


def run(name: str, bench: Machines) -> None:
    for node in NODES:
        bench.start(node, CLOCKS_S[node] if name == "clocks" else 0.0)
    wait_for(lambda: len(bench.cluster.holders()) == CAMERAS, "recording", 120)
    time.sleep(SETTLES_S + BEFORE_S)
    witness = Witness(bench.cluster)
    began_90k = int((time.time() - BEFORE_S) * TICKS_PER_S)
    try:
        with witness.looking():
            SCENARIOS[name](bench)
            if name != "clocks":
                bench.wait_until_all_record()
            time.sleep(AFTER_S)
            ended_90k = int((time.time() - STOPS_AFTER_S) * TICKS_PER_S)
            time.sleep(4)
        stopped = [each.stop() for each in bench.cluster.workers]
        assert not any(stopped), stopped
        report(name, bench, witness.judge(began_90k, ended_90k))
    finally:
        witness.close()
        if os.environ.get("LOGS"):
            for each in bench.cluster.workers:
                print(f"--- {each.name}\n{each.says}")


def report(name: str, bench: Machines, found: Verdict) -> None:
    longest = max((gap.seconds for gap in found.gaps), default=0.0)
    print(f"{name}: {SCENARIOS[name].__doc__}")
    for each in bench.said:
        print(f"  {each}")
    print(f"  {len(found.gaps)} gaps, the longest {longest:.1f} s: {', '.join(map(str, found.gaps)) or 'none'}")
    print(f"  beyond takeover and one GOP: {len(found.unexplained(TAKEOVER_S))}")
    print(f"  lost: {len(found.lost)}; doubled without being said: {len(found.doubled)}; said: {found.said_s:.0f} s")
    for each in [*found.lost, *found.doubled][:10]:
        print(f"    {each}")
    print(f"  {bench.cluster.events_said()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
