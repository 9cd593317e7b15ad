"""`passerby demo`: redacts a drawn street, then runs the whole service with drawn cameras.

Needs no network, no people."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, stderr
from passerby.cli.progress import watcher_for
from passerby.cli.run import Task, run
from passerby.cli.serve import serve_folder
from passerby.cli.sources import Job, redacted_name
from passerby.config import FILE_NAME, Server
from passerby.settings import Settings

STREET, STREET_S, STREET_WH = "street.mp4", 4, (960, 540)
CAMERAS = (
    ("street", "Street"),
    ("square", "School yard"),
    ("platform", "Platform"),
    ("car-park", "Car park"),
    ("freezes", "Platform, freezes"),
    ("loops", "Street, loops"),
    ("covered", "School yard, covered"),
)
"""Names of drawn cameras, and their titles. The last three have a fault, for half a minute and again later."""
_CONFIG = """\
# Written by `passerby demo` at its first start, and never again: change it as you like.

[server]
port = {port}

[storage]
keep_hours = 2
most_gigabytes = 1
least_free_gigabytes = 0.2

[sources]
drawn = true

[about]
title = "passerby, a demo"
purpose = "To see what passerby does. These cameras show drawings: nobody in them exists."
"""
_CAMERA = """
[[camera]]
name = "{name}"
title = "{title}"
address = "drawn:{name}"
groups = ["drawn"]
"""


@fails_clearly
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The demo's own data folder; a second start continues with it.")
    ] = Path("demo"),
    seconds: Annotated[
        float | None,
        typer.Option(metavar="S", min=1, help="Stop the service after this time.", show_default="Ctrl-C"),
    ] = None,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Redact the drawn video, and do nothing else.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Redact a drawn street, then serve seven drawn cameras, recorded and live, until Ctrl-C.

    Some of the cameras fail at times, as real ones do: one freezes, one repeats the same seconds, one is covered.

    Example:

      passerby demo
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _show_a_file(folder / STREET, debug)
    if files_only:
        return
    write_config(folder / FILE_NAME)
    typer.echo(f"\nNow the cameras: {len(CAMERAS)} drawn ones, kept in {folder}. Ctrl-C stops it.\n")
    serve_folder(folder, debug=debug, end_after_s=seconds)


def _show_a_file(street: Path, debug: bool) -> None:
    """The same as `passerby redact`."""
    from passerby.capture.drawn import draw_street

    job = demo_job(street)
    if not all(path.exists() for path in (street, job.output, *job.reports)):
        stderr().print(f"drawing {street}: a street with people who do not exist", markup=False)
        draw_street(street, STREET_S, STREET_WH)
        with watcher_for(stderr()) as watcher:
            outcomes = run([job], Task(Settings(), overwrite=True, debug=debug), watcher)
        if outcomes[0].report is None:
            raise typer.Exit(EXIT_FAILED)
    typer.echo(f"\nLook at {street} (drawn, clear), {job.output} (redacted) and {job.reports[0]} (in a browser).")
    typer.echo("Your own videos:  passerby redact VIDEO")


def demo_job(street: Path) -> Job:
    """The redacted file and the report go beside the drawing."""
    output = street.with_name(redacted_name(street))
    return Job(street, output, (output.with_suffix(".html"), output.with_suffix(".json")))


def write_config(path: Path) -> None:
    """If there is none yet: an ordinary file, which also works with `passerby serve`."""
    if path.exists():
        return
    cameras = "".join(_CAMERA.format(name=name, title=title) for name, title in CAMERAS)
    path.write_text(_CONFIG.format(port=_port()) + cameras, encoding="utf-8")


def _port() -> int:
    """The usual port, or a free one if another program uses that."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((Server().host, Server().port))
        except OSError:
            tried.bind((Server().host, 0))
        return int(tried.getsockname()[1])
