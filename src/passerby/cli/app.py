"""Assembles the commands."""

from __future__ import annotations

import io
import os
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from passerby.cli import (
    api,
    audit,
    backup,
    camera,
    channel,
    cluster,
    demo,
    doctor,
    event_log,
    models,
    redact,
    rule,
    serve,
    user,
    worker,
)
from passerby.processes import leave_no_core
from passerby.version import __version__

HELP = """Makes videos in which nobody can be recognised, and says how sure it is.

It finds people, faces, plates and vehicles to hide them. It recognises nobody: nothing in it can.
"""

app = typer.Typer(
    name="passerby",
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a pretty traceback prints local variables: pictures, paths, passphrases
)
app.command("redact")(redact.redact)
app.command("audit")(audit.audit)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("api")(api.api)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(camera.app, name="camera")
app.add_typer(rule.app, name="rule")
app.add_typer(event_log.app, name="events")
app.add_typer(channel.app, name="channel")
app.add_typer(cluster.app, name="cluster")
app.add_typer(user.app, name="user")
app.add_typer(models.app, name="models")


def main() -> None:
    """The entry point of the `passerby` command."""
    signal.signal(signal.SIGTERM, _leave)
    leave_no_core()
    _print_anything()
    os.environ.setdefault("SVT_LOG", "1")  # else the AV1 encoder prints twenty lines each time it opens
    app()


def _print_anything() -> None:
    """Escapes names that are not text, and characters that the terminal does not know, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave(number: int, frame: FrameType | None) -> None:
    # Exiting by an exception runs all clean-up: no half-written file stays behind.
    sys.exit(128 + number)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"passerby {__version__}")
        raise typer.Exit


@app.callback()
def _passerby(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass
