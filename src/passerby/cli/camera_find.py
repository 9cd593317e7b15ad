"""`passerby camera find`: finds ONVIF cameras in the network, and the streams of one, which can be added at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.cli.camera_words import ask, show
from passerby.cli.failure import EXIT_FAILED, Debug, fails_clearly, say_warning
from passerby.cli.folder import DATA, ConfigFile, Data, installed
from passerby.errors import SettingsError
from passerby.media.codecs import codec_title

if TYPE_CHECKING:
    from passerby.access import Installation
    from passerby.capture.onvif import OnvifStream

OPEN_WITHIN_S, READ_WITHIN_S = 5.0, 5.0


@fails_clearly
def find(
    host: Annotated[
        str | None,
        typer.Argument(
            metavar="[HOST]", show_default="all that answer", help="A name or an IP address, perhaps with a port."
        ),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", show_default=False, help="The user name at the camera. Its password is asked for."
        ),
    ] = None,
    add: Annotated[
        str | None, typer.Option(metavar="NAME", show_default=False, help="Add a stream as a camera with this name.")
    ] = None,
    stream: Annotated[int, typer.Option(metavar="N", min=1, max=16, help="Which stream to add.")] = 1,
    any_certificate: Annotated[
        bool, typer.Option("--any-certificate", help="Accept a self-signed certificate.")
    ] = False,
    data: Data = DATA,
    config: ConfigFile = None,
    debug: Debug = False,
) -> None:
    """Look for ONVIF cameras in the network for three seconds; or ask one for its streams.

    Examples:

      passerby camera find

      passerby camera find 192.0.2.7 --user admin

      passerby camera find 192.0.2.7 --user admin --add gate
    """
    if host is None and (user or add):
        raise SettingsError("--user and --add need a single camera", hint="name its host: passerby camera find HOST")
    password = ask("password") if user else None
    with installed(data, config) as installation:
        if host is None:
            _list_devices(installation)
            return
        streams = _streams(installation, host, user, password, any_certificate)
        _show(streams, password)
        if add is not None:
            _add(installation, add, streams, stream, any_certificate)


def _list_devices(installation: Installation) -> None:
    from passerby.access.installation import reach_of
    from passerby.capture.onvif import find_devices

    installation.audit.note("", "command", "camera:find")
    found = find_devices(reach_of(installation.config))
    if not found:
        typer.echo(
            "no camera answered. Is ONVIF switched on in its settings, and is it in the same network as this machine?"
        )
        raise typer.Exit(EXIT_FAILED)
    table = Table("host", "name", "hardware", "location", box=None, header_style="bold")
    for device in found:
        table.add_row(device.host, device.name, device.hardware, device.location)
    show(table)


def _streams(
    installation: Installation, host: str, user: str | None, password: str | None, any_certificate: bool
) -> list[OnvifStream]:
    from passerby.access.installation import reach_of
    from passerby.capture.onvif import streams_of
    from passerby.net.fetch import Limits

    installation.audit.note("", "command", "camera:streams", about=host.rpartition("@")[2])
    limits = Limits(reach_of(installation.config), OPEN_WITHIN_S, READ_WITHIN_S, any_certificate)
    return streams_of(host, user, password, limits)


def _show(streams: list[OnvifStream], password: str | None) -> None:
    table = Table("", "name", "size", "codec", "fps", box=None, header_style="bold")
    table.add_column("address without login", overflow="fold")
    for number, each in enumerate(streams, 1):
        width, height = each.size_wh or (0, 0)
        plain = each.address.without_login()
        address = each.address.shown if password and password in plain else plain  # some cameras put it into the path
        rate = f"{each.fps:g}" if each.fps else ""
        table.add_row(
            str(number), each.name, f"{width}x{height}" if width else "", codec_title(each.codec or ""), rate, address
        )
    show(table)
    if any(each.was_elsewhere for each in streams):
        say_warning("it names another host for its streams; these are the same ones at its own: try before you add one")


def _add(installation: Installation, name: str, streams: list[OnvifStream], number: int, any_certificate: bool) -> None:
    from passerby.access.cameras import CameraFacts
    from passerby.access.words import camera_words

    if number > len(streams):
        raise SettingsError(f"there is no stream {number}", hint=f"--stream 1 to {len(streams)}")
    address = streams[number - 1].address
    facts = CameraFacts(address=address.at(address.host), trust_any_certificate=any_certificate)
    with installation.audit.with_change():
        installation.cameras.add(name, facts)
        installation.audit.note("", "command", "camera:add", name, about=camera_words(name, None, facts))
    typer.echo(f"added camera {name} at {address.shown}")
