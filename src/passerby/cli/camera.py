"""`passerby camera`: finds, adds, lists, tries and removes cameras; switches their alerts. The page can do it too."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from passerby.cli.camera_find import find
from passerby.cli.camera_words import ask, show
from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, say_error
from passerby.cli.folder import DATA, ConfigFile, Data, installed
from passerby.errors import SettingsError
from passerby.media.codecs import codec_title

if TYPE_CHECKING:
    from passerby.access import Installation
    from passerby.engine.live.trial import CameraTrial

app = typer.Typer(no_args_is_help=True, help="Find, add, list, test and remove cameras, and switch their alerts.")
app.command("find")(find)


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="Letters, digits, - and _.")]


@app.command("add")
@fails_clearly
def add(
    name: Name,
    address: Annotated[
        str | None,
        typer.Argument(
            metavar="[ADDRESS]",
            show_default="asked for, to keep its password out of the history; or the first line of standard input",
            help="rtsp://, rtsps://, http://, https://, file: or /dev/video0, with its login.",
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="What people call it.", show_default="its name")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A camera group to put it in. Can be repeated.")] = None,
    cover: Annotated[bool, typer.Option("--cover", help="For a moving camera: hide what is found.")] = False,
    udp: Annotated[bool, typer.Option("--udp", help="RTSP over UDP.")] = False,
    keep_hours: Annotated[float | None, typer.Option(help="Keep its recordings for this long.", min=0)] = None,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Add a camera. Its address is stored encrypted, and its password is never shown.

    Example:

      passerby camera add gate
    """
    from passerby.access.cameras import CameraFacts
    from passerby.access.words import camera_words

    facts = CameraFacts(
        title=title, address=address if address is not None else ask("address"), transport="udp" if udp else "tcp",
        mode="cover" if cover else "reveal", keep_hours=keep_hours, groups=frozenset(group or ()),
    )  # fmt: skip
    with installed(data, config) as installation:
        with installation.audit.with_change():
            installation.cameras.add(name, facts)
            installation.audit.note("", "command", "camera:add", name, about=camera_words(name, None, facts))
        found = installation.cameras.find(name)
    typer.echo(f"added camera {name} at {found.address_shown if found else ''}")


@app.command("list")
@fails_clearly
def list_cameras(data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """List the cameras, without their passwords."""
    table = Table("name", "title", Column("address", overflow="fold"), "mode", "groups", "", box=None,
                  header_style="bold")  # fmt: skip
    with installed(data, config) as installation:
        for each in installation.cameras.list():
            where = "in the file" if each.is_in_file else ""
            state = where if each.facts.is_enabled else f"{where} off".strip()
            groups = " ".join(sorted(each.facts.groups))
            table.add_row(each.name, each.facts.title, each.address_shown, each.facts.mode, groups, state)
    show(table)


@app.command("test")
@fails_clearly
def test(
    camera: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|ADDRESS]",
            show_default="an address is asked for, to keep its password out of the history",
            help="The name of a camera, or any address.",
        ),
    ] = None,
    still: Annotated[
        Path | None,
        typer.Option(metavar="FILE.jpg", show_default=False, help="Write a redacted picture of it to this file."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    udp: Annotated[bool, typer.Option("--udp", help="RTSP over UDP, for an address.")] = False,
    any_certificate: Annotated[
        bool, typer.Option("--any-certificate", help="Accept a self-signed certificate, for an address.")
    ] = False,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Test a camera for a few seconds: show what it sends, or why it gives no picture. Exits with 1 if it gives none.

    Examples:

      passerby camera test gate

      passerby camera test gate --still gate.jpg
    """
    from passerby.access.words import address_words

    wanted = camera if camera is not None else ask("address")
    with installed(data, config) as installation:
        _check_still(still, overwrite)
        name = None if ":" in wanted or "/" in wanted else wanted  # names have neither, addresses have one or both
        where = _known(installation, name) if name else (wanted, "udp" if udp else "tcp", any_certificate)
        # Before its still is written.
        installation.audit.note("", "command", "camera:try", name, about=address_words(where[0]))
        tried = _try(installation, *where)
    if tried.reason is not None:
        say_error(tried.reason)
        raise typer.Exit(EXIT_FAILED)
    width, height = tried.size_wh or (0, 0)
    rate = f"{tried.fps:g} fps" if tried.fps else "too few pictures to measure a rate"
    typer.echo(f"it works: {width}x{height}, {codec_title(tried.codec) if tried.codec else 'not coded'}, {rate}")
    if still is not None and tried.still is not None:
        _write_still(still, tried.still, overwrite)
        typer.echo(f"wrote {still}" + (f", covered whole: {tried.covered}" if tried.covered else ""))


@app.command("alerts")
@fails_clearly
def alerts(
    name: Name,
    switch: Annotated[
        Switch | None, typer.Argument(metavar="[on|off]", show_default="says which it is", help="Tell people, or not.")
    ] = None,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Say whether people are told of a camera's events. The events are kept all the same.

    Example:

      passerby camera alerts gate off
    """
    with installed(data, config) as installation:
        if installation.cameras.find(name) is None:
            raise _no_such(name)
        if switch is not None:
            installation.switch_alerts(name, "", "command", is_on=switch is Switch.ON)
        state = "off" if name in installation.alerts.off() else "on"
    typer.echo(f"alerts of camera {name} are {state}")


@app.command("remove")
@fails_clearly
def remove(name: Name, data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """Remove a camera. Its recordings stay until their retention time is over."""
    with installed(data, config) as installation, installation.audit.with_change():
        with installation.noting_boxes_that_go("", "command"):
            installation.cameras.remove(name)
        installation.audit.note("", "command", "camera:remove", name)
    typer.echo(f"removed camera {name}")


def _check_still(path: Path | None, overwrite: bool) -> None:
    """Before the camera is contacted: nobody should wait for what cannot be written."""
    from passerby.record.partfile import check_output

    if path is None:
        return
    if path.suffix.lower() not in (".jpg", ".jpeg"):
        raise SettingsError(f"a still cannot be written as '{path.name}'", hint="name it .jpg")
    check_output(path, overwrite=overwrite, source=None)


def _known(installation: Installation, name: str) -> tuple[str, str, bool]:
    """SECRET: the address of a configured camera, with transport and whether any certificate is trusted."""
    found = installation.cameras.find(name)
    if found is None:
        raise _no_such(name)
    address = installation.cameras.secret_address(name)
    return address, found.facts.transport, found.facts.trust_any_certificate


def _no_such(name: str) -> SettingsError:
    return SettingsError(f"there is no camera '{name}'", hint="passerby camera list names them")


def _try(installation: Installation, address: str, transport: str, trusts_any: bool) -> CameraTrial:
    from passerby.fleet.trial import try_apart
    from passerby.service.configured import base_plan

    return try_apart(base_plan(installation.config, address, transport, trusts_any))


def _write_still(path: Path, jpeg: bytes, overwrite: bool) -> None:
    from passerby.record.partfile import PartFile, output_error

    part = PartFile(path, overwrite=overwrite, source=None)
    try:
        part.write(jpeg)
        part.finish(1)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        part.abort()
