"""`passerby events SOURCE`: applies rules to a file and prints what happened in it."""

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
from passerby.config.rule import Rule, read_rules
from passerby.media.events import Event, EventKind
from passerby.names import readable
from passerby.report.words import clock
from passerby.rules.events.sight import SMALLEST_PX

if TYPE_CHECKING:
    from datetime import tzinfo

    from passerby.events import Caution, Count, Standing
    from passerby.events.local_time import UtcOf


@fails_clearly
def events(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", show_default=False, help="A video of a fixed camera, or a still.")
    ],
    rules: Annotated[
        Path,
        typer.Option(
            "--rules", metavar="FILE", show_default=False, help="The rules, in TOML: docs/reference/rules.md."
        ),
    ],
    starts_at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Local time of the first frame, for rules with 'when': 2026-03-28 22:15."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of local times: Europe/Berlin. Default: the system's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events, counts and series as JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Print what happens in a video: lines crossed, zones entered, crowds, queues, loitering, wrong ways, stops, falls,
    things left behind or removed.

    It says what, where, when and how many, and never who. It writes no pictures. Of a still, it prints how many are
    in each zone.

    Examples:

      passerby events street.mp4 --rules rules.toml

      passerby events street.mp4 --rules rules.toml --json > events.json
    """
    from passerby.capture import is_still
    from passerby.events.local_time import utc_from, utc_of_file, zone_named

    zone = zone_named(time_zone) if time_zone else None
    utc_of = utc_of_file(utc_from(starts_at, zone)) if starts_at else None
    applied = read_rules(rules)
    (_print_still if is_still(source) else _print_video)(source, applied, utc_of, zone, as_json=as_json)


def _print_video(
    source: Path, rules: tuple[Rule, ...], utc_of: UtcOf | None, zone: tzinfo | None, *, as_json: bool
) -> None:
    from passerby.engine import observe
    from passerby.events import Watcher, needs_changes, needs_vehicles

    watcher, found, job = Watcher(rules, utc_of, zone), list[Event](), Job(source, source)
    with watcher_for(stderr()) as terminal:
        terminal.started(job)
        observed = observe(
            source,
            lambda view: found.extend(watcher.note(view)),
            wants_changes=needs_changes(rules),
            wants_vehicles=needs_vehicles(rules),
            progress=lambda progress: terminal.progressed(job, progress),
        )
    found.extend(watcher.end())
    over = sorted((event for event in found if event.end_s is not None), key=lambda event: event.start_s)
    if as_json:
        _print_json(
            source,
            **asdict(observed),
            events=[asdict(event) for event in over],
            counts=[asdict(count) for count in watcher.counts],
            series=[asdict(minute) for minute in watcher.take_minutes()],
            cautions=[{**asdict(caution), "says": caution_line(caution)} for caution in watcher.cautions],
        )
        return
    if observed.mode == "cover":
        say_warning(f"rules are for fixed cameras, and this may be another: {observed.why}")
    if observed.whole:
        say_warning(f"nothing is known of {observed.whole} of {observed.frames} frames")
    for caution in watcher.cautions:
        say_warning(f"{caution.rule}: {caution_line(caution)}")
    _print_lines(event_lines(over, watcher.counts))


def _print_still(
    source: Path, rules: tuple[Rule, ...], utc_of: UtcOf | None, zone: tzinfo | None, *, as_json: bool
) -> None:
    from passerby.engine import observe_still
    from passerby.events import standing
    from passerby.events.local_time import when_it_holds

    holds_at = [(rule, when_it_holds(rule, utc_of, zone)) for rule in rules]
    view = observe_still(source)
    found = standing([rule for rule, holds in holds_at if holds(view.time_s)], view) if view.whole is None else []
    if as_json:
        _print_json(source, mode="still", whole=view.whole, standing=[asdict(each) for each in found])
        return
    if view.whole is not None:
        say_warning(f"nothing is known of this picture: it is {view.whole}")
    _print_lines([standing_line(each) for each in found])


def _print_json(source: Path, **values: object) -> None:
    typer.echo(json.dumps({"source": readable(source.name), **values}, indent=2, ensure_ascii=False))


def _print_lines(lines: list[str]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line, markup=False)


def event_lines(events: list[Event], counts: list[Count]) -> list[str]:
    """For a terminal: one line an event, then the counts."""
    lines = [_line(event) for event in events] or ["no events"]
    return [*lines, *(f"{count.rule}: {count.right} to the right, {count.left} to the left" for count in counts)]


def standing_line(standing: Standing) -> str:
    """How many there are in one picture."""
    if standing.count is None:
        return f"{standing.rule}: does not apply to one picture"
    density = "" if standing.per_m2 is None else f", {standing.per_m2:.2f} per m²"
    return (
        f"{standing.rule}: {standing.count} {standing.objects}{density}{': too many' if standing.is_too_many else ''}"
    )


def caution_line(caution: Caution) -> str:
    """What a rule may not see here."""
    if caution.height_px is None:
        return f"too few {caution.objects} were found here to say how well they can be seen"
    return f"{caution.objects} here are {caution.height_px} pixels tall; many under {SMALLEST_PX} are not found"


def _line(event: Event) -> str:
    when = clock(event.start_s)
    if event.end_s is not None and event.end_s > event.start_s:
        when += f" to {clock(event.end_s)}"
    return f"{when}  {event.rule}: {happened(event.kind, event.objects, event.count, event.way)}"


def happened(kind: EventKind, objects: str, count: int, way: str | None) -> str:
    """What happened, in words."""
    who = f"{count} {objects}" if count > 1 else _ONE.get(objects, "")
    return _HAPPENED[kind].format(who=who, way=way)


_ONE = {"people": "somebody", "vehicles": "a vehicle", "things": "something"}
_HAPPENED = {
    EventKind.LINE_CROSSED: "{who} crossed to the {way}",
    EventKind.IN_ZONE: "{who} in the zone",
    EventKind.CROWD: "{who} in the zone: too many",
    EventKind.DENSITY: "{who} in the zone: too dense",
    EventKind.QUEUE: "{who} waiting: too many or for too long",
    EventKind.LOITERING: "{who} stayed for too long",
    EventKind.WRONG_WAY: "{who} went the wrong way",
    EventKind.STOPPED: "{who} stopped for too long",
    EventKind.FALL: "{who} fell",
    EventKind.LYING: "{who} lying for too long",
    EventKind.LEFT_OBJECT: "{who} was left behind",
    EventKind.REMOVED_OBJECT: "{who} is gone that was there",
    EventKind.CAMERA: "camera fault",
}
