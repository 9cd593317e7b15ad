"""`passerby doctor`: checks what this machine has, and whether passerby is complete."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly
from passerby.errors import ModelError
from passerby.version import __version__

PACKAGES = ("av", "numpy", "opencv-python-headless", "openvino", "pydantic")


@dataclass(frozen=True)
class Check:
    """The result of one check. needed: passerby cannot redact without it. detail: for those who want to know more."""

    what: str
    name: str
    works: bool
    says: str
    needed: bool = False
    detail: str = ""


@fails_clearly
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    debug: Debug = False,
) -> None:
    """Show what this machine has: versions, encoders that really open, inference devices, models and their hashes.

    Exits with 1 if something is missing that passerby needs.
    """
    checks = [*_versions(), *_encoders(), *_devices(), *_models()]
    if as_json:
        typer.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        Console(highlight=False).print(_table(checks))
    if any(check.needed and not check.works for check in checks):
        raise typer.Exit(EXIT_FAILED)


def _table(checks: list[Check]) -> Table:
    table = Table("", "what", "which", Column("", overflow="fold"), box=None, header_style="bold")
    for check in checks:
        mark = "[green]yes[/]" if check.works else "[bold red]NO[/]" if check.needed else "[dim]no[/]"
        table.add_row(mark, check.what, check.name, check.says)
    return table


def _versions() -> list[Check]:
    import av

    ffmpeg = ", ".join(
        f"{name} {'.'.join(map(str, number))}"
        for name, number in av.library_versions.items()
        if name in ("libavcodec", "libavformat")
    )
    return [
        Check("version", "passerby", True, __version__),
        Check(
            "version",
            "python",
            True,
            f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        ),
        *(Check("version", name, True, version(name)) for name in PACKAGES),
        Check("version", "ffmpeg", True, ffmpeg),
    ]


def _encoders() -> list[Check]:
    from passerby.record import EncoderState, list_encoders

    def check(state: EncoderState) -> Check:
        encoder = state.encoder
        absent = "this build of FFmpeg lacks it" if encoder.kind == "software" else "no such device or driver here"
        return Check(
            "encoder",
            f"{encoder.codec} {encoder.name}",
            state.works,
            "" if state.works else absent,
            needed=encoder.name == "libx264",
            detail=state.why_not or "",
        )

    return [check(state) for state in list_encoders()]


def _devices() -> list[Check]:
    import openvino as ov

    core = ov.Core()
    found = [
        Check("device", name, True, str(core.get_property(name, "FULL_DEVICE_NAME")), needed=name == "CPU")
        for name in core.available_devices
    ]
    return found or [Check("device", "CPU", False, "OpenVINO finds no device", needed=True)]


def _models() -> list[Check]:
    from passerby.detect import DetectorError, Model, ModelStore, try_model

    def check(model: Model) -> Check:
        sha256 = model.card.sha256[model.card.file]
        try:
            try_model(model, threads=1)  # with its canary: a model that misses it does not work
        except (ModelError, DetectorError) as error:
            return Check("model", model.card.name, False, str(error), needed=True)
        return Check("model", model.card.name, True, f"sha256 {sha256}", needed=True)

    return [check(model) for model in ModelStore().list()]
