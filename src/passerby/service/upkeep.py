"""The periodic work of a service: stores and deletes recordings, records states."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from passerby.access import Installation
from passerby.api import Services
from passerby.archive import Archive
from passerby.errors import PasserbyError
from passerby.events.health import HealthEvents
from passerby.events.live import KEEP_EVERY_90K
from passerby.events.records import EventRecords
from passerby.media.alarms import Alarm, AlarmKind
from passerby.media.events import CameraEvent
from passerby.notify.alarms import Alarms
from passerby.rules.access import Action, may
from passerby.rules.retention import round_s

log = logging.getLogger("passerby.serve")

MAINTAIN_EVERY_S = 10.0  # more often if a limit is short: see `rules.retention.round_s`
FORGET_EVERY_S = 86400.0  # each run leaves an audit record
REMEMBER_EVERY_S = 1.0


@contextmanager
def maintained(installation: Installation, archive: Archive, alarms: Alarms) -> Iterator[None]:
    """Stores ended recordings, including those that workers closed on exit, and deletes old ones, and old boxes; once a
    day deletes old audit records, events and counts."""
    clock = installation.clock
    forgot_s = -math.inf
    next_s = MAINTAIN_EVERY_S

    def maintain() -> None:
        nonlocal next_s
        with reporting("maintain", "recordings could not be maintained", alarms):
            keep = installation.keep()
            next_s = round_s(keep, MAINTAIN_EVERY_S)
            tell(archive.maintain(keep, clock.now_90k()), alarms)
        with reporting("retire-boxes", "boxes kept for trying rules could not be deleted", alarms):
            installation.kept_boxes.retire(installation.keep(), clock.now_90k())
        with reporting("retire-stills", "pictures of events could not be deleted", alarms):
            installation.event_stills.retire(installation.keep(), clock.now_90k())

    def maintain_and_forget() -> float:
        nonlocal forgot_s
        maintain()
        if clock.monotonic() - forgot_s >= FORGET_EVERY_S:
            forgot_s = clock.monotonic()
            with reporting("forget", "old records of the audit could not be deleted", alarms):
                installation.forget_old()
            with reporting("retire", "old events and counts could not be deleted", alarms):
                alarms.round("future-dated", installation.retire_old())
        return next_s

    with every(MAINTAIN_EVERY_S, maintain_and_forget, "maintain"):
        yield
    maintain()


@contextmanager
def remembered(services: Services) -> Iterator[None]:
    """Records the states of cameras in the history, and what is wrong with them as events: starts before the cameras
    run, ends after them."""
    history, clock = services.archive.history, services.installation.clock
    records, health = EventRecords(services.installation.rows), HealthEvents()
    kept_90k = 0
    waiting = list[CameraEvent]()
    """Health events come once: those that could not be written are written later."""

    def note(*, at_end: bool = False) -> None:
        with reporting("remember", "camera states could not be recorded", services.alarms):
            states = services.fleet.states() if services.fleet and not at_end else {}
            now_90k = clock.now_90k()
            waiting.extend(health.note(states, now_90k))  # first: what begins and ends while nothing can be written
            history.note(states, now_90k)
            note_health(now_90k)

    def note_health(now_90k: int) -> None:
        nonlocal kept_90k
        if waiting:
            records.add(waiting)
            waiting.clear()
        if abs(now_90k - kept_90k) >= KEEP_EVERY_90K:
            kept_90k = now_90k
            records.keep_health(now_90k)
            records.close_stale(now_90k)

    history.begin()
    records.close_health()
    with every(REMEMBER_EVERY_S, note, "remember"):
        yield
    note(at_end=True)


@contextmanager
def discarded(services: Services) -> Iterator[None]:
    """Discards the files of users who may no longer redact files, whichever process took the permission, even if the
    file had just arrived."""
    jobs, users = services.redactions, services.installation.users

    def discard() -> None:
        with reporting("discard", "files of users who may no longer upload could not be discarded", services.alarms):
            if jobs is not None:
                may_bring = (user for user in users.list() if user.is_enabled)
                jobs.discard_all_but(
                    {user.handle.hex() for user in may_bring if may(user.principal, Action.REDACT_FILE).allowed}
                )

    with every(MAINTAIN_EVERY_S, discard, "discard"):
        yield


def tell(found: Sequence[Alarm], alarms: Alarms, by: str = "archive") -> None:
    """found: by one round over the whole archive, or over a part of its own."""
    for alarm in alarms.round(by, found):
        log.error("alarm %s: %s", alarm.kind, alarm.says)


@contextmanager
def reporting(name: str, what_failed: str, alarms: Alarms) -> Iterator[None]:
    """One round of a job. An error ends the round, and is an alarm until a round succeeds: whatever it is, the next
    round may succeed, and without rounds nothing is ever deleted. The log has it once."""

    def is_new(says: str) -> bool:
        return bool(alarms.round(name, [Alarm(AlarmKind.UPKEEP, None, says)]))

    try:
        yield
    except (PasserbyError, OSError) as error:
        if is_new(f"{what_failed}: {error}"):
            log.error("%s: %s", what_failed, error)
    except Exception as error:
        if is_new(f"{what_failed}: an unexpected {type(error).__name__}"):
            log.exception("%s", what_failed)
    else:
        alarms.round(name)


@contextmanager
def every(seconds: float, do: Callable[[], float | None], name: str) -> Iterator[None]:
    """Runs in a thread of its own, which ends with the block. do: may return the seconds until its next run."""
    over = threading.Event()

    def go_on() -> None:
        next_s = seconds
        while not over.wait(next_s):
            wait_s = do()
            next_s = seconds if wait_s is None else wait_s

    thread = threading.Thread(target=go_on, name=name)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
