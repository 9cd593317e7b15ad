"""`passerby demo`: redacts a drawn street, then runs the whole service with drawn cameras.

Needs no network, no people."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from passerby.batch import Job, RedactTask
from passerby.cli.demo_config import CAMERAS, write_config
from passerby.cli.event_log import event_line
from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, stderr
from passerby.cli.folder import installed
from passerby.cli.many import run_all
from passerby.cli.redact import say_redacted
from passerby.cli.serve import serve_folder
from passerby.cli.sources import Found, redacted_name
from passerby.clock import SystemClock
from passerby.config import FILE_NAME
from passerby.media.events import EventKind
from passerby.settings import Settings

STREET, STREET_S, STREET_WH = "street.mp4", 4, (960, 540)
_WHERE_TO_LOOK = """
Within two minutes, and every five minutes from then on, on the page under Events:

  Platform               somebody falls; a bag is left behind
  School yard            a crowd gathers
  Car park               a car on the footpath; a car against the one-way lane
  Closed yard, at night  somebody climbs in
  Street                 people pass: see Counts
  the last three         something is wrong with the camera: see Health

A busy machine learns the backgrounds later, and may notice things only the second time.
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
    """Redact a drawn street, then serve eight drawn cameras, recorded and live, until Ctrl-C.

    Rules notice what happens in front of them: somebody falls, a bag is left, a crowd gathers, a car drives where it
    must not, somebody climbs into a closed yard. Some of the cameras fail at times, as real ones do: one freezes, one
    repeats the same seconds, one is covered.

    Example:

      passerby demo
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _show_a_file(folder / STREET, debug)
    if files_only:
        return
    write_config(folder / FILE_NAME)
    typer.echo(f"\nNow the cameras: {len(CAMERAS)} drawn ones, kept in {folder}. Ctrl-C stops it.")
    typer.echo(_WHERE_TO_LOOK)
    began_90k = SystemClock().now_90k()
    serve_folder(folder, debug=debug, end_after_s=seconds)
    _say_what_was_noticed(folder, began_90k)


def _show_a_file(street: Path, debug: bool) -> None:
    """The same as `passerby redact`."""
    from passerby.capture.drawn import draw_street

    job = demo_job(street)
    if not all(Path(path).exists() for path in (street, *job.results)):
        stderr().print(f"drawing {street}: a street with people who do not exist", markup=False)
        draw_street(street, STREET_S, STREET_WH)
        task = RedactTask(settings=Settings(), overwrite=True, debug=debug)
        if run_all(Found([job]), task, say_redacted)[0].error is not None:
            raise typer.Exit(EXIT_FAILED)
    typer.echo(f"\nLook at {street} (drawn, clear), {job.output} (redacted) and {job.reports[0]} (in a browser).")
    typer.echo("Your own videos:  passerby redact VIDEO")


def demo_job(street: Path) -> Job:
    """The redacted file and the report go beside the drawing."""
    output = street.with_name(redacted_name(street))
    return Job(street, output, (output.with_suffix(".html"), output.with_suffix(".json")))


def _say_what_was_noticed(folder: Path, since_90k: int) -> None:
    """What the rules raised and counted in this run."""
    from passerby.events.log import MAX_AT_ONCE, Filter
    from passerby.events.sight import ALL_CAMERAS

    with installed(folder, None) as installation:
        found = installation.events.page(ALL_CAMERAS, Filter(from_90k=since_90k), most=MAX_AT_ONCE)
        lines = installation.rules.lines()
        counts = installation.tallies.since(lines, since_90k)
    typer.echo("\nWhat was noticed:" if found else "\nNothing was noticed yet. The first events come after a minute.")
    for event in reversed(found):
        if event.kind is not EventKind.CAMERA:
            typer.echo(f"  {event_line(event)}")
    faults = Counter((event.camera, event.rule) for event in found if event.kind is EventKind.CAMERA)
    for (camera, fault), times in sorted(faults.items()):
        typer.echo(f"  {camera}  camera fault: {fault}, {'once' if times == 1 else f'{times} times'}")
    for camera, rule in lines:
        right, left = (counts[camera, rule, way] for way in ("right", "left"))
        if right or left:
            typer.echo(f"  {camera}  {rule}: {right} went to the right, {left} to the left")
    if found:
        typer.echo(f"Export one:  passerby events export {found[0].id} --data {folder}")
