"""Works on files by processes on machines of Ray. Only this module knows Ray; what happens to a file is `crew`'s."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from passerby.batch.crew import HUNG_AFTER_S, Crew, Died, Machine, Said
from passerby.batch.installed import installed
from passerby.batch.job import Job, Outcome, Watcher
from passerby.batch.messages import Done, Installed, Order, Step
from passerby.batch.ray_worker import RayWorker
from passerby.batch.tasks import Task
from passerby.errors import SettingsError
from passerby.net.grpc import answers

LOCAL = "local"
STORE_BYTES = 80 << 20  # Ray takes no less than 75 MB, and all that goes through is text
HAND_BYTES = 1 << 30  # what one file takes at 1080p, with room: Ray puts no more on a machine than its memory holds
LOOK_EVERY_S = 0.5
ANSWERS_WITHIN_S = 8.0
STOP_PATIENCE_S = 10.0  # for those at work to delete what is half-written


@dataclass(frozen=True)
class OnRay:
    """A `Runner`. address: of a cluster, as Ray has it; or `local`, for one on this machine that ends with the run.
    threads: of one file, which reserves as many processors."""

    address: str
    threads: int
    at_once: int | None = None
    hung_after_s: float = HUNG_AFTER_S

    def run(self, jobs: list[Job], task: Task, watcher: Watcher) -> list[Outcome]:
        """Raises SettingsError if there is no Ray to work with."""
        if not jobs:
            return []
        with connected(self.address) as ray:
            return self.run_with(ray, jobs, task, watcher)

    def run_with(self, ray: Any, jobs: list[Job], task: Task, watcher: Watcher) -> list[Outcome]:
        """The same on a cluster that is connected to already."""
        pool = RayPool(ray, self.threads)
        try:
            return Crew(pool, task, watcher, installed(), self.at_once, self.hung_after_s).run(jobs)
        finally:
            pool.close()


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Nothing about it is told to the makers of Ray, and no dashboard is started."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else it warns of a change to come
    if address == LOCAL:  # whoever reaches its ports could have it run what they like
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # on Linux too: it listens on the loopback alone
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    try:
        import ray  # it reads its settings as it is imported
    except ImportError as error:
        raise SettingsError("Ray is not installed here", hint="pip install 'passerby[ray]'") from error
    if "://" in address:
        says = f"'{address}' is not an address that passerby can use"
        raise SettingsError(says, hint="run it on a machine of the cluster, with --ray auto or HOST:PORT")
    if address != LOCAL and ray.is_initialized():
        ray.shutdown()
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "CRITICAL"}
    folder = None
    if address == LOCAL:
        folder = tempfile.mkdtemp(prefix="passerby-ray-")  # for this user alone; gone with the run
        options |= {"include_dashboard": False, "object_store_memory": STORE_BYTES, "_temp_dir": folder}
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        try:
            if address != LOCAL:
                _check(address)
            ray.init(address=address, **options)
        except Exception as error:
            raise SettingsError(f"couldn't use Ray at '{address}': {_first_line(error)}", hint=_HINT) from None
        finally:
            for number, handler in handlers.items():  # Ray puts its own there, which leaves with another exit code
                signal.signal(number, handler)
        yield ray
    finally:
        ray.shutdown()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _check(address: str) -> None:
    """Ray itself tries for over five minutes to reach a cluster that is not there. Raises OSError."""
    from ray._private.services import canonicalize_bootstrap_address

    there = str(canonicalize_bootstrap_address(address))  # of this machine it is not 127.0.0.1
    host, _, port = there.rpartition(":")
    speaks_tls = os.environ.get("RAY_USE_TLS", "0").lower() in ("1", "true")
    if not speaks_tls and not answers(host.strip("[]"), int(port), ANSWERS_WITHIN_S):
        raise ConnectionError(f"no Ray answers at {there}")


_HINT = "start one with `ray start`, or give --ray local"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__


@dataclass(eq=False, slots=True)
class ActorHand:
    """A `Hand`. pending: what it was asked and has not answered, by Ray's reference."""

    machine: Machine
    actor: Any
    pending: dict[Any, str] = field(default_factory=dict)
    asked_step_s: float = 0.0
    is_busy: bool = False

    def begin(self, order: Order) -> None:
        self.is_busy = True
        self.ask("work", order.model_dump_json())

    def ask(self, method: str, *text: str) -> None:
        self.pending[getattr(self.actor, method).remote(*text)] = method


