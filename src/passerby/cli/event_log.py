"""`passerby events`: lists, watches and exports what the cameras of a data folder raised; or the events of a file."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperGroup

from passerby.cli import events
from passerby.cli.camera_words import show
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, ConfigFile, Data, config_of, installed
from passerby.clock import utc_of
from passerby.errors import SettingsError
from passerby.media.events import EventKind, EventState
from passerby.media.segments import TICKS_PER_S

if TYPE_CHECKING:
    from passerby.access import Installation
    from passerby.events.log import Filter, LoggedEvent

LOOK_EVERY_S = 0.5


class _OrSource(TyperGroup):
    """What names none of its commands is a file: `passerby events street.mp4 --rules rules.toml`."""

    otherwise = "file"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the name of the command before what has none."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.otherwise, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_OrSource,
    no_args_is_help=True,
    help="""List, watch and export what the rules of the cameras noticed, and what was wrong with cameras.

    Or print what happens in a video: passerby events SOURCE --rules FILE, with the options of "file".
    """,
)
app.command(_OrSource.otherwise)(events.events)

Camera = Annotated[str | None, typer.Option(metavar="NAME", show_default="all", help="Only those of this camera.")]
Rule = Annotated[str | None, typer.Option(metavar="NAME", show_default="all", help="Only those of this rule.")]
Kind = Annotated[EventKind | None, typer.Option(show_default="all", help="Only those of this kind.")]


@app.command("list")
@fails_clearly
def list_events(
    camera: Camera = None,
    kind: Kind = None,
    rule: Rule = None,
    state: Annotated[list[EventState] | None, typer.Option(show_default="all", help="Any of these.")] = None,
    begun_from: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Began at or after, in local time: 2026-03-28 22:15.")
    ] = None,
    begun_to: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Began before.")] = None,
    most: Annotated[int, typer.Option(metavar="N", min=1, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON, with times in UTC.")] = False,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """List events, the newest first: what, where, when and how many, and never who.

    Examples:

      passerby events list

      passerby events list --camera yard --state new --from "2026-03-28 22:00"
    """
    from passerby.events.log import Filter

    wanted = Filter(camera, rule, kind, state or (), None, _ticks(begun_from), _ticks(begun_to))
    with installed(data, config) as installation:
        found = list(_pages(installation, wanted, most))
    if as_json:
        typer.echo(json.dumps([_facts(each) for each in found], indent=2, ensure_ascii=False))
        return
    table = Table("id", "began", "lasted", "camera", "rule", "what", "state", box=None, header_style="bold")
    for each in found:
        table.add_row(str(each.id), _clock(each.start_90k), _lasted(each), each.camera, each.rule, _what(each),
                      each.state)  # fmt: skip
    show(table)


@app.command("watch")
@fails_clearly
def watch(
    camera: Camera = None,
    kind: Kind = None,
    rule: Rule = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each as a line of JSON, with times in UTC.")] = False,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Print events as they come, a line each, until Ctrl-C.

    Example:

      passerby events watch --camera yard
    """
    from passerby.events.new_events import NewEvents

    with installed(data, config) as installation:
        new = NewEvents(installation.events)
        typer.echo("watching for new events: Ctrl-C ends it", err=True)
        try:
            while True:
                for each in new.take():
                    asked = ((camera, each.camera), (kind, each.kind), (rule, each.rule))
                    if all(wanted in (None, is_so) for wanted, is_so in asked):
                        typer.echo(json.dumps(_facts(each), ensure_ascii=False) if as_json else event_line(each))
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            return


@app.command("export")
@fails_clearly
def export(
    id: Annotated[int, typer.Argument(metavar="ID", show_default=False, min=1, help="As passerby events list says.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", show_default="event-ID.mp4", help="Where to.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")] = False,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Write the redacted recording of an event, with 5 seconds around it, and its facts as JSON beside it.

    The audit says so, as it does for an export on the page.

    Example:

      passerby events export 12 -o fall.mp4
    """
    from passerby.access.installation import catalogue_url
    from passerby.archive import Archive
    from passerby.events.log import AROUND_90K
    from passerby.events.no_recording import no_recording
    from passerby.events.sight import ALL_CAMERAS
    from passerby.record.partfile import check_output
    from passerby.rules.access import Action

    path = output or Path(f"event-{id}.mp4")
    facts_path = path.with_suffix(".json")
    for each in (path, facts_path):
        check_output(each, overwrite=overwrite, source=None)
    settings = config_of(data, config)
    with installed(data, config) as installation:
        found = installation.events.find(ALL_CAMERAS, id)
        if found is None:
            raise SettingsError(f"there is no event {id}", hint="passerby events list names them")
        from_90k, to_90k = max(0, found.start_90k - AROUND_90K), found.end_90k + AROUND_90K
        facts = {"event": _facts(found), "comments": [asdict(each) for each in installation.events.comments(id)]}
        url, store = catalogue_url(data, settings), settings.storage.recordings
        with Archive(data, catalogue_url=url, store=store) as archive:
            if not archive.playlist(found.camera, from_90k, to_90k).entries:
                keep = installation.keep().of(found.camera)
                raise no_recording(found, keep, installation.clock.now_90k())
            installation.audit.note("", "command", Action.EXPORT, found.camera, from_90k, to_90k)
            archive.export(found.camera, from_90k, to_90k, path, overwrite=overwrite)
    facts_path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(f"wrote {path} and {facts_path}")


def _pages(installation: Installation, wanted: Filter, most: int) -> Iterator[LoggedEvent]:
    from passerby.events.log import MAX_AT_ONCE
    from passerby.events.sight import ALL_CAMERAS

    before: tuple[int, int] | None = None
    while most > 0:
        page = installation.events.page(ALL_CAMERAS, wanted, before, min(most, MAX_AT_ONCE))
        yield from page
        if len(page) < min(most, MAX_AT_ONCE):
            return
        most -= len(page)
        before = (page[-1].start_90k, page[-1].id)


def _facts(each: LoggedEvent) -> dict[str, object]:
    """As the API has them."""
    return asdict(each)


def event_line(each: LoggedEvent) -> str:
    """One event, for a terminal."""
    return f"{_clock(each.start_90k)}  {each.camera}  {each.rule}: {_what(each)}"


def _what(each: LoggedEvent) -> str:
    return events.happened(each.kind, each.objects, each.count, each.way)


def _lasted(each: LoggedEvent) -> str:
    if each.is_open:
        return "ongoing"
    seconds = (each.end_90k - each.start_90k) / TICKS_PER_S
    return "" if seconds < 0.5 else f"{seconds:.0f} s"


def _clock(at_90k: int) -> str:
    """Local time, as the options take it."""
    return f"{utc_of(at_90k).astimezone():%Y-%m-%d %H:%M:%S}"


def _ticks(text: str | None) -> int | None:
    from passerby.events.local_time import utc_from

    return None if text is None else round(utc_from(text, None).timestamp() * TICKS_PER_S)
