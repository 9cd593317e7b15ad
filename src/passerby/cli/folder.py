"""The data folder of a command: its options, its configuration, its installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.config import FILE_NAME, Config, read_config
from passerby.errors import OutputError, os_reason

if TYPE_CHECKING:
    from passerby.access import Installation

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="Where recordings, catalogue and keys are kept.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", show_default=f"DIR/{FILE_NAME}, if there is one")
]
DATA = Path("passerby-data")


def _say(note: str) -> None:
    typer.echo(note, err=True)


@contextmanager
def installed(data: Path, config: Path | None, tell: Callable[[str], None] = _say) -> Iterator[Installation]:
    """The installation in a data folder, which is created, and closed to other users. tell: called with a sentence for
    each thing that was open to them. Raises SettingsError, OutputError."""
    from passerby.access import Installation

    settings = config_of(data, config)
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OutputError(f"couldn't make '{data}': {os_reason(error)}") from error
    installation = Installation(data, settings)
    for each in installation.was_open:
        tell(each)
    try:
        yield installation
    finally:
        installation.close()


def config_of(data: Path, config: Path | None) -> Config:
    """Raises SettingsError."""
    if config is not None:
        return read_config(config)
    usual = data / FILE_NAME
    return read_config(usual) if usual.exists() else Config()
