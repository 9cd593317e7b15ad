"""`passerby events`: applies rules to a file and prints what happened in it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from passerby.cli.failure import Debug, fails_clearly, say_warning, stderr
from passerby.cli.progress import watcher_for
from passerby.cli.sources import Job
from passerby.config.rule import read_rules
from passerby.media.events import Event, EventKind
from passerby.names import readable
from passerby.report.words import clock

if TYPE_CHECKING:
    from passerby.events import Count


@fails_clearly
def events(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", show_default=False, help="A video of a fixed camera.")],
    rules: Annotated[
        Path,
        typer.Option(
            "--rules", metavar="FILE", show_default=False, help="The rules, in TOML: docs/reference/rules.md."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print events and counts as JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Print what happens in a video: lines crossed, zones entered, crowds, loitering, wrong ways, stops, falls,
    things left behind or removed.

    It says what, where, when and how many, and never who. It writes no pictures.

    Examples:

      passerby events street.mp4 --rules rules.toml

      passerby events street.mp4 --rules rules.toml --json > events.json
    """
    from passerby.engine import observe
    from passerby.events import Watcher, needs_changes, needs_vehicles

    asked = read_rules(rules)
    watcher = Watcher(asked)
    found: list[Event] = []

    job = Job(source, source)
    with watcher_for(stderr()) as terminal:
        terminal.started(job)
        observed = observe(
            source,
            lambda view: found.extend(watcher.note(view)),
            wants_changes=needs_changes(asked),
            wants_vehicles=needs_vehicles(asked),
            progress=lambda progress: terminal.progressed(job, progress),
        )
    found.extend(watcher.end())
    over = sorted((event for event in found if event.end_s is not None), key=lambda event: event.start_s)
    if as_json:
        whole = {
            "source": readable(source.name),
            **asdict(observed),
            "events": [asdict(event) for event in over],
            "counts": [asdict(count) for count in watcher.counts],
        }
        typer.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    if observed.mode == "cover":
        say_warning(f"rules are for fixed cameras, and this may be another: {observed.why}")
    if observed.whole:
        say_warning(f"nothing is known of {observed.whole} of {observed.frames} frames")
    console = Console(highlight=False, soft_wrap=True)
    for line in event_lines(over, watcher.counts):
        console.print(line, markup=False)


def event_lines(events: list[Event], counts: list[Count]) -> list[str]:
    """For a terminal: one line an event, then the counts."""
    lines = [_line(event) for event in events] or ["no events"]
    return [*lines, *(f"{count.rule}: {count.right} to the right, {count.left} to the left" for count in counts)]


def _line(event: Event) -> str:
    when = clock(event.start_s)
    if event.end_s is not None and event.end_s > event.start_s:
        when += f" to {clock(event.end_s)}"
    who = f"{event.count} {event.objects}" if event.count > 1 else _ONE[event.objects]
    return f"{when}  {event.rule}: {_HAPPENED[event.kind].format(who=who, way=event.way)}"


_ONE = {"people": "somebody", "vehicles": "a vehicle", "things": "something"}
_HAPPENED = {
    EventKind.LINE_CROSSED: "{who} crossed to the {way}",
    EventKind.IN_ZONE: "{who} in the zone",
    EventKind.CROWD: "{who} in the zone: too many",
    EventKind.LOITERING: "{who} stayed for too long",
    EventKind.WRONG_WAY: "{who} went the wrong way",
    EventKind.STOPPED: "{who} stopped for too long",
    EventKind.FALL: "{who} fell",
    EventKind.LYING: "{who} lying for too long",
    EventKind.LEFT_OBJECT: "{who} was left behind",
    EventKind.REMOVED_OBJECT: "{who} is gone that was there",
}
