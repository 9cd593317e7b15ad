"""`passerby redact`: reads the options, processes the files, reports the result."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from passerby.batch import Outcome, RedactTask
from passerby.cli.failure import Debug, fails_clearly, say_warning
from passerby.cli.many import MACHINE, Crew, Jobs, Ray, Resume, Threads, finish, resumed, run_all
from passerby.cli.sources import address_of, find
from passerby.cli.summary import say_summary
from passerby.cli.times import seconds
from passerby.config.about import Language
from passerby.covers_file import ManualCovers
from passerby.report import Report
from passerby.report.cautions import cautions
from passerby.settings import Hide, Mode, Settings, Shape, Style

LOOK, FILE = "What it looks like", "The file"

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        show_default=False,
        help="Videos, stills, folders, patterns in quotes, or s3://BUCKET/PREFIX.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        show_default=False,
        help=(
            "File for one source, folder or s3://BUCKET/PREFIX for several. Without it: NAME.redacted.mp4 beside the "
            "source; stills keep their suffix."
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
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FILE",
        show_default=False,
        rich_help_panel=FILE,
        help="Also write a report: .json or .html, both by giving it twice, or a folder for many sources.",
    ),
]
LanguageOption = Annotated[
    Literal["en", "ru"] | None,
    typer.Option(
        "--language",
        show_default="that of LANG, else en",
        rich_help_panel=FILE,
        help="Of a report that is a page; JSON is in English.",
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
    language: LanguageOption = None,
    overwrite: Overwrite = False,
    resume: Resume = False,
    encoder: Encoder = "software",
    threads: Threads = None,
    jobs: Jobs = None,
    ray: Ray = None,
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
    to = None if output is None else address_of(output)
    found = find(sources, to, map(address_of, report or ()))
    crew = Crew.of(found, jobs, threads, ray)
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
        threads=crew.threads,
    )
    covered = ManualCovers.read(covers) if covers else None
    for caution in cautions(settings):
        say_warning(caution)
    language = language or language_of(os.environ)
    task = RedactTask(settings=settings, covers=covered, overwrite=overwrite, debug=debug, language=language)
    if resume:
        found, _, task = resumed(found, to, task)
    finish(found, run_all(found, task, say_redacted, crew.runner), "redacted")


def say_redacted(outcome: Outcome) -> None:
    """The summary of a finished file."""
    assert isinstance(outcome.result, Report)
    say_summary(outcome.result, outcome.job)


def language_of(environment: Mapping[str, str]) -> Language:
    """That of the terminal, as POSIX has it; English if it is another one."""
    named = next((each for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (each := environment.get(name))), "")
    return "ru" if re.match(r"ru([_.@-]|$)", named, re.IGNORECASE) else "en"


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
