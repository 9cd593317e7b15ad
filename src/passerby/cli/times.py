"""Parses times as people type them. Showing them is up to report/words.py."""

from __future__ import annotations

import re

import typer

_CLOCK = re.compile(r"(?:(?:(\d+):)?([0-5]?\d):)?(\d+(?:\.\d+)?)")


def seconds(text: str) -> float:
    """Seconds from `83.5`, `1:23.5` or `1:02:03`; typer.BadParameter for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if not match or (match[2] is not None and float(match[3]) >= 60):
        raise typer.BadParameter(f"'{text}' is not a time: write seconds (83.5) or a clock time (1:23.5, 1:02:03)")
    return 3600 * int(match[1] or 0) + 60 * int(match[2] or 0) + float(match[3])
