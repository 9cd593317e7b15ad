"""Asks for what should be in no history of commands: on a terminal without showing it, else a line of input."""

from __future__ import annotations

import sys

import typer


def ask(what: str) -> str:
    """SECRET."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True))
    return sys.stdin.readline().strip()
