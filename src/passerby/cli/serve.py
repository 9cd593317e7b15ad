"""`passerby serve`: opens the data folder, says how to come in, and serves until it is told to stop."""

from __future__ import annotations

import json
import logging
import math
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.cli.failure import Debug, fails_clearly
from passerby.config import FILE_NAME, Config, read_config
from passerby.errors import OutputError, PasserbyError, SettingsError
from passerby.media.alarms import Alarm
from passerby.media.segments import TICKS_PER_S

if TYPE_CHECKING:
    import uvicorn

    from passerby.access import Installation
    from passerby.api import Fleet, Redactions, Services
    from passerby.archive import Archive
    from passerby.desk import Desk

log = logging.getLogger("passerby.serve")

TEND_EVERY_S = 10.0
FORGET_EVERY_S = 86400.0  # it leaves a record of its own
REMEMBER_EVERY_S = 1.0
STOP_PATIENCE_S = 5  # for requests that are being answered

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Where recordings, catalogue and keys are kept.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", show_default=f"DIR/{FILE_NAME}, if there is one")
]
DATA = Path("passerby-data")


@fails_clearly
def serve(data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """Serve the page and the API for the cameras of a data folder.

    The first start prints a link that makes the first user. It works once, for an hour.

    Every key of the configuration file is explained in passerby.example.toml.
    """
    serve_folder(data, config, debug)


def serve_folder(data: Path, config: Path | None = None, debug: bool = False, end_after_s: float | None = None) -> None:
    """Until a signal, or for some seconds. Raises SettingsError, OutputError."""
    _log_to_stderr(debug)
    with installed(data, config) as installation, _opened(data, installation) as services:
        installation.follow_file()
        _tell(services.archive.recover())
        server = _server(services, installation.config)
        _stop_on_signals(server)
        _say_how_to_come_in(installation)
        with (
            _tended(installation, services.archive),
            _remembered(services),
            _running(services.fleet),
            _running(services.redactions),
            _ended_after(server, end_after_s),
        ):
            _run(server, installation.config)


@contextmanager
def installed(data: Path, config: Path | None) -> Iterator[Installation]:
    """The people and cameras of a data folder, which is made. Raises SettingsError, OutputError."""
    from passerby.access import Installation

    told = config_of(data, config)
    _make_folder(data)
    installation = Installation(data, told)
    try:
        yield installation
    finally:
        installation.close()


@contextmanager
def _opened(data: Path, installation: Installation) -> Iterator[Services]:
    from passerby.access.installation import catalogue_url
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
        yield Services(installation, archive, _empty_folder(data / "exports"), fleet, fleet.try_camera, desk)


def make_desk(data: Path, installation: Installation) -> Desk:
    """Where files are redacted that users bring."""
    from passerby.desk import Desk, Limits

    told = installation.config.redact
    limits = Limits(told.most_bytes, told.most_files, told.keep_minutes * 60)
    return Desk(data / "redactions", installation.clock, limits)


def config_of(data: Path, config: Path | None) -> Config:
    """Raises SettingsError."""
    if config is not None:
        return read_config(config)
    usual = data / FILE_NAME
    return read_config(usual) if usual.exists() else Config()


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OutputError(f"couldn't make '{data}': {(error.strerror or 'no reason given').lower()}") from error


def _empty_folder(folder: Path) -> Path:
    """What a crash left of exports goes: they are made anew when somebody asks."""
    folder.mkdir(exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        left.unlink(missing_ok=True)
    return folder


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
        log.warning("this installation was made without its page: only programs can use it")
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
            hint="both are PEM files, readable by this user, and belong together",
        ) from None
    return uvicorn.Server(settings)


def _run(server: uvicorn.Server, config: Config) -> None:
    """Until a signal. Raises OutputError where it cannot listen."""
    with suppress(SystemExit):  # it could not listen: said below
        server.run()
    if not server.started:
        raise OutputError(
            f"couldn't listen at {config.server.host} port {config.server.port}",
            hint="is another program using it, or the address not one of this machine? See server in passerby.toml",
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
    told = installation.config.server
    scheme = "https" if told.is_https else "http"
    host = told.names[0] if told.names else "localhost" if told.host in ("127.0.0.1", "0.0.0.0", "::") else told.host
    base = f"{scheme}://{f'[{host}]' if ':' in host else host}:{told.port}"
    secret = installation.set_up.new_link()
    if secret is None:
        typer.echo(f"passerby is at {base}")
        return
    # Behind the #, which browsers do not send: so the link is in no log of a proxy.
    minutes = installation.config.sign_in.set_up_link_minutes
    typer.echo(f"Make the first user here, within {minutes:g} minutes:\n\n  {base}/#/set-up/{secret}\n")
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


@contextmanager
def _tended(installation: Installation, archive: Archive) -> Iterator[None]:
    """Recordings that ended are stored and old ones deleted, every few seconds, in a thread; and at the end."""
    over = threading.Event()

    def tend() -> None:
        try:
            _tell(archive.tend(installation.keep(), installation.clock.now_90k()))
        except (PasserbyError, OSError) as error:
            log.error("recordings could not be tended: %s", error)

    def go_on() -> None:
        forgot_s = -math.inf
        while not over.wait(TEND_EVERY_S):
            tend()
            if installation.clock.monotonic() - forgot_s >= FORGET_EVERY_S:
                forgot_s = installation.clock.monotonic()
                _forget(installation)

    thread = threading.Thread(target=go_on, name="tend")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        tend()  # what the workers closed when they ended


def _forget(installation: Installation) -> None:
    try:
        installation.forget_old_audit()
    except PasserbyError as error:
        log.error("old records of the audit could not be deleted: %s", error)


@contextmanager
def _remembered(services: Services) -> Iterator[None]:
    """What cameras are said to do goes into the history, in a thread: begun before they run, ended after."""
    from passerby.archive.history import Stretch

    over, history, clock = threading.Event(), services.archive.history, services.installation.clock

    def note(*, at_end: bool = False) -> None:
        states = services.fleet.states() if services.fleet and not at_end else {}
        told = {
            name: Stretch(round(state.since.timestamp() * TICKS_PER_S), None, state.what, state.reason)
            for name, state in states.items()
        }
        try:
            history.note(told, clock.now_90k())
        except OutputError as error:
            log.error("states of cameras could not be noted: %s", error)

    def go_on() -> None:
        while not over.wait(REMEMBER_EVERY_S):
            note()

    history.begin()
    thread = threading.Thread(target=go_on, name="remember")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        note(at_end=True)


def _tell(alarms: Sequence[Alarm]) -> None:
    for alarm in alarms:
        log.error("alarm %s: %s", alarm.kind, alarm.says)


def _log_to_stderr(debug: bool) -> None:
    """For people on a terminal, else one JSON object a line."""
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(text if sys.stderr.isatty() else _JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.INFO if debug else logging.WARNING)
    for noisy in ("httpx2", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _JsonLines(logging.Formatter):
    """Of an error only its kind is told, not its words or where: they may hold anything."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"at": at, "level": record.levelname.lower(), "from": record.name, "says": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            told["error"] = record.exc_info[0].__name__
        return json.dumps(told, ensure_ascii=False)
