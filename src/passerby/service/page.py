"""The page and the API of several machines, on one that records nothing: opens, serves, and ends in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from passerby.access import Installation
from passerby.access.installation import catalogue_url
from passerby.api import Services
from passerby.archive import Archive
from passerby.fleet.nats.control import NatsControl
from passerby.fleet.nats.fetching import PieceLink
from passerby.folders import emptied, held_alone
from passerby.notify.alarms import Alarms
from passerby.notify.configured import ConfiguredNotifier
from passerby.service.elsewhere import LOOK_EVERY_S, CamerasElsewhere
from passerby.service.notifying import following
from passerby.service.run import LOCK, running
from passerby.service.server import make_server, run_server, stop_on_signals
from passerby.service.spools_elsewhere import SpoolsElsewhere
from passerby.service.trials import Trials
from passerby.service.upkeep import discarded, every, reporting
from passerby.service.wiring import make_jobs


def run_page(
    data: Path, installation: Installation, name: str, say_how_to_come_in: Callable[[Installation], None]
) -> None:
    """Runs until a signal. Raises SettingsError, OutputError. name: of this machine, unlike that of any other.

    Retention, the history of states and messages are the work of the node with the slot for it.
    """
    with held_alone(data, LOCK), _opened(data, installation, name) as (services, cameras):
        server = make_server(services, installation.config)
        stop_on_signals(server)
        say_how_to_come_in(installation)

        def look() -> None:
            with reporting("look", "the nodes could not be seen", services.alarms):
                cameras.look()

        with (
            running(services.redactions),
            discarded(services),
            every(LOOK_EVERY_S, look, "look"),
            following(services),
        ):
            run_server(server, installation.config)


@contextmanager
def _opened(data: Path, installation: Installation, name: str) -> Iterator[tuple[Services, CamerasElsewhere]]:
    config = installation.config
    url, store = catalogue_url(data, config), config.storage.recordings
    pieces, found = PieceLink(config.cluster, name), list[CamerasElsewhere]()
    spools = SpoolsElsewhere(pieces, lambda spool: found[0].place_of(spool) if found else None)
    with closing(pieces), Archive(data, catalogue_url=url, store=store, others=spools) as archive:
        control = NatsControl(config.cluster, f"passerby {name}", archive.highest_token)
        cameras = CamerasElsewhere(installation, control, name)
        found.append(cameras)
        services = Services(
            installation, archive, emptied(data / "exports"), cameras, Trials(config).try_camera,
            make_jobs(data, installation), Alarms(installation.clock),
            ConfiguredNotifier(installation, is_service=False), cameras.machines, cameras.alarms,
        )  # fmt: skip
        try:
            yield services, cameras
        finally:
            cameras.stop()
            control.close()
