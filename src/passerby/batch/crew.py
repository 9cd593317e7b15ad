"""Hands out files to processes on machines, and decides what a death, a silence or a refusal means.

How processes are started and heard is left to whoever has them: see `Pool`.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from passerby.batch.bucket_files import refuse_losses
from passerby.batch.job import Job, Outcome, Watcher
from passerby.batch.messages import Done, Installed, Order, Step
from passerby.batch.tasks import Task
from passerby.errors import PasserbyError

if TYPE_CHECKING:
    from passerby.engine import Progress

MAX_TRIES = 3  # of a file that kills whoever works on it; of a machine on which nothing starts
HUNG_AFTER_S = 300.0  # putting two gigabytes into a bucket takes so long without progress
START_WITHIN_S = 600.0  # waits for a processor of Ray that is free, too
HEAR_EVERY_S = 0.25
MACHINES_EVERY_S = 10.0  # how often to look whether some have come or gone


@dataclass(frozen=True, slots=True)
class Machine:
    """room: how many files it takes at once."""

    id: str
    name: str
    room: int


class Hand(Protocol):
    """A process that works on one file at a time."""

    @property
    def machine(self) -> Machine: ...
    def begin(self, order: Order) -> None: ...


H = TypeVar("H", bound=Hand)


@dataclass(frozen=True, slots=True)
class Died:
    """A process is gone."""

    reason: str


Said = Installed | Step | Done | Died


class Pool(Protocol[H]):
    """Machines, and processes on them."""

    def machines(self) -> list[Machine]: ...
    def start(self, machine: Machine) -> H:
        """It says `Installed` first, then `Step` and `Done` of each order. Any time it may have `Died`."""

    def hear(self, within_s: float) -> Iterable[tuple[H, Said]]: ...
    def kill(self, hand: H) -> None: ...


@dataclass(slots=True)
class _Post:
    """What one process is at. job: None while it has none. tries: how often that was begun before. step: the last that
    was heard, at heard_s."""

    heard_s: float
    is_ready: bool = False
    job: Job | None = None
    tries: int = 0
    step: Step | None = None


@dataclass(slots=True)
class Crew(Generic[H]):
    """One run. asked: what a machine must have installed. at_once: files at most; None for as many as there is
    room for."""

    pool: Pool[H]
    task: Task
    watcher: Watcher
    asked: Installed
    at_once: int | None = None
    hung_after_s: float = HUNG_AFTER_S
    clock: Callable[[], float] = time.monotonic
    _waiting: deque[tuple[Job, int]] = field(default_factory=deque)
    _posts: dict[H, _Post] = field(default_factory=dict)
    _outcomes: list[Outcome] = field(default_factory=list)
    _machines: list[Machine] = field(default_factory=list)
    _refused: dict[str, str] = field(default_factory=dict)
    """By the machine's id, why nothing is started there any more."""
    _strikes: Counter[str] = field(default_factory=Counter)
    _looked_s: float = float("-inf")

    def run(self, jobs: list[Job]) -> list[Outcome]:
        """Every outcome, in order of completion. It ends: each file has a bounded number of tries, each machine too."""
        self._waiting.extend((job, 0) for job in jobs)
        while self._waiting or any(post.job for post in self._posts.values()):
            self._hire()
            if not self._posts:
                self._give_up()
                break
            self._hand_out()
            for hand, said in self.pool.hear(HEAR_EVERY_S):
                if hand in self._posts:
                    self._note(hand, said)
            self._let_go_of_the_silent()
        return self._outcomes

    def _hire(self) -> None:
        if self.clock() - self._looked_s >= MACHINES_EVERY_S:
            self._looked_s, self._machines = self.clock(), self.pool.machines()
        while len(self._posts) < self._wanted():
            taken = Counter(hand.machine.id for hand in self._posts)
            free = [each for each in self._machines if each.id not in self._refused and taken[each.id] < each.room]
            if not free:
                return
            emptiest = min(free, key=lambda machine: taken[machine.id])
            self._posts[self.pool.start(emptiest)] = _Post(self.clock())

    def _wanted(self) -> int:
        open_ones = len(self._waiting) + sum(post.job is not None for post in self._posts.values())
        return open_ones if self.at_once is None else min(self.at_once, open_ones)

    def _hand_out(self) -> None:
        for hand, post in self._posts.items():
            if post.is_ready and post.job is None and (taken := self._take()):
                post.job, post.tries = taken
                post.step, post.heard_s = None, self.clock()
                # What is there now is of a try that ended before its time: before the first, nothing was.
                task = self.task.model_copy(update={"overwrite": True}) if post.tries else self.task
                hand.begin(Order.of(post.job, task))

    def _take(self) -> tuple[Job, int] | None:
        """The next file that may be worked on, and how often it was begun."""
        while self._waiting:
            job, tries = self._waiting.popleft()
            if tries:
                return job, tries
            self.watcher.started(job)
            try:
                refuse_losses(job, overwrite=self.task.overwrite)
            except PasserbyError as error:
                self._end(job, Done(error=error.message, hint=error.hint))
            else:
                return job, 0
        return None

    def _note(self, hand: H, said: Said) -> None:
        post = self._posts[hand]
        match said:
            case Installed():
                post.is_ready, post.heard_s = True, self.clock()
                self._strikes[hand.machine.id] = 0
                if reason := said.refuses(self.asked):
                    self._refuse(hand.machine, reason)
            case Step() if post.job and said != post.step:
                post.step, post.heard_s = said, self.clock()
                self.watcher.progressed(post.job, _progress(said))
            case Done() if post.job:
                self._end(post.job, said)
                post.job = None
            case Died():
                self._lose(hand, f"the process that worked on it died: {said.reason}")

    def _let_go_of_the_silent(self) -> None:
        for hand, post in list(self._posts.items()):
            patience_s = self.hung_after_s if post.job else START_WITHIN_S
            if (post.job or not post.is_ready) and self.clock() - post.heard_s > patience_s:
                self.pool.kill(hand)
                self._lose(hand, f"it made no progress for {patience_s:g} s")

    def _lose(self, hand: H, reason: str) -> None:
        """Its file is tried again, unless it was too often; or its machine has a strike if it had not even begun."""
        post = self._posts.pop(hand)
        if post.job is None:
            self._strikes[hand.machine.id] += 1
            if not post.is_ready and self._strikes[hand.machine.id] >= MAX_TRIES:
                self._refuse(hand.machine, f"nothing starts there: {reason}")
        elif post.tries + 1 < MAX_TRIES:
            self.watcher.warned(f"{post.job.source}: {reason}; it will be tried again")
            self._waiting.append((post.job, post.tries + 1))  # last, so that it holds up no other
        else:
            hint = "perhaps memory ran out: try it alone, or with fewer --jobs"
            self._end(post.job, Done(error=f"{reason} ({MAX_TRIES} tries)", hint=hint))

    def _refuse(self, machine: Machine, reason: str) -> None:
        if machine.id not in self._refused:
            self._refused[machine.id] = reason
            self.watcher.warned(f"machine {machine.name} takes no files: {reason}")
        for hand in [each for each in self._posts if each.machine.id == machine.id]:
            post = self._posts[hand]
            if post.job is None:
                del self._posts[hand]
                self.pool.kill(hand)

    def _give_up(self) -> None:
        while self._waiting:
            job, tries = self._waiting.popleft()
            if not tries:
                self.watcher.started(job)
            self._end(
                job, Done(error="no machine of Ray takes it", hint="look at `ray status`, and at what is said above")
            )

    def _end(self, job: Job, done: Done) -> None:
        try:
            outcome = done.outcome(job)
        except ValueError:
            outcome = Outcome(job, error="what came back about it could not be read")
        self._outcomes.append(outcome)
        self.watcher.ended(outcome)


def _progress(step: Step) -> Progress:
    from passerby.engine import Progress

    return Progress(step.stage, step.done, step.total, step.fps)
