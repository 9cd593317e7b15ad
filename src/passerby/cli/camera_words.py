"""Asks for what should be in no history, and shows tables: what `passerby camera` and `user` say and hear."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.table import Table

WIDE = 400  # columns; nobody reads it on a terminal, so nothing of an address is cut or broken


def ask(what: str) -> str:
    """SECRET. On a terminal without showing it, else a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True))
    return sys.stdin.readline().strip()


def show(table: Table) -> None:
    """On the terminal as wide as it is; elsewhere as wide as the table."""
    width = None if sys.stdout.isatty() else WIDE
    Console(highlight=False, markup=False, soft_wrap=True, width=width).print(table)