class RayPool:
    """A `Pool`."""

    def __init__(self, ray: Any, threads: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._ray, self._threads, self._clock = ray, threads, clock
        self._hands: list[ActorHand] = []

    def machines(self) -> list[Machine]:
        found = []
        for node in self._ray.nodes():
            has = node["Resources"]
            room = int(min(has.get("CPU", 0) // self._threads, has.get("memory", 0) // HAND_BYTES))
            if node["Alive"]:
                name = f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})"
                found.append(Machine(node["NodeID"], name, room))
        return found

    def start(self, machine: Machine) -> ActorHand:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor = self._ray.remote(RayWorker).options(
            num_cpus=self._threads,
            memory=HAND_BYTES,
            max_restarts=0,  # a file that kills its process is counted by the crew
            max_task_retries=0,
            max_concurrency=2,  # to say how far it is while it works
            scheduling_strategy=NodeAffinitySchedulingStrategy(machine.id, soft=False),
        )
        hand = ActorHand(machine, actor.remote())
        hand.ask("install")
        self._hands.append(hand)
        return hand

    def hear(self, within_s: float) -> list[tuple[ActorHand, Said]]:
        for hand in self._hands:
            is_due = self._clock() - hand.asked_step_s >= LOOK_EVERY_S
            if hand.is_busy and is_due and "step" not in hand.pending.values():
                hand.asked_step_s = self._clock()
                hand.ask("step")
        owners = {ref: hand for hand in self._hands for ref in hand.pending}
        if not owners:
            time.sleep(within_s)
            return []
        ready, _ = self._ray.wait(list(owners), num_returns=1, timeout=within_s)
        heard = [(owners[ref], self._read(owners[ref], ref)) for ref in ready]
        return [(hand, said) for hand, said in heard if said is not None]

    def _read(self, hand: ActorHand, ref: Any) -> Said | None:
        method = hand.pending.pop(ref)
        try:
            text = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._forget(hand)
            return Died(_reason(error))
        if method == "work":
            hand.is_busy = False
            return Done.model_validate_json(text)
        if method == "step":
            return Step.model_validate_json(text) if text and hand.is_busy else None
        try:
            return Installed.model_validate_json(text)
        except ValueError:
            self.kill(hand)
            return Died(Done.model_validate_json(text).error or "it is not installed")

    def kill(self, hand: ActorHand) -> None:
        """At once. An output that is not finished has no name yet."""
        self._forget(hand)
        self._ray.kill(hand.actor)

    def close(self) -> None:
        """Lets those at work undo what is half done, for a while, then ends all."""
        busy = [hand for hand in self._hands if hand.is_busy]
        for hand in busy:
            with suppress(self._ray.exceptions.RayError):
                hand.ask("stop")
        at_work = [ref for hand in busy for ref, method in hand.pending.items() if method == "work"]
        if at_work:
            self._ray.wait(at_work, num_returns=len(at_work), timeout=STOP_PATIENCE_S)
        for hand in list(self._hands):
            self.kill(hand)

    def _forget(self, hand: ActorHand) -> None:
        if hand in self._hands:
            self._hands.remove(hand)
        hand.pending.clear()
        hand.is_busy = False


def _reason(error: Exception) -> str:
    """Ray says it at length: what users can do something about, in a few words."""
    says = str(error)
    if "ModuleNotFoundError" in says or "No module named" in says:
        return "passerby is not installed there"
    if "OutOfMemory" in type(error).__name__ or "low memory" in says:
        return "its machine had no memory left"
    return {"ActorUnschedulableError": "there is no room for it"}.get(type(error).__name__, "its process ended")
