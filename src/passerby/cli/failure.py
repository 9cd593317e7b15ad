"""How a command fails: one sentence and a hint on stderr, and an exit code. A traceback only on request."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Annotated, ParamSpec, TypeVar

import typer
from rich.console import Console

from passerby.errors import sentence
from passerby.names import readable

EXIT_FAILED = 1
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as in shells

Debug = Annotated[
    bool, typer.Option("--debug", help="Show where in the code an error came from.", rich_help_panel="Other")
]

P = ParamSpec("P")
R = TypeVar("R")


def stderr() -> Console:
    """Created anew each time, so that it writes to the current sys.stderr."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say_error(message: str, hint: str | None = None) -> None:
    console = stderr()
    console.print("[bold red]error:[/] ", end="")
    console.print(readable(message), markup=False)
    if hint:
        console.print("[bold cyan]hint:[/] ", end="")
        console.print(readable(hint), markup=False)


def say_warning(message: str) -> None:
    console = stderr()
    console.print("[bold yellow]warning:[/] ", end="")
    console.print(readable(message), markup=False)


def fails_clearly(command: Callable[P, R]) -> Callable[P, R]:
    """For a command with a `debug` parameter: turns exceptions into a sentence and an exit code."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (typer.Exit, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            stderr().print("stopped: nothing half-written is left")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except Exception as error:
            if kwargs.get("debug"):
                traceback.print_exc()
            say_error(*sentence(error))
            raise typer.Exit(EXIT_FAILED) from None

    return wrapper
