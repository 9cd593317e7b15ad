"""What a service does every few seconds beside serving: recordings are stored and forgotten, states remembered."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from passerby.clock import ticks_of
from passerby.errors import OutputError, PasserbyError
from passerby.media.alarms import Alarm, AlarmKind

if TYPE_CHECKING:
    from passerby.access import Installation
    from passerby.alarms import Alarms
    from passerby.api import Services
    from passerby.archive import Archive

log = logging.getLogger("passerby.serve")

TEND_EVERY_S = 10.0
FORGET_EVERY_S = 86400.0  # it leaves a record of its own
REMEMBER_EVERY_S = 1.0


@contextmanager
def tended(installation: Installation, archive: Archive, alarms: Alarms) -> Iterator[None]:
    """Recordings that ended are stored and old ones deleted, and what the workers closed when they ended; once a day
    old records of the audit go."""
    forgot_s = -math.inf
    forget = _watched(lambda: _forget(installation, alarms), "forget", alarms)  # by itself: its next round is far away

    def tend() -> None:
        try:
            tell(archive.tend(installation.keep(), installation.clock.now_90k()), alarms)
            alarms.round("tend")
        except (PasserbyError, OSError) as error:
            log.error("recordings could not be tended: %s", error)
            alarms.round("tend", [_failed(f"recordings could not be tended: {error}")])

    def tend_and_forget() -> None:
        nonlocal forgot_s
        tend()
        if installation.clock.monotonic() - forgot_s >= FORGET_EVERY_S:
            forgot_s = installation.clock.monotonic()
            forget()

    with _every(TEND_EVERY_S, _watched(tend_and_forget, "tend", alarms), "tend"):
        yield
    tend()


@contextmanager
def remembered(services: Services) -> Iterator[None]:
    """What cameras are said to do goes into the history: begun before they run, ended after."""
    from passerby.archive.history import Stretch

    history, clock, alarms = services.archive.history, services.installation.clock, services.alarms

    def note(*, at_end: bool = False) -> None:
        states = services.fleet.states() if services.fleet and not at_end else {}
        told = {name: Stretch(ticks_of(state.since), None, state.what, state.reason) for name, state in states.items()}
        try:
            history.note(told, clock.now_90k())
            alarms.round("remember")
        except OutputError as error:
            log.error("states of cameras could not be noted: %s", error)
            alarms.round("remember", [_failed(f"states of cameras could not be noted: {error}")])

    history.begin()
    with _every(REMEMBER_EVERY_S, _watched(note, "remember", alarms), "remember"):
        yield
    note(at_end=True)


def tell(found: Sequence[Alarm], alarms: Alarms) -> None:
    """found: by one round over the whole archive."""
    alarms.round("archive", found)
    for alarm in found:
        log.error("alarm %s: %s", alarm.kind, alarm.says)


def _failed(says: str) -> Alarm:
    return Alarm(AlarmKind.UPKEEP, None, says)


def _watched(do: Callable[[], None], name: str, alarms: Alarms) -> Callable[[], None]:
    """An error that nobody foresaw is an alarm until a round goes well."""

    def watched() -> None:
        try:
            do()
        except Exception as error:
            alarms.round(f"{name} unforeseen", [_failed(f"'{name}' ended in an unforeseen {type(error).__name__}")])
            raise
        alarms.round(f"{name} unforeseen")

    return watched


def _forget(installation: Installation, alarms: Alarms) -> None:
    try:
        installation.forget_old()
    except PasserbyError as error:
        log.error("old records of the audit could not be deleted: %s", error)
        alarms.round("forget", [_failed(f"old records of the audit could not be deleted: {error}")])
    else:
        alarms.round("forget")


@contextmanager
def _every(seconds: float, do: Callable[[], None], name: str) -> Iterator[None]:
    """In a thread of its own, which has ended when this has."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(seconds):
            try:
                do()
            except Exception:  # whatever it is, the next round may do better; without rounds nothing is ever deleted
                log.exception("%s: a round ended in an error nobody foresaw", name)

    thread = threading.Thread(target=go_on, name=name)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
