"""`passerby channel`: lists the channels that messages go to, from passerby.toml or the page, and sends a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from passerby.cli.camera_words import show
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, ConfigFile, Data, installed
from passerby.clock import utc_of
from passerby.errors import SettingsError

if TYPE_CHECKING:
    from passerby.notify.outbox import ChannelState

app = typer.Typer(no_args_is_help=True, help="List the channels that messages go to, and test them.")

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="As in passerby.toml or on the page.")]


@app.command("list")
@fails_clearly
def list_channels(data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """List the channels and whether they work, without their addresses."""
    from passerby.notify.outbox import Outbox

    table = Table("name", "kind", "set up in", "last delivered", "waiting", Column("error", overflow="fold"), box=None,
                  header_style="bold")  # fmt: skip
    with installed(data, config) as installation:
        channels = [each for each in installation.channels.list() if not each.is_overruled]
        states = Outbox(installation.rows).states([each.name for each in channels])
        for each in channels:
            state = states[each.name]
            where = "passerby.toml" if each.is_in_file else "page"
            error = each.problem or state.error or ""
            table.add_row(each.name, each.kind, where, _delivered(state), str(state.waiting or ""), error)
    show(table)


@app.command("test")
@fails_clearly
def test(name: Name, data: Data = DATA, config: ConfigFile = None, debug: Debug = False) -> None:
    """Send a test through a channel, and wait until it is delivered.

    Example:

      passerby channel test duty
    """
    from passerby.config.page_address import page_address
    from passerby.notify.channels import make_channel
    from passerby.notify.configured import channel_context
    from passerby.notify.notifier import Notifier

    with installed(data, config) as installation:
        found = installation.channels.find(name)
        if found is None:
            raise SettingsError(f"there is no channel '{name}'", hint="passerby channel list names them")
        page = page_address(installation.config.server)
        if found.config is None:
            raise SettingsError(found.problem or "")
        context = channel_context(installation)
        made = make_channel(found.config, page, installation.clock, context, is_in_file=found.is_in_file)
        installation.audit.note("", "command", "channel:test", about=f"channel {name}")
        notifier = Notifier(installation.rows, {name: made})
        try:
            notifier.test(name)
        finally:
            notifier.sender.stop()
    typer.echo(f"delivered a test through {name}")


def _delivered(state: ChannelState) -> str:
    if state.last_delivered_90k is None:
        return "not in the last days"
    return f"{utc_of(state.last_delivered_90k):%Y-%m-%d %H:%M:%S} UTC"
