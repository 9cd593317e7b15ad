"""Random faults of several machines and their servers, up to two at once, while they record; and what became of it."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from passerby.media.segments import TICKS_PER_S
from tests.cluster import wait_for
from tests.cluster_judge import Gap, Verdict, Witness
from tests.cluster_machines import Machines
from tests.namespaces import NATS, POSTGRESQL, S3

NODES = ("a", "b", "c", "d")
AT_ONCE = 2
OF_A_MACHINE = ("kill", "pause", "stop", "cut-nats", "cut-postgresql", "cut-s3", "cut-all")
OF_SERVERS = ("nats", "postgresql", "s3")
LASTS_S = (4.0, 40.0)
BETWEEN_S = (3.0, 15.0)
TAKES_OVER_WITHIN_S = 10.0
SETTLES_S = 12.0  # every machine has a worker to spare
BEFORE_S = 5.0  # judged as well
STOPS_AFTER_S = 6.0  # what ended in the last seconds is not judged
HEALS_S = 30.0


@dataclass
class Fault:
    """on: a machine, or the name of the kind where it is of servers. Seconds since 1970."""

    kind: str
    on: str
    from_s: float
    until_s: float

    def __str__(self) -> str:
        return f"{self.kind} {self.on if self.on != self.kind else ''}".strip()


@dataclass
class Outcome:
    """What came of a campaign. beyond: gaps that are longer than a takeover and a GOP, or without one, with what was
    wrong then. nobody_could: those in which a machine was gone and no other could take over, since NATS was away too,
    and that ended in time once one of both was over."""

    faults: list[Fault] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    beyond: list[tuple[Gap, list[Fault]]] = field(default_factory=list)
    nobody_could: list[tuple[Gap, list[Fault]]] = field(default_factory=list)


class ClusterCampaign:
    """machines: apart, with none of them started yet. outages: kinds of faults of servers, and how many seconds each
    lasts: they come one by one instead of random ones."""

    def __init__(self, machines: Machines, seed: int, outages: Sequence[tuple[str, float]] = ()) -> None:
        self._machines, self._random = machines, random.Random(seed)
        self._outages, self._at_once = list(outages), 1 if outages else AT_ONCE
        self._now: list[Fault] = []
        self.outcome = Outcome()

    def run(self, seconds: float, say: Callable[[str], None] = print) -> Outcome:
        bench, cluster = self._machines, self._machines.cluster
        for each in NODES:
            bench.start(each)
        wait_for(lambda: len(cluster.holders()) == len(cluster.cameras), "recording", 120)
        time.sleep(SETTLES_S)
        with closing(Witness(cluster)) as witness:
            begun_90k = int((time.time() - BEFORE_S) * TICKS_PER_S)
            with witness.looking():
                self._harm(time.time() + seconds, say)
                bench.wait_until_all_record(120)
                time.sleep(HEALS_S)
                ended_90k = int((time.time() - STOPS_AFTER_S) * TICKS_PER_S)
                time.sleep(4)
            stopped = [each.stop() for each in cluster.workers]
            assert not any(stopped), stopped
            self.outcome.verdict = witness.judge(begun_90k, ended_90k)
        self._explain()
        return self.outcome

    def _harm(self, until_s: float, say: Callable[[str], None]) -> None:
        next_s = time.time()
        while time.time() < until_s or self._now:
            for fault in [each for each in self._now if each.until_s <= time.time()]:
                self._now.remove(fault)
                self._heal(fault)
                fault.until_s = time.time()
                say(f"over: {fault}")
            if next_s <= time.time() < until_s and len(self._now) < self._at_once:
                fault = self._choose()
                self._do(fault)
                self._now.append(fault)
                self.outcome.faults.append(fault)
                say(f"{fault}, for {fault.until_s - fault.from_s:.0f} s")
                is_planned = self._at_once == 1
                next_s = fault.until_s + HEALS_S if is_planned else time.time() + self._random.uniform(*BETWEEN_S)
            time.sleep(0.1)

    def _choose(self) -> Fault:
        """The next outage, or any kind that is not going on yet, of a machine that has none yet."""
        now_s = time.time()
        if self._outages:
            kind, seconds = self._outages.pop(0)
            return Fault(kind, kind, now_s, now_s + seconds)
        going_on = {each.on for each in self._now}
        kind = self._random.choice([*OF_A_MACHINE, *(each for each in OF_SERVERS if each not in going_on)])
        on = kind if kind in OF_SERVERS else self._random.choice([each for each in NODES if each not in going_on])
        return Fault(kind, on, now_s, now_s + self._random.uniform(*LASTS_S))

    def _do(self, fault: Fault) -> None:
        bench, cluster = self._machines, self._machines.cluster
        match fault.kind:
            case "nats":
                cluster.nats.kill()
            case "postgresql":
                bench.postgresql.kill()
            case "s3":
                cluster.s3.stop()
            case "kill":
                bench.workers[fault.on].kill()
            case "pause":
                bench.workers[fault.on].send(signal.SIGSTOP)
            case "stop":
                assert bench.workers[fault.on].stop() == 0, bench.workers[fault.on].says
            case _:
                self._cut(fault)

    def _cut(self, fault: Fault) -> None:
        network = self._machines.network
        assert network
        of = {"cut-nats": (NATS,), "cut-postgresql": (POSTGRESQL,), "cut-s3": (S3,), "cut-all": (NATS, POSTGRESQL, S3)}
        network.cut(self._machines.machines[fault.on], *of[fault.kind])

    def _heal(self, fault: Fault) -> None:
        bench, cluster = self._machines, self._machines.cluster
        match fault.kind:
            case "nats":
                cluster.nats.start()
            case "postgresql":
                bench.postgresql.start()
            case "s3":
                cluster.s3.start()
            case "kill" | "stop":
                bench.start(fault.on)
            case "pause":
                bench.workers[fault.on].send(signal.SIGCONT)
            case _:
                assert bench.network
                bench.network.heal(bench.machines[fault.on])

    def _explain(self) -> None:
        for gap in self.outcome.verdict.unexplained(TAKES_OVER_WITHIN_S):
            then = [
                each for each in self.outcome.faults
                if each.from_s < gap.from_s + gap.seconds and each.until_s > gap.from_s - TAKES_OVER_WITHIN_S
            ]  # fmt: skip
            away = [each for each in then if each.kind == "nats"]
            gone = [each for each in then if each.kind in ("kill", "pause", "stop", "cut-all")]
            both_s = max(
                (min(one.until_s, other.until_s) - max(one.from_s, other.from_s) for one in away for other in gone),
                default=0.0,
            )
            could_not = both_s > 0 and gap.seconds < both_s + 2 * TAKES_OVER_WITHIN_S
            (self.outcome.nobody_could if could_not else self.outcome.beyond).append((gap, then))
