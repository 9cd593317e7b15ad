"""`passerby redact`: reads the options, processes the files, reports the result."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, say_error, say_warning, sentence, stderr
from passerby.cli.progress import watcher_for
from passerby.cli.run import Task, run
from passerby.cli.sources import Found, find
from passerby.cli.times import seconds
from passerby.covers_file import ManualCovers
from passerby.names import readable
from passerby.report.cautions import cautions
from passerby.settings import Hide, Mode, Settings, Shape, Style

LEFT_OUT_SHOWN = 20
LOOK, FILE, MACHINE = "What it looks like", "The file", "The machine"

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        show_default=False,
        help=("Videos, stills, folders, or patterns in quotes."),
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        show_default=False,
        help=(
            "File for one source, folder for several. Without it: NAME.redacted.mp4 beside the source; "
            "stills keep their suffix."
        ),
    ),
]
ModeOption = Annotated[
    Mode,
    typer.Option(
        help=(
            "reveal hides all but established background (fixed cameras); cover hides what is found (moving ones); "
            "auto measures whether the camera moves."
        )
    ),
]
HideOption = Annotated[
    str, typer.Option(metavar="KINDS", help=("What to look for, with commas between: people, faces, plates, vehicles."))
]
StyleOption = Annotated[
    Style,
    typer.Option(rich_help_panel=LOOK, help=("What is drawn over what is hidden. mosaic and blur keep traces of it.")),
]
ShapeOption = Annotated[
    Shape, typer.Option(rich_help_panel=LOOK, help="outline follows the body: it shows build and gait.")
]
Margin = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        min=0,
        max=2,
        rich_help_panel=LOOK,
        help="Padding on each side of a cover, as a share of its size.",
    ),
]
Covers = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        show_default=False,
        rich_help_panel=LOOK,
        help=("JSON of boxes over time to add or remove by hand: see docs/reference/covers-file.md."),
    ),
]
Audio = Annotated[Literal["drop", "keep"], typer.Option(rich_help_panel=FILE, help="keep: voices identify people.")]
Codec = Annotated[Literal["h264", "hevc", "av1"], typer.Option(rich_help_panel=FILE)]
Quality = Annotated[
    int,
    typer.Option(
        metavar="N", min=0, max=63, rich_help_panel=FILE, help="Constant rate factor: lower is better and larger."
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        metavar="T", show_default=False, rich_help_panel=FILE, help="Start here: seconds, or a time like 1:23.5."
    ),
]
End = Annotated[
    str | None, typer.Option(metavar="T", show_default=False, rich_help_panel=FILE, help="End before this time.")
]
Reports = Annotated[
    list[Path] | None,
    typer.Option(
        "--report",
        metavar="FILE",
        show_default=False,
        rich_help_panel=FILE,
        help="Also write a report: .json or .html, both by giving it twice, or a folder for many sources.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", rich_help_panel=FILE, help="Replace outputs that already exist.")
]
Encoder = Annotated[
    Literal["auto", "software", "nvenc", "vaapi", "qsv"],
    typer.Option(
        rich_help_panel=MACHINE, help="auto takes a hardware encoder where there is one: see `passerby doctor`."
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, show_default="all processors", rich_help_panel=MACHINE, help="Threads to use for one file."
    ),
]
Jobs = Annotated[int, typer.Option(metavar="N", min=1, rich_help_panel=MACHINE, help="Files to work on at once.")]

DEFAULTS = Settings()


@fails_clearly
def redact(
    sources: Sources,
    output: Output = None,
    mode: ModeOption = "auto",
    hide: HideOption = "people,faces,plates",
    style: StyleOption = "silhouette",
    shape: ShapeOption = "rounded",
    margin: Margin = DEFAULTS.margin,
    covers: Covers = None,
    audio: Audio = "drop",
    codec: Codec = "h264",
    quality: Quality = DEFAULTS.quality,
    start: Start = None,
    end: End = None,
    report: Reports = None,
    overwrite: Overwrite = False,
    encoder: Encoder = "software",
    threads: Threads = None,
    jobs: Jobs = 1,
    debug: Debug = False,
) -> None:
    """Make videos and stills in which nobody can be recognised.

    Examples:

      passerby redact street.mp4

      passerby redact clips/ -o safe/ --jobs 4 --report safe/

      passerby redact walk.mp4 --mode cover --start 1:05 --end 2:30 --report w.html

      passerby redact street.mp4 --covers by-hand.json --overwrite

    Exits with 0 only if every file was redacted, with 1 if one was not, with 130 if stopped by Ctrl-C.
    """
    found = find(sources, output, report or ())
    at_once = max(1, min(jobs, len(found.jobs)))
    settings = Settings(
        mode=mode,
        hide=kinds(hide),
        style=style,
        shape=shape,
        margin=margin,
        audio=audio,
        codec=codec,
        encoder=encoder,
        quality=quality,
        start_s=_time(start),
        end_s=_time(end),
        threads=threads or _share_of_processors(at_once),
    )
    task = Task(settings, ManualCovers.read(covers) if covers else None, overwrite, debug)
    for caution in cautions(settings):
        say_warning(caution)
    for note in left_out(found):
        stderr().print(note, markup=False)
    for unread in found.unread:
        say_error(*sentence(unread))
    with watcher_for(stderr()) as watcher:
        outcomes = run(found.jobs, task, watcher, at_once)
    failed = sum(outcome.report is None for outcome in outcomes)
    if failed and len(found.jobs) > 1:
        stderr().print(f"{failed} of {len(found.jobs)} files could not be redacted")
    if failed or found.unread:
        raise typer.Exit(EXIT_FAILED)


def left_out(found: Found) -> list[str]:
    """A line for each reason: nothing in a folder is skipped silently."""
    lines = []
    for reason, paths in found.left_out.items():
        names = ", ".join(readable(path) for path in paths[:LEFT_OUT_SHOWN])
        more = len(paths) - LEFT_OUT_SHOWN
        lines.append(f"left out ({reason}): {names}" + (f" and {more} more" if more > 0 else ""))
    return lines


def kinds(text: str) -> frozenset[Hide]:
    """From `people,faces`; typer.BadParameter lists the valid names."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    known = {hide.value for hide in Hide}
    if not words or set(words) - known:
        raise typer.BadParameter(
            f"--hide takes {', '.join(hide.value for hide in Hide)}, with commas between; not '{text}'"
        )
    return frozenset(Hide(word) for word in words)


def _time(text: str | None) -> float | None:
    return None if text is None else seconds(text)


def _share_of_processors(at_once: int) -> int | None:
    """Threads per file, so that concurrent files do not compete for processors. None: the engine's default."""
    return None if at_once == 1 else max(1, (os.cpu_count() or 1) // at_once)
