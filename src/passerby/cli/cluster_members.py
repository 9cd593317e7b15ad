"""`passerby cluster init`, `invite`, `join`, `members`, `remove`: who belongs to a cluster, by keys of their own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.cli.camera_words import show
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.logs import without_noise_of_nats
from passerby.cli.worker import check_client
from passerby.config.cluster import Cluster
from passerby.errors import SettingsError

if TYPE_CHECKING:
    from passerby.fleet.nats.server_config import Server

AuthorityFolder = Annotated[
    Path, typer.Option("--authority", metavar="DIR", help="The private folder that passerby cluster init made.")
]
AUTHORITY = Path("passerby-authority")


@fails_clearly
def init(
    server: Annotated[
        list[str], typer.Option(metavar="HOST[:PORT]", show_default=False, help="One for each. Best are three.")
    ],
    authority: AuthorityFolder = AUTHORITY,
    debug: Debug = False,
) -> None:
    """Make the authority of a cluster, and a folder for each server of NATS: its configuration, key and certificate.

    Where there is an authority already it is kept, and the folders are written anew with new certificates.
    """
    _check()
    from passerby.fleet.nats.authority import Authority

    servers = [_server(each) for each in server]
    is_new = not (authority / "authority.json").exists()
    made = Authority.begin(authority, servers)
    typer.echo(
        f"the authority of this cluster is in '{authority}'. Whoever has it can let anybody in: keep it on a machine "
        "that only you use, and a copy of it elsewhere."
        if is_new
        else f"The authority in '{authority}' is kept, and the folders of these servers are new. Are there others than "
        "before, change servers in [cluster] on every machine."
    )
    typer.echo(
        f"\n1. copy each folder of {authority / 'servers'} to its machine, and there: nats-server -c nats.conf\n"
        f"2. say in [storage] of {made.cluster_file} where catalogue and recordings are, and run\n"
        f"   passerby cluster apply --cluster {made.cluster_file}\n"
        "3. for each machine: passerby cluster invite NAME"
    )


@fails_clearly
def invite(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", show_default=False)],
    role: Annotated[str, typer.Option(metavar="worker|api", help="What the machine will be.")] = "worker",
    minutes: Annotated[float, typer.Option(min=1, max=24 * 60, help="How long the invitation holds.")] = 60.0,
    authority: AuthorityFolder = AUTHORITY,
    debug: Debug = False,
) -> None:
    """Invite machines, one for each name, and wait until they have joined.

    An invitation is one long line, used once, with passerby cluster join. It ends with this command.
    """
    _check()
    from passerby.fleet.nats.authority import Authority
    from passerby.fleet.nats.joining import answer_joins, tell_servers
    from passerby.fleet.nats.subjects import MEMBERS, Role

    if role not in MEMBERS:
        raise SettingsError(f"no machine can be '{role}'", hint="worker records cameras, api serves the page")
    ours = Authority(authority)
    invitations = [ours.invite(name, Role(role), timedelta(minutes=minutes)) for name in dict.fromkeys(names)]
    tell_servers(ours)

    def ready() -> None:
        for each in invitations:
            _say(f"on {each.name}, until {each.until.astimezone():%H:%M}: passerby cluster join followed by this line")
            typer.echo(each.text())
        _say("waiting: Ctrl-C takes back what was not used")

    missing = answer_joins(ours, invitations, lambda name: _say(f"{name} has joined"), ready)
    if missing:
        raise SettingsError(f"the time is over, and {', '.join(missing)} did not join", hint="invite again")


@fails_clearly
def join(
    invitation: Annotated[str, typer.Argument(show_default=False, help="As it was printed, or - to read it.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="Where this machine's keys and its file go.")] = Path(
        "passerby-node"
    ),
    debug: Debug = False,
) -> None:
    """Join a cluster with an invitation. This machine makes its keys, and their private halves never leave it."""
    _check()
    from passerby.fleet.nats.invitation import Invitation
    from passerby.fleet.nats.joining import join as joined

    found = Invitation.read(sys.stdin.read() if invitation == "-" else invitation)
    file = joined(found, to)
    typer.echo(f"this machine is {found.name} now; start it with passerby {found.role} --cluster {file}")


@fails_clearly
def members(authority: AuthorityFolder = AUTHORITY, debug: Debug = False) -> None:
    """List who has joined, since when, and until when their certificates hold."""
    _check()
    from passerby.fleet.nats.authority import Authority

    table = Table("name", "role", "joined", "certificate until", box=None, header_style="bold")
    for name, each in sorted(Authority(authority).members().items()):
        since = datetime.fromtimestamp(each["since_s"], UTC)
        table.add_row(name, each["role"], f"{since:%Y-%m-%d %H:%M}", each["until"])
    show(table)


@fails_clearly
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    authority: AuthorityFolder = AUTHORITY,
    debug: Debug = False,
) -> None:
    """Take a machine's key away, for instance because it was stolen: it is thrown out at once, and others record its
    cameras."""
    _check()
    from passerby.config import read_config
    from passerby.fleet.nats.authority import Authority
    from passerby.fleet.nats.control import NatsControl
    from passerby.fleet.nats.joining import tell_servers

    ours = Authority(authority)
    ours.revoke(name)
    tell_servers(ours)
    typer.echo(f"the key of {name} works no more")
    control = NatsControl(read_config(ours.cluster_file).cluster, "passerby cluster")
    try:
        control.make_table_anew()
        control.forget(name)
        control.change_table(lambda table: table.without_node(name))
    finally:
        control.close()
    typer.echo(
        "others take its cameras. It still knows the passwords of catalogue, store and cameras: if it was stolen, "
        "change those"
    )


def _check() -> None:
    check_client()
    without_noise_of_nats()


def _server(text: str) -> Server:
    from passerby.fleet.nats.server_config import PORT, Server

    Cluster(servers=(f"tls://{text}",))
    host, colon, port = text.rpartition(":")
    if colon and port.isdecimal():
        return Server(host.strip("[]"), int(port))
    return Server(text.strip("[]"), PORT)


def _say(text: str) -> None:
    typer.echo(text, err=True)
