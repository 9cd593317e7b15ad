"""A short summary of a finished file on stdout."""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from passerby.batch import Job
from passerby.names import readable
from passerby.report import Report
from passerby.report.cautions import advice
from passerby.report.words import clock, place, share

SPANS_SHOWN = 5
CAVEAT = (
    "No software finds everybody. Look through the result before you hand it on; outlines, gait, clothes and "
    "places can still tell people apart."
)


def say_summary(report: Report, job: Job) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in summary_lines(report, job):
        console.print(line, markup=False)


def summary_lines(report: Report, job: Job) -> list[str]:
    """Plain text, one fact per line."""
    lines = [
        readable(job.output or job.source),
        f"  mode     {report.mode.used}: {report.mode.why}",
        f"  found    {_found(report)}",
        f"  hidden   {share(report.hidden.mean)} of the picture on average, {share(report.hidden.max)} at most",
        f"  frames   {_frames(report)}",
    ]
    if report.mode.instead:
        lines.append(f"  advice   {advice(report.mode.instead)}")
    lines += [f"  problem  {problem.message}{_at(problem.at_s)}" for problem in report.problems[:SPANS_SHOWN]]
    lines += _low_confidence(report)
    lines += [f"  warning  {warning}" for warning in report.warnings]
    lines.append(
        f"  speed    {report.speed.frames_per_s:.0f} frames/s, {report.speed.wall_s:.1f} s in all, "
        f"{report.speed.cpu_s:.1f} s of processor time"
    )
    lines += [f"  report   {readable(path)}" for path in job.reports]
    lines.append(f"  {CAVEAT}")
    return lines


def _found(report: Report) -> str:
    counts = Counter(track.kind for track in report.tracks)
    if not counts:
        return "nothing to follow"
    return ", ".join(f"{number} {kind} {'track' if number == 1 else 'tracks'}" for kind, number in counts.most_common())


def _frames(report: Report) -> str:
    frames = report.frames
    line = f"{frames.redacted} redacted, {frames.covered_whole} of them covered whole"
    reasons = "; ".join(f"{number} × {reason}" for reason, number in frames.whole_by_reason.items())
    return f"{line} ({reasons})" if reasons else line


def _low_confidence(report: Report) -> list[str]:
    doubts, size_wh = report.low_confidence, report.source.upright_size
    if not doubts:
        return ["  look at  nothing stands out as doubtful"]
    lines = [
        f"  look at  {clock(doubt.start_s)} to {clock(doubt.end_s)}, {place(doubt.xyxy, *size_wh)} "
        f"({', '.join(f'{side:g}' for side in doubt.xyxy)}): {doubt.reason}"
        for doubt in doubts[:SPANS_SHOWN]
    ]
    more = len(doubts) - SPANS_SHOWN
    return [*lines, f"           and {more} more, listed in the report"] if more > 0 else lines


def _at(time_s: float | None) -> str:
    return "" if time_s is None else f" (at {clock(time_s)})"
