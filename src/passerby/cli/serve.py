"""`passerby serve`: opens the data folder, says how to come in, and serves until it is told to stop."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import typer

from passerby.cli.address import page_address
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, ConfigFile, Data, installed
from passerby.cli.logs import log_to_stderr
from passerby.cli.upkeep import discarded, remembered, tended
from passerby.config import Config
from passerby.errors import OutputError, SettingsError
from passerby.folders import emptied, held_alone

if TYPE_CHECKING:
    import uvicorn

    from passerby.access import Installation
    from passerby.api import Fleet, Redactions, Services
    from passerby.desk import Desk

log = logging.getLogger("passerby.serve")

LOCK = "serve.lock"
STOP_PATIENCE_S = 5  # for requests that are being answered


@fails_clearly
def serve(data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """Serve the page and the API for the cameras of a data folder.

    The first start prints a link for creating the first user. It works once, for an hour.

    Every key of the configuration file is explained in passerby.example.toml.
    """
    serve_folder(data, config, debug)


def serve_folder(data: Path, config: Path | None = None, debug: bool = False, end_after_s: float | None = None) -> None:
    """Until a signal, or for some seconds. Raises SettingsError, OutputError."""
    log_to_stderr(debug)
    with (
        installed(data, config, log.warning) as installation,
        held_alone(data, LOCK),
        _opened(data, installation) as services,
    ):
        installation.follow_file()
        services.archive.recover_later()  # cameras record meanwhile
        server = _server(services, installation.config)
        _stop_on_signals(server)
        _say_how_to_come_in(installation)
        with (
            tended(installation, services.archive, services.alarms),
            remembered(services),
            _running(services.fleet),
            _running(services.redactions),
            discarded(services),
            _ended_after(server, end_after_s),
        ):
            _run(server, installation.config)


@contextmanager
def _opened(data: Path, installation: Installation) -> Iterator[Services]:
    from passerby.access.installation import catalogue_url
    from passerby.alarms import Alarms
    from passerby.api import Services
    from passerby.archive import Archive
    from passerby.archive.retention import Space
    from passerby.fleet.configured import ConfiguredFleet
    from passerby.fleet.worker import Places

    told = installation.config
    space = Space(_bytes(told.storage.most_gigabytes), _bytes(told.storage.least_free_gigabytes) or 0)
    url, store = catalogue_url(data, told), told.storage.recordings
    with Archive(data, catalogue_url=url, store=store, space=space) as archive:
        fleet = ConfiguredFleet(installation, Places(data, data / "backgrounds", url, store))
        desk = make_desk(data, installation)
        yield Services(
            installation, archive, emptied(data / "exports"), fleet, fleet.try_camera, desk, Alarms(installation.clock)
        )


def make_desk(data: Path, installation: Installation) -> Desk:
    """Where files are redacted that users bring."""
    from passerby.desk import Desk, Limits

    told = installation.config.redact
    limits = Limits(told.most_bytes, told.most_files, told.keep_minutes * 60, told.most_files_per_user)
    return Desk(data / "redactions", installation.clock, limits)


def _bytes(gigabytes: float | None) -> int | None:
    return None if gigabytes is None else round(gigabytes * 1e9)


def _server(services: Services, config: Config) -> uvicorn.Server:
    """Raises SettingsError where the certificate does not work."""
    import uvicorn

    from passerby.api import make_app
    from passerby.api.app import behind_the_shell
    from passerby.api.page import built_page

    told, page = config.server, built_page()
    if page is None:
        log.warning("this installation was built without its page: only its API can be used")
    app = behind_the_shell(make_app(services, page), told, config.redact)
    settings = uvicorn.Config(
        app, host=told.host, port=told.port, lifespan="off", log_config=None,
        access_log=False, server_header=False, proxy_headers=False, ssl_certfile=told.certificate,
        ssl_keyfile=told.private_key, timeout_graceful_shutdown=STOP_PATIENCE_S, ws_max_size=1 << 16,
    )  # fmt: skip
    try:
        settings.load()
    except OSError as error:  # ssl.SSLError too
        raise SettingsError(
            f"couldn't use the certificate '{told.certificate}' with '{told.private_key}': {error.strerror or error}",
            hint="both must be PEM files that this user can read, and belong together",
        ) from None
    return uvicorn.Server(settings)


def _run(server: uvicorn.Server, config: Config) -> None:
    """Until a signal. Raises OutputError where it cannot listen."""
    with suppress(SystemExit):  # it could not listen: said below
        server.run()
    if not server.started:
        raise OutputError(
            f"couldn't listen at {config.server.host} port {config.server.port}",
            hint="is another program using it, or is it not an address of this machine? See [server] in passerby.toml",
        )
    log.info("stopped")


def _stop_on_signals(server: uvicorn.Server) -> None:
    """From now on a signal ends it in order, also before it runs. While it runs it takes signals itself, and passes
    them on afterwards, where they change nothing."""

    def stop(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)


def _say_how_to_come_in(installation: Installation) -> None:
    base = page_address(installation.config.server)
    secret = installation.set_up.new_link()
    if secret is None:
        typer.echo(f"passerby is running at {base}")
        return
    # Behind the #, which browsers do not send: so the link is in no log of a proxy.
    minutes = installation.config.sign_in.set_up_link_minutes
    typer.echo(f"Create the first user here, within {minutes:g} minutes:\n\n  {base}/#/set-up/{secret}\n")
    sys.stdout.flush()


@contextmanager
def _running(what: Fleet | Redactions | None) -> Iterator[None]:
    if what is None:
        yield
        return
    what.start()
    try:
        yield
    finally:
        what.stop()


@contextmanager
def _ended_after(server: uvicorn.Server, seconds: float | None) -> Iterator[None]:
    """As a signal would end it."""
    timer = threading.Timer(seconds or 0.0, setattr, (server, "should_exit", True))
    if seconds is not None:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
