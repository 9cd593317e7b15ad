"""Who gets which file, and what a death, a silence or a refusal means. No Ray: the pool is played."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from passerby.batch import AuditTask, Job, Outcome
from passerby.batch.crew import HUNG_AFTER_S, MAX_TRIES, START_WITHIN_S, Crew, Died, Machine, Said
from passerby.batch.messages import Done, Installed, Order, Step
from passerby.engine import AuditResult, Progress

HERE = Installed(passerby="0.1.0", models={"net.onnx": "a" * 64}, packages={"av": "18.0"})
FOUND = Done.of(Outcome(Job(Path("x"), None), AuditResult([], 10, 3, 1.0)))


@dataclass(eq=False)
class Hand:
    machine: Machine
    orders: list[Order] = field(default_factory=list)

    def begin(self, order: Order) -> None:
        self.orders.append(order)


class Pool:
    """Its machines start what they are asked to, and say what a test lets them: by default every file is done."""

    def __init__(self, machines: list[Machine], installed: dict[str, Said] | None = None) -> None:
        self.there, self.installed = machines, installed or {}
        self.hands: list[Hand] = []
        self.killed: list[Hand] = []
        self.said: deque[tuple[Hand, Said]] = deque()
        self.now_s = 0.0
        self.kills: set[str] = set()
        """Names of files that kill whoever works on them."""
        self.hangs: set[str] = set()
        self.answered: dict[Hand, int] = {}

    def machines(self) -> list[Machine]:
        return self.there

    def start(self, machine: Machine) -> Hand:
        self.hands.append(Hand(machine))
        self.said.append((self.hands[-1], self.installed.get(machine.id, HERE)))
        return self.hands[-1]

    def hear(self, within_s: float) -> list[tuple[Hand, Said]]:
        self.now_s += 1.0
        for hand in self.hands:
            if len(hand.orders) > self.answered.get(hand, 0) and hand not in self.killed:
                name = hand.orders[-1].source.name
                if name in self.hangs:
                    self.said.append((hand, Step(stage="auditing", done=1, total=10, fps=1.0)))
                    continue
                self.answered[hand] = len(hand.orders)
                self.said.append((hand, Died("killed") if name in self.kills else FOUND))
        heard, self.said = list(self.said), deque()
        return heard

    def kill(self, hand: Hand) -> None:
        self.killed.append(hand)


class Log:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ends: dict[str, str | None] = {}
        self.warnings: list[str] = []
        self.steps = 0

    def started(self, job: Job) -> None:
        self.begun.append(job.source.name)

    def progressed(self, job: Job, progress: Progress) -> None:
        self.steps += 1

    def ended(self, outcome: Outcome) -> None:
        self.ends[outcome.job.source.name] = outcome.error

    def warned(self, says: str) -> None:
        self.warnings.append(says)


A, B = Machine("a", "gate", 2), Machine("b", "yard", 1)


def jobs(*names: str) -> list[Job]:
    return [Job(Path(name), None) for name in names]


def crew_of(pool: Pool, log: Log, at_once: int | None = None) -> Crew[Hand]:
    return Crew(pool, AuditTask(), log, HERE, at_once, clock=lambda: pool.now_s)


def test_every_file_is_done_once_by_as_many_as_there_is_room_for() -> None:
    pool, log = Pool([A, B]), Log()
    outcomes = crew_of(pool, log).run(jobs("1", "2", "3", "4", "5"))
    assert sorted(each.job.source.name for each in outcomes) == ["1", "2", "3", "4", "5"]
    assert all(isinstance(each.result, AuditResult) for each in outcomes)
    assert [hand.machine.name for hand in pool.hands] == ["gate", "yard", "gate"]
    assert not log.warnings


def test_no_more_at_once_than_asked_for_and_none_without_a_file() -> None:
    pool = Pool([A, B])
    crew_of(pool, Log(), at_once=1).run(jobs("1", "2"))
    assert len(pool.hands) == 1
    pool = Pool([A, B])
    crew_of(pool, Log()).run(jobs("1"))
    assert len(pool.hands) == 1


def test_a_file_that_kills_is_listed_after_a_few_tries_and_the_others_go_on() -> None:
    pool, log = Pool([A]), Log()
    pool.kills = {"bad"}
    outcomes = crew_of(pool, log).run(jobs("1", "bad", "2"))
    assert {name for name, error in log.ends.items() if error is None} == {"1", "2"}
    assert log.ends["bad"] == f"the process that worked on it died: killed ({MAX_TRIES} tries)"
    assert len(outcomes) == 3 and log.begun.count("bad") == 1
    orders = [order for hand in pool.hands for order in hand.orders if order.source.name == "bad"]
    assert sorted(order.task.overwrite for order in orders) == [False, True, True]  # what is there is of the try before


def test_a_file_on_which_nothing_moves_is_taken_away_and_tried_again() -> None:
    pool, log = Pool([B]), Log()
    pool.hangs = {"bad"}
    crew_of(pool, log).run(jobs("bad", "1"))
    assert (
        log.ends["bad"] == f"it made no progress for {HUNG_AFTER_S:g} s ({MAX_TRIES} tries)" and log.ends["1"] is None
    )
    assert len(pool.killed) == MAX_TRIES and pool.now_s >= MAX_TRIES * HUNG_AFTER_S


@pytest.mark.parametrize(
    ("has", "reason"),
    [
        (HERE.model_copy(update={"passerby": "0.0.9"}), "it has passerby 0.0.9, not 0.1.0"),
        (HERE.model_copy(update={"models": {"net.onnx": "b" * 64}}), "its models are not the same (net.onnx)"),
        (HERE.model_copy(update={"packages": {"av": "17.0"}}), "it has av 17.0, not 18.0: the files might differ"),
    ],
)
def test_a_machine_that_works_with_something_else_takes_no_files(has: Installed, reason: str) -> None:
    pool, log = Pool([A, B], {"a": has}), Log()
    crew_of(pool, log).run(jobs("1", "2", "3"))
    assert all(error is None for error in log.ends.values()) and len(log.ends) == 3
    assert log.warnings == [f"machine gate takes no files: {reason}"]
    assert {hand.machine.id for hand in pool.hands if hand.orders} == {"b"}


def test_if_no_machine_takes_files_all_are_listed() -> None:
    pool, log = Pool([B], {"b": HERE.model_copy(update={"passerby": "0.0.9"})}), Log()
    crew_of(pool, log).run(jobs("1", "2"))
    assert list(log.ends.values()) == ["no machine of Ray takes it"] * 2


def test_a_machine_on_which_nothing_starts_is_left_alone_after_a_few_tries() -> None:
    pool, log = Pool([A, B], {"a": Died("passerby is not installed there")}), Log()
    crew_of(pool, log).run(jobs(*"12345678"))
    assert all(error is None for error in log.ends.values()) and len(log.ends) == 8
    if log.warnings:
        assert len(log.warnings) == 1 and "machine gate takes no files: nothing starts there" in log.warnings[0]
    pool, log = Pool([A], {"a": Died("passerby is not installed there")}), Log()
    crew_of(pool, log).run(jobs("1"))
    assert log.ends == {"1": "no machine of Ray takes it"} and len(pool.hands) == MAX_TRIES


def test_a_process_that_never_says_that_it_is_there_is_given_up() -> None:
    pool, log = Pool([B]), Log()
    pool.installed = {"b": Step(stage="auditing", done=0, total=None, fps=0.0)}  # which says nothing of it
    crew_of(pool, log).run(jobs("1"))
    assert log.ends == {"1": "no machine of Ray takes it"} and pool.now_s >= START_WITHIN_S


def test_what_may_not_be_replaced_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    there = tmp_path / "found.json"
    there.write_text("mine")
    pool, log = Pool([B]), Log()
    crew_of(pool, log).run([Job(Path("1"), there), *jobs("2")])
    assert "is already there" in str(log.ends["1"]) and log.ends["2"] is None
    assert [order.source.name for hand in pool.hands for order in hand.orders] == ["2"]


def test_a_result_that_is_none_fails_alone() -> None:
    pool, log = Pool([B]), Log()
    bad = Done(kind="audit", result={"frames": "many"})
    hear = pool.hear

    def swapped(within_s: float) -> list[tuple[Hand, Said]]:
        return [(hand, bad if said is FOUND and hand.orders[-1].source.name == "1" else said) for hand, said in hear(1)]

    pool.hear = swapped  # type: ignore[method-assign]
    crew_of(pool, log).run(jobs("1", "2"))
    assert log.ends == {"1": "what came back about it could not be read", "2": None}
