"""`passerby serve`: opens the data folder, prints how to sign in, and serves until told to stop."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, ConfigFile, Data, config_of, installed
from passerby.cli.logs import log_to_stderr
from passerby.config.page_address import page_address
from passerby.errors import SettingsError

if TYPE_CHECKING:
    from passerby.access import Installation

log = logging.getLogger("passerby.serve")


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
    if config_of(data, config).cluster.servers:
        raise SettingsError(
            "this configuration is for several machines, and `passerby serve` is all of one",
            hint="passerby worker --cluster FILE, passerby api --cluster FILE; or take the section [cluster] out",
        )
    with installed(data, config, log.warning) as installation:
        from passerby.service.run import run_service  # here, since --help need not wait for all of it

        for section, why in installation.settings.unfit().items():
            log.warning(
                "what was set on the page for [%s] does not count, since it does not fit the file: %s", section, why
            )
        run_service(data, installation, say_how_to_come_in, end_after_s)


def say_how_to_come_in(installation: Installation) -> None:
    base = page_address(installation.config.server)
    secret = installation.set_up.new_link()
    if secret is None:
        typer.echo(f"passerby is running at {base}")
        return
    # After the #, which browsers do not send, so the link is in no proxy's log.
    minutes = installation.config.sign_in.set_up_link_minutes
    typer.echo(f"Create the first user here, within {minutes:g} minutes:\n\n  {base}#/set-up/{secret}\n")
    sys.stdout.flush()
