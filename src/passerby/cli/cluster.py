"""`passerby cluster`: shows what several machines do, empties one, puts the cameras of a file into the catalogue.

Who belongs to them is for `cluster_members`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from passerby.cli import cluster_members
from passerby.cli.camera_words import show
from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, Data, installed
from passerby.cli.worker import ClusterFile, cluster_config
from passerby.clock import SystemClock, utc_of
from passerby.errors import SettingsError
from passerby.fleet.report_messages import NodeReport, lagging
from passerby.media.segments import TICKS_PER_S
from passerby.rules.balance import nobody_has_room
from passerby.rules.placement import held_back
from passerby.version import __version__

if TYPE_CHECKING:
    from passerby.fleet.nats.control import NatsControl
    from passerby.rules.placement import Table as Slots

Node = Annotated[str, typer.Argument(metavar="NODE", show_default=False)]
Undo = Annotated[bool, typer.Option("--undo", help="Let it take cameras again.")]

KNOWS_DAYS = "0022"
"""The first revision of the catalogue whose code can write recordings that are kept by day."""

app = typer.Typer(no_args_is_help=True, help="Several machines that record the same cameras between them.")

for name, command in (
    ("init", cluster_members.init),
    ("invite", cluster_members.invite),
    ("join", cluster_members.join),
    ("members", cluster_members.members),
    ("remove", cluster_members.remove),
):
    app.command(name)(command)


@app.command("status")
@fails_clearly
def status(cluster: ClusterFile, debug: Debug = False) -> None:
    """Show each camera: which node records it, and how it is."""
    table = Table("camera", "node", "state", Column("why", overflow="fold"), "since", box=None, header_style="bold")
    with _control(cluster) as control:
        _, slots = control.table()
        reports = control.reports()
        sessions = {node: found[1].live for node in reports if (found := control.session(node)) is not None}
        live = set(sessions)
    rows: dict[str, tuple[str, ...]] = {}
    for node, report in sorted(reports.items(), key=lambda each: (each[0] in live, each[1].at_90k or 0)):
        for camera, (what, reason, since_90k, *_) in report.cameras.items():
            if node in live:
                rows[camera] = (node, what, reason, _time(since_90k))
            else:
                rows[camera] = (node, "unknown", "its node is gone", _time(report.at_90k))
    for camera in sorted(rows):
        table.add_row(camera, *rows[camera])
    show(table)
    _say_who_lags(reports, live)
    count = len(list(slots.all_slots()))
    free = count - sum(holding.node in live for holding in slots.slots.values())
    if free:
        typer.echo(f"{free} of {count} slots have no node")
    for camera, ends in sorted(slots.quarantine.items()):
        typer.echo(f"camera {camera} is quarantined: it ended {ends} workers, and has one for itself")
    for slot in sorted(held_back(slots, sessions)):
        typer.echo(
            f"slot {slot} is held back: {slots.losses[slot] + 1} machines in a row were lost soon after they took it, "
            "perhaps by one of its cameras"
        )
    if says := nobody_has_room(slots, sessions):
        typer.echo(says)


@app.command("nodes")
@fails_clearly
def nodes(cluster: ClusterFile, debug: Debug = False) -> None:
    """Show each node: whether it is there, how much it does, its version, since when it runs, and who lags behind."""
    columns = (
        "node",
        "site",
        "",
        "slots",
        "cameras",
        "load",
        "strain",
        "version",
        "since",
        Column("", overflow="fold"),
    )
    table = Table(*columns, box=None, header_style="bold")
    now_90k = SystemClock().now_90k()
    with _control(cluster) as control:
        _, slots = control.table()
        reports = control.reports()
        live = {node for node in reports if control.session(node) is not None}
        for node, report in sorted(reports.items()):
            state = "there" if node in live else "gone"
            if node not in live and report.at_90k is not None:
                state += f", last report {(now_90k - report.at_90k) / TICKS_PER_S:.0f} s ago"
            state += ", drained" if node in slots.drained else ""
            state += ", cordoned" if node in slots.cordoned else ""
            has = sum(each.node == node for each in slots.slots.values())
            strain = "" if report.strain is None else f"{report.strain:.0%}"
            table.add_row(
                node, report.site, state, str(has), str(len(report.cameras)), f"{report.load:.0%}", strain,
                report.version or "?", _time(report.since_90k), report.trouble or "",
            )  # fmt: skip
    show(table)
    _say_who_lags(reports, live)


@app.command("drain")
@fails_clearly
def drain(
    cluster: ClusterFile,
    node: Node,
    undo: Undo = False,
    debug: Debug = False,
) -> None:
    """Move the cameras of a node to the others, a few at a time, for instance before an update of the machine."""
    _change(cluster, node, lambda table: table.with_drained(node, is_drained=not undo))
    typer.echo(f"{node} takes cameras again" if undo else f"{node} gives its cameras to the others")


@app.command("cordon")
@fails_clearly
def cordon(
    cluster: ClusterFile,
    node: Node,
    undo: Undo = False,
    debug: Debug = False,
) -> None:
    """Let a node keep the cameras that it has and take no more, for instance while it is watched after trouble."""
    _change(cluster, node, lambda table: table.with_cordoned(node, is_cordoned=not undo))
    typer.echo(f"{node} takes cameras again" if undo else f"{node} takes no more cameras")


@app.command("readmit")
@fails_clearly
def readmit(
    cluster: ClusterFile,
    camera: Annotated[str, typer.Argument(metavar="CAMERA", show_default=False)],
    debug: Debug = False,
) -> None:
    """Let a quarantined camera share its worker with others again, for instance when its fault is mended."""
    with _control(cluster) as control:
        if camera not in control.table()[1].quarantine:
            raise SettingsError(f"camera '{camera}' is not quarantined", hint="passerby cluster status names those")
        control.change_table(lambda table: table.with_quarantine({camera: None}))
    typer.echo(f"{camera} is quarantined no more")


@app.command("apply")
@fails_clearly
def apply(cluster: ClusterFile, data: Data = DATA, debug: Debug = False) -> None:
    """Make the cameras and rules of the catalogue match those of the file. Makes the key if there is none yet."""
    cluster_config(cluster)
    with installed(data, cluster) as installation:
        installation.follow_file()
        typer.echo(f"the catalogue has {len(installation.cameras.list())} cameras")


@app.command("split-days")
@fails_clearly
def split_days(cluster: ClusterFile, debug: Debug = False) -> None:
    """Keep the rows of recordings by day in the catalogue, once after an update from a version that did not. First
    update all nodes: older ones could not write any more. The catalogue stands still for some seconds for each million
    recordings; recording goes on."""
    from passerby.access.installation import catalogue_url
    from passerby.archive import split_days

    config = cluster_config(cluster)
    with _control(cluster) as control:
        old = sorted(node for node, report in control.reports().items() if report.schema_known < KNOWS_DAYS)
        lag = [node for node in old if control.session(node) is not None]
    if lag:
        raise SettingsError(
            f"couldn't keep recordings by day: {', '.join(lag)} may be too old to write them",
            hint=f"update all nodes to {__version__} first",
        )
    if not split_days(catalogue_url(cluster.parent, config)):
        raise SettingsError("couldn't keep recordings by day: only a catalogue in PostgreSQL does that")
    typer.echo("recordings are kept by day")


@contextmanager
def _control(cluster: ClusterFile) -> Iterator[NatsControl]:
    config = cluster_config(cluster)
    from passerby.fleet.nats.control import NatsControl

    control = NatsControl(config.cluster, "passerby cluster")
    try:
        yield control
    finally:
        control.close()


def _change(cluster: Path, node: str, change: Callable[[Slots], Slots]) -> None:
    with _control(cluster) as control:
        if node not in control.reports():
            raise SettingsError(f"there is no node '{node}'", hint="passerby cluster nodes names them")
        control.change_table(change)


def _say_who_lags(reports: dict[str, NodeReport], live: set[str]) -> None:
    for says in lagging(reports, live, __version__).values():
        typer.echo(says)


def _time(time_90k: int | None) -> str:
    return "" if time_90k is None else f"{utc_of(time_90k):%Y-%m-%d %H:%M:%S}"
