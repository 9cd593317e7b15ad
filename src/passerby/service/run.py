"""A service from start to end: opens, recovers and serves, then stops every part in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from passerby.access import Installation
from passerby.api import Fleet, Redactions
from passerby.folders import held_alone
from passerby.service.notifying import notified
from passerby.service.server import ended_after, make_server, run_server, stop_on_signals
from passerby.service.upkeep import discarded, maintained, remembered
from passerby.service.wiring import opened

LOCK = "serve.lock"


def run_service(
    data: Path,
    installation: Installation,
    say_how_to_come_in: Callable[[Installation], None],
    end_after_s: float | None = None,
) -> None:
    """Runs until a signal, or for some seconds. Raises SettingsError, OutputError."""
    with held_alone(data, LOCK), opened(data, installation) as services:
        installation.follow_file()
        services.archive.recover_later()  # cameras record meanwhile
        server = make_server(services, installation.config)
        stop_on_signals(server)
        say_how_to_come_in(installation)
        with (
            maintained(installation, services.archive, services.alarms),
            remembered(services),
            running(services.fleet),
            running(services.redactions),
            discarded(services),
            notified(services),
            ended_after(server, end_after_s),
        ):
            run_server(server, installation.config)


@contextmanager
def running(what: Fleet | Redactions | None) -> Iterator[None]:
    if what is None:
        yield
        return
    what.start()
    try:
        yield
    finally:
        what.stop()
