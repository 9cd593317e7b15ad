"""Input and output of `passerby camera` and `user`: prompts for secrets, which should be in no history, and tables."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.table import Table

WIDE = 400  # columns; nobody reads it on a terminal, so no address is truncated or wrapped


def ask(what: str) -> str:
    """SECRET. On a terminal it is not echoed; else reads a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True))
    return sys.stdin.readline().strip()


def show(table: Table) -> None:
    """As wide as the terminal; elsewhere as wide as the table."""
    width = None if sys.stdout.isatty() else WIDE
    Console(highlight=False, markup=False, soft_wrap=True, width=width).print(table)
