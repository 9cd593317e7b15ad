"""The HTTP server of a service: sets it up, runs it, and ends it in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from passerby.api import Services, make_app
from passerby.api.app import behind_middleware
from passerby.api.page import built_page
from passerby.config import Config
from passerby.errors import OutputError, SettingsError
from passerby.processes import at_signals

log = logging.getLogger("passerby.serve")

STOP_PATIENCE_S = 5  # for requests in progress


def make_server(services: Services, config: Config) -> uvicorn.Server:
    """Raises SettingsError if the certificate does not work."""
    server, page = config.server, built_page()
    if page is None:
        log.warning("this installation was built without its page: only its API can be used")
    app = behind_middleware(make_app(services, page), server, config.redact, config.map)
    settings = uvicorn.Config(
        app, host=server.host, port=server.port, lifespan="off", log_config=None,
        access_log=False, server_header=False, proxy_headers=False, ssl_certfile=server.certificate,
        ssl_keyfile=server.private_key, timeout_graceful_shutdown=STOP_PATIENCE_S, ws_max_size=1 << 16,
    )  # fmt: skip
    try:
        settings.load()
    except OSError as error:  # ssl.SSLError too
        raise SettingsError(
            f"couldn't use the certificate '{server.certificate}' with '{server.private_key}': "
            f"{error.strerror or error}",
            hint="both must be PEM files that this user can read, and belong together",
        ) from None
    return uvicorn.Server(settings)


def run_server(server: uvicorn.Server, config: Config) -> None:
    """Runs until a signal. Raises OutputError if it cannot listen."""
    with suppress(SystemExit):  # it could not listen: reported below
        server.run()
    if not server.started:
        raise OutputError(
            f"couldn't listen at {config.server.host} port {config.server.port}",
            hint="is another program using it, or is it not an address of this machine? See [server] in passerby.toml",
        )
    log.info("stopped")


def stop_on_signals(server: uvicorn.Server) -> None:
    """From now on a signal ends it in order, even before it runs. While running, it handles signals itself and passes
    them on afterwards, when they have no more effect."""
    at_signals(lambda: setattr(server, "should_exit", True))


@contextmanager
def ended_after(server: uvicorn.Server, seconds: float | None) -> Iterator[None]:
    """Ends it as a signal would."""
    timer = threading.Timer(seconds or 0.0, setattr, (server, "should_exit", True))
    if seconds is not None:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
