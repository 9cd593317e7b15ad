"""`passerby demo`: draws a street, redacts it and says where to look. Needs no network and no footage of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, stderr
from passerby.cli.progress import watcher_for
from passerby.cli.run import Task, run
from passerby.cli.sources import Job, redacted_name
from passerby.settings import Settings

STREET = "street.mp4"


@fails_clearly
def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to put the drawn video and what becomes of it.")
    ] = Path("demo"),
    seconds: Annotated[float, typer.Option(metavar="S", min=1, max=600, help="How long the drawn video is.")] = 12,
    debug: Debug = False,
) -> None:
    """Draw a sample street video, redact it and say where to look.

    Example:

      passerby demo
    """
    from passerby.capture.drawn import draw_street

    folder.mkdir(parents=True, exist_ok=True)
    street = folder / STREET
    stderr().print(f"drawing {street}: a street with people who do not exist", markup=False)
    draw_street(street, seconds)
    job = demo_job(street)
    with watcher_for(stderr()) as watcher:
        outcomes = run([job], Task(Settings(), overwrite=True, debug=debug), watcher)
    if outcomes[0].report is None:
        raise typer.Exit(EXIT_FAILED)
    typer.echo(f"\nLook at {street} (drawn, clear), {job.output} (redacted) and {job.reports[0]} (in a browser).")


def demo_job(street: Path) -> Job:
    """Redacted and reported beside the drawing."""
    output = street.with_name(redacted_name(street))
    return Job(street, output, (output.with_suffix(".html"), output.with_suffix(".json")))
