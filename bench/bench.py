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
from table import table, verdict
from tools import ADDED, DEFACE, PASSERBY, TRANSCODE, Deface, Passerby, Tool, Transcode
from venvs import DEFACE as DEFACE_VENV
from venvs import cache_folder

TOOLS = {"passerby": PASSERBY, "models": ADDED, "deface": DEFACE, "transcode": TRANSCODE}
DEFAULT_RUNS = 3


def main() -> int:
    """Returns 1 if passerby missed a bar or could not be measured."""
    asked = parse_arguments()
    if warning := busy_warning():
        say(f"warning: {warning}")
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as work:
        tools = find_tools(asked, Path(work))
        bench = Bench(asked.shared, Clips(asked.shared, Path(work), asked.end), tools, asked.runs, Path(work), say)
        results, failed = measure(bench, chosen_cases(asked.only))
    lines = list(rows())
    print(table(lines, results, [tool.name for tool in tools], markdown=asked.markdown))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(asked, tools, results), indent=1) + "\n", encoding="utf-8")
    missed = any(verdict(row, results) == "MISSED" for row in lines)
    return 1 if missed or failed or not results else 0


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


def as_json(asked: argparse.Namespace, tools: Sequence[Tool], results: Results) -> dict[str, Any]:
    measured = [case for case in CASES if case.name in results]
    return {
        "machine": describe_machine(),
        "versions": versions(),
        "runs": asked.runs,
        "first_seconds_only": asked.end,
        "commands": {
            case.name: {tool.name: tool.words(case.source, case.options) for tool in tools if tool.name in case.tools}
            for case in measured
        },
        "results": {
            case.name: {tool: asdict(figures) for tool, figures in results[case.name].items()} for case in measured
        },
    }


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
