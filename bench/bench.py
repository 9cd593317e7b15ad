"""Measures passerby beside deface and a plain transcode, and prints the table: `make bench`.

Every command runs as a whole process, start and learning included. See bench/README.md for what the rows mean.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cases import CASES, Case, Results, rows
from clips import ClipMissing, Clips, shared_folder
from machine import busy_warning, describe_machine, versions
from process import CommandFailed
from runs import Bench
from table import table
from tools import ADDED, DEFACE, PASSERBY, TRANSCODE, Deface, Passerby, Tool, Transcode
from venvs import DEFACE as DEFACE_VENV
from venvs import cache_folder

TOOLS = {"passerby": PASSERBY, "models": ADDED, "deface": DEFACE, "transcode": TRANSCODE}
DEFAULT_RUNS = 3


def main() -> int:
    """Returns 1 if a command failed or nothing could be measured; a bar that is missed is said in the table."""
    asked = parse_arguments()
    if warning := busy_warning():
        say(f"warning: {warning}")
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as work:
        tools = find_tools(asked, Path(work))
        bench = Bench(asked.shared, Clips(asked.shared, Path(work), asked.end), tools, asked.runs, Path(work), say)
        results, failed = measure(bench, chosen_cases(asked.only))
    print(page(asked, tools, results) if asked.markdown else table(list(rows()), results, names_of(tools)))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(asked, tools, results), indent=1) + "\n", encoding="utf-8")
    return 1 if failed or not results else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one run of each command instead of --runs")
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS, help="times are the median of so many (default 3)")
    parser.add_argument("--only", action="append", metavar="NAME", help=f"of {', '.join(c.name for c in CASES)}")
    parser.add_argument("--tools", default=",".join(TOOLS), help=f"columns, of {', '.join(TOOLS)} (default all)")
    parser.add_argument("--end", type=float, metavar="S", help="use only the first S seconds of each clip")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder with footage, measures, models")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where deface is installed, apart")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that was measured there")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    asked = parser.parse_args()
    asked.shared = asked.shared.resolve()
    asked.runs = 1 if asked.quick else asked.runs
    asked.tools = asked.tools.split(",")
    if unknown := set(asked.tools) - set(TOOLS):
        parser.error(f"--tools knows no {', '.join(sorted(unknown))}")
    if unknown := set(asked.only or []) - {case.name for case in CASES}:
        parser.error(f"--only knows no {', '.join(sorted(unknown))}")
    return asked


def chosen_cases(only: Sequence[str] | None) -> list[Case]:
    return [case for case in CASES if not only or case.name in only]


def find_tools(asked: argparse.Namespace, work: Path) -> list[Tool]:
    """The columns, in order. One that cannot be had is left out, and it says why."""
    tools: list[Tool] = []
    for name in (name for name in TOOLS if name in asked.tools):
        try:
            tools.append(find_tool(name, asked, work))
        except (CommandFailed, ClipMissing) as error:
            say(f"no column for {name}: {error}")
    return tools


def find_tool(name: str, asked: argparse.Namespace, work: Path) -> Tool:
    """Raises CommandFailed or ClipMissing."""
    if name == "passerby":
        return Passerby(PASSERBY, work / "no-models")
    if name == "transcode":
        return Transcode()
    if name == "deface":
        say("deface in an environment of its own (made at the first run)")
        return Deface(DEFACE_VENV.ready(asked.cache))
    files = [file for file in sorted((asked.shared / "models").glob("*")) if file.suffix in (".onnx", ".xml")]
    if not files:
        raise ClipMissing(f"there are none in {asked.shared / 'models'}")
    with_models = Passerby(ADDED, work / "models")
    for file in files:
        with_models.add_model(file)
    return with_models


def measure(bench: Bench, cases: Sequence[Case]) -> tuple[Results, list[str]]:
    """Results of every case that could be measured, and the names of those in which a command failed."""
    results: Results = {}
    failed = []
    for case in cases:
        try:
            results[case.name] = bench.measure(case)
        except ClipMissing as error:
            say(f"{case.name}: skipped, {error}")
        except CommandFailed as error:
            say(f"{case.name}: FAILED, {error}")
            failed.append(case.name)
    return results, failed


def names_of(tools: Sequence[Tool]) -> list[str]:
    return [tool.name for tool in tools]


def page(asked: argparse.Namespace, tools: Sequence[Tool], results: Results) -> str:
    """The part of bench/README.md that changes: where, with what, the table, the commands."""
    packages = ", ".join(f"{name} {number}" for name, number in versions().items())
    runs = "one run" if asked.runs == 1 else f"median of {asked.runs} runs"
    length = "" if asked.end is None else f", first {asked.end:g} s of each clip only"
    figures = table(list(rows()), results, names_of(tools), markdown=True)
    commands = dict.fromkeys(line for case in commands_of(tools, results).values() for line in case.values())
    shown = "\n".join(f"    {line}" for line in commands)
    return f"{describe_machine()}; {packages}; {runs}{length}.\n\n{figures}\n\nThe commands:\n\n{shown}"


def commands_of(tools: Sequence[Tool], results: Results) -> dict[str, dict[str, str]]:
    """By case, by tool: what ran, as somebody would type it."""
    return {
        case.name: {t.name: t.words(case.source, case.options) for t in tools if t.name in results[case.name]}
        for case in CASES
        if case.name in results
    }


def as_json(asked: argparse.Namespace, tools: Sequence[Tool], results: Results) -> dict[str, Any]:
    return {
        "machine": describe_machine(),
        "versions": versions(),
        "runs": asked.runs,
        "first_seconds_only": asked.end,
        "commands": commands_of(tools, results),
        "results": {name: {tool: asdict(made) for tool, made in by.items()} for name, by in results.items()},
    }


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
