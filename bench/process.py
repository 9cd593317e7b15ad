"""Runs one command as a whole process and says what it cost: wall time, processor time, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024  # getrusage counts kilobytes, except on macOS
MB = 1_000_000
LAST_LINES = 8


class CommandFailed(Exception):
    """A measured command ended with an error, so that nothing it cost says anything."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and the children that it waited for took. peak_mb: of the largest of them, millions of bytes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run_measured(command: Sequence[str], env: Mapping[str, str] | None = None) -> Cost:
    """Runs to the end. Raises CommandFailed with what it said last.

    Peak memory cannot be measured below that of this process itself (Linux counts what a child had before it became
    another program), so whoever calls this must stay small: import nothing large.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=_with(env), stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-LAST_LINES:]
            raise CommandFailed(f"{_name(command)} ended with {process.returncode}:\n  " + "\n  ".join(last))
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT_BYTES / MB)


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The median time of several runs of one command, and the largest memory of any of them."""
    return Cost(
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.cpu_s for cost in costs),
        max(cost.peak_mb for cost in costs),
    )


def run_for_text(command: Sequence[str], env: Mapping[str, str] | None = None) -> str:
    """What a command prints. Raises CommandFailed."""
    done = subprocess.run(
        command, env=_with(env), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-LAST_LINES:]
        raise CommandFailed(f"{_name(command)} ended with {done.returncode}:\n  " + "\n  ".join(last))
    return done.stdout


def _with(env: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(env or {})}


def _name(command: Sequence[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:3]])
