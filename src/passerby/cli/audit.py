"""`passerby audit`: looks for people and faces that a redacted file still shows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, stderr
from passerby.cli.progress import watcher_for
from passerby.cli.sources import Job
from passerby.report.words import clock

if TYPE_CHECKING:
    from passerby.engine import AuditResult, Finding


@fails_clearly
def audit(
    redacted: Annotated[
        Path, typer.Argument(metavar="REDACTED", show_default=False, help="The redacted video or still.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Look for people and faces left visible, at every scale.

    It lists when and where something looks like a person or a face, and exits with 1 if anything does, with 0 if
    nothing does. It can miss what the redaction missed: it is a second look, not a proof.

    Examples:

      passerby audit street.redacted.mp4

      passerby audit street.redacted.mp4 --json > findings.json
    """
    from passerby.engine import audit as look

    job = Job(redacted, redacted)
    with watcher_for(stderr()) as watcher:
        watcher.started(job)
        result = look(redacted, progress=lambda progress: watcher.progressed(job, progress))
    if as_json:
        typer.echo(json.dumps(asdict(result), indent=2, default=str))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for line in audit_lines(result):
            console.print(line, markup=False)
    if result.findings:
        raise typer.Exit(EXIT_FAILED)


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
