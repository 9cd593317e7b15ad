"""`passerby audit`: looks for people and faces that a redacted file still shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from passerby.batch import AuditTask, Job, Outcome
from passerby.batch.findings import audit_facts, json_of
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.many import Crew, FactsFolder, FactsOverwrite, Jobs, Ray, Resume, Threads, finish, resumed, run_all
from passerby.cli.sources import address_of, find_for_facts
from passerby.names import readable
from passerby.report.words import clock

if TYPE_CHECKING:
    from passerby.engine import AuditResult, Finding


@fails_clearly
def audit(
    redacted: Annotated[
        list[str],
        typer.Argument(
            metavar="REDACTED", show_default=False, help="Redacted videos, stills, folders or s3://BUCKET/PREFIX."
        ),
    ],
    output: FactsFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    overwrite: FactsOverwrite = False,
    resume: Resume = False,
    threads: Threads = None,
    jobs: Jobs = None,
    ray: Ray = None,
    debug: Debug = False,
) -> None:
    """Look for people and faces left visible, at every scale.

    It lists when and where something looks like a person or a face, and exits with 1 if anything does, with 0 if
    nothing does. It can miss what the redaction missed: it is a second look, not a proof.

    Examples:

      passerby audit street.redacted.mp4

      passerby audit street.redacted.mp4 --json > findings.json

      passerby audit safe/ -o findings/ --jobs 2
    """
    to = None if output is None else address_of(output)
    found, done = find_for_facts(redacted, to, ".audit.json", redacted=True), list[Job]()
    crew = Crew.of(found, jobs, threads, ray)
    task = AuditTask(threads=crew.threads, overwrite=overwrite, debug=debug)
    several = len(found.jobs) > 1
    if resume:
        found, done, task = resumed(found, to, task)
    outcomes = run_all(found, task, lambda outcome: None if as_json else _say(outcome, several=several), crew.runner)
    if as_json:
        _print_json(outcomes, several=several)
    finds = any(_result(each).findings for each in outcomes if each.result) or any(map(found_before, done))
    finish(found, outcomes, "audited", failed=finds)


def found_before(job: Job) -> bool:
    """Whether an earlier run found something, by what it kept."""
    from passerby.batch.resume import read_facts

    assert job.output is not None, "a run that is resumed has an output"
    return bool(json.loads(read_facts(job.output))["findings"])


def _result(outcome: Outcome) -> AuditResult:
    from passerby.engine import AuditResult

    assert isinstance(outcome.result, AuditResult)
    return outcome.result


def _print_json(outcomes: list[Outcome], *, several: bool) -> None:
    facts = [(readable(each.job.source), audit_facts(_result(each))) for each in outcomes if each.result]
    if several:
        typer.echo(json_of([{"source": source, **each} for source, each in facts]))
    elif facts:
        typer.echo(json_of(facts[0][1]))


def _say(outcome: Outcome, *, several: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    if several:
        console.print(readable(outcome.job.source), markup=False)
    for line in audit_lines(_result(outcome)):
        console.print(f"  {line}" if several else line, markup=False)


def audit_lines(result: AuditResult) -> list[str]:
    looked = f"{result.frames_examined} of {result.frames} frames examined"
    if not result.findings:
        return [f"nothing found: {looked}"]
    return [*(_line(finding) for finding in result.findings), f"{len(result.findings)} places to look at: {looked}"]


def _line(finding: Finding) -> str:
    left, top, right, bottom = (round(edge) for edge in finding.xyxy)
    kind = getattr(finding.kind, "label", finding.kind)
    return (
        f"{clock(finding.start_s)} to {clock(finding.end_s)}  {kind}  at {left},{top} to {right},{bottom}  "
        f"confidence {finding.confidence:.2f}"
    )
