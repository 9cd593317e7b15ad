"""`passerby events SOURCE`: applies rules to a file and prints what happened in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from passerby.batch import EventsTask, Outcome
from passerby.batch.findings import Noticed, Stood, caution_line, json_of, noticed_facts
from passerby.cli.failure import Debug, fails_clearly, say_warning
from passerby.cli.many import Crew, FactsFolder, FactsOverwrite, Jobs, Ray, Resume, Threads, finish, resumed, run_all
from passerby.cli.sources import address_of, find_for_facts
from passerby.config.rule import read_rules
from passerby.errors import SettingsError
from passerby.media.events import Event, EventKind
from passerby.names import readable
from passerby.report.words import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from passerby.events import Count, Standing


@fails_clearly
def events(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            show_default=False,
            help="Videos of a fixed camera, stills, folders or s3://BUCKET/PREFIX.",
        ),
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
    output: FactsFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print events, counts and series as JSON.")] = False,
    overwrite: FactsOverwrite = False,
    resume: Resume = False,
    threads: Threads = None,
    jobs: Jobs = None,
    ray: Ray = None,
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
    from passerby.events.local_time import utc_from, when_it_holds, zone_named

    zone = zone_named(time_zone) if time_zone else None
    begun = utc_from(starts_at, zone) if starts_at else None
    applied = read_rules(rules)
    if begun is None:
        for rule in applied:
            when_it_holds(rule, None, zone)  # raises an error before any work is done
    to = None if output is None else address_of(output)
    found = find_for_facts(source, to, ".events.json")
    several = len(found.jobs) > 1
    if several and begun:
        raise SettingsError("--starts-at is of one video, but there are several", hint="name one at a time")
    crew = Crew.of(found, jobs, threads, ray)
    task = EventsTask(
        rules=applied,
        starts_at_utc=begun,
        time_zone=time_zone,
        threads=crew.threads,
        overwrite=overwrite,
        debug=debug,
    )
    if resume:
        found, _, task = resumed(found, to, task)
    outcomes = run_all(found, task, lambda outcome: None if as_json else _say(outcome, several=several), crew.runner)
    if as_json:
        _print_json(outcomes, several=several)
    finish(found, outcomes, "examined")


def _print_json(outcomes: list[Outcome], *, several: bool) -> None:
    facts = [noticed_facts(each.job.source, _result(each)) for each in outcomes if each.result]
    if several:
        typer.echo(json_of(facts))
    elif facts:
        typer.echo(json_of(facts[0]))


def _result(outcome: Outcome) -> Noticed | Stood:
    assert isinstance(outcome.result, Noticed | Stood)
    return outcome.result


def _say(outcome: Outcome, *, several: bool) -> None:
    found, source = _result(outcome), readable(outcome.job.source)
    for warning in _warnings(found):
        say_warning(f"{source}: {warning}" if several else warning)
    console = Console(highlight=False, soft_wrap=True)
    if several:
        console.print(source, markup=False)
    lines = (
        [standing_line(each) for each in found.standing]
        if isinstance(found, Stood)
        else event_lines(found.events, found.counts)
    )
    for line in lines:
        console.print(f"  {line}" if several else line, markup=False)


def _warnings(found: Noticed | Stood) -> list[str]:
    if isinstance(found, Stood):
        return [] if found.whole is None else [f"nothing is known of this picture: it is {found.whole}"]
    warnings = []
    if found.mode == "cover":
        warnings.append(f"rules are for fixed cameras, and this may be another: {found.why}")
    if found.whole:
        warnings.append(f"nothing is known of {found.whole} of {found.frames} frames")
    return [*warnings, *(f"{caution.rule}: {caution_line(caution)}" for caution in found.cautions)]


def event_lines(events: Sequence[Event], counts: Sequence[Count]) -> list[str]:
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
