"""`passerby camera`: add, list and remove cameras of a data folder. The page can do the same."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.serve import DATA, ConfigFile, Data, installed

app = typer.Typer(no_args_is_help=True, help="Add, list and remove cameras.")

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="Letters, digits, - and _.")]


@app.command("add")
@fails_clearly
def add(
    name: Name,
    address: Annotated[
        str | None,
        typer.Argument(
            metavar="[ADDRESS]",
            show_default="asked for, so that its password is in no history; or the first line of standard input",
            help="rtsp://, rtsps://, http://, https://, file: or /dev/video0, with its log-in.",
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="What people call it.", show_default="its name")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A camera group that it is in. May be given again.")] = None,
    cover: Annotated[bool, typer.Option("--cover", help="For a camera that moves: hide what is found.")] = False,
    udp: Annotated[bool, typer.Option("--udp", help="RTSP over UDP.")] = False,
    keep_hours: Annotated[float | None, typer.Option(help="Keep its recordings for this time.", min=0)] = None,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Add a camera. Its address is kept encrypted and never shown.

    Example:

      passerby camera add gate
    """
    from passerby.access.cameras import CameraFacts

    facts = CameraFacts(
        title=title, address=address if address is not None else _ask(), transport="udp" if udp else "tcp",
        mode="cover" if cover else "reveal", keep_hours=keep_hours, groups=frozenset(group or ()),
    )  # fmt: skip
    with installed(data, config) as installation:
        installation.cameras.add(name, facts)
        installation.audit.note("", "command", "camera:add", name)
        found = installation.cameras.find(name)
    typer.echo(f"added camera {name} at {found.address_shown if found else ''}")


@app.command("list")
@fails_clearly
def list_cameras(data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """List the cameras, without their passwords."""
    table = Table("name", "title", "address", "mode", "groups", "", box=None, header_style="bold")
    with installed(data, config) as installation:
        for each in installation.cameras.list():
            where = "in the file" if each.is_in_file else ""
            state = where if each.facts.is_enabled else f"{where} off".strip()
            groups = " ".join(sorted(each.facts.groups))
            table.add_row(each.name, each.facts.title, each.address_shown, each.facts.mode, groups, state)
    Console(highlight=False, markup=False, soft_wrap=True).print(table)


@app.command("remove")
@fails_clearly
def remove(name: Name, data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """Remove a camera. What it recorded stays until its time is over."""
    with installed(data, config) as installation:
        installation.cameras.remove(name)
        installation.audit.note("", "command", "camera:remove", name)
    typer.echo(f"removed camera {name}")


def _ask() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("address", hide_input=True))
    return sys.stdin.readline().strip()
