"""What nodes need of a control plane: sessions that lapse, and one table that is replaced by compare-and-set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from passerby.errors import PasserbyError
from passerby.rules.placement import Holding, Live, SiteSlots, Table

VERSION = 1


class ControlAway(PasserbyError):
    """The control plane does not answer. What was asked of it may have happened nevertheless."""


class Overtaken(PasserbyError):
    """Something else was written there meanwhile, or it lapsed."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a node says of itself with every renewal. process: names one run of it. site, strain: see
    `rules.placement.Live`."""

    node: str
    process: str
    weight: float
    site: str = ""
    strain: float | None = 0.0

    @property
    def live(self) -> Live:
        return Live(self.process, self.weight, self.site, self.strain)


class Control(Protocol):
    """Each call raises ControlAway. Revisions only grow, for as long as the catalogue lives."""

    def begin(self, session: Session) -> int:
        """A session that lapses unless it is renewed. Returns its revision. Raises Overtaken if the node has one."""
        ...

    def renew(self, session: Session, revision: int) -> int:
        """Returns the new revision. Raises Overtaken if that is no longer its revision, or it lapsed."""
        ...

    def end(self, session: Session) -> None:
        """Others may take what it has at once."""
        ...

    def session(self, node: str) -> tuple[int, Session] | None:
        """A node's session with its revision. None if there is none, or it lapsed."""
        ...

    def heard(self) -> Mapping[str, Session]:
        """Sessions that were renewed lately. Some of them may have lapsed, and none is missing for long."""
        ...

    def table(self) -> tuple[int, Table]:
        """The table with its revision."""
        ...

    def replace_table(self, table: Table, revision: int) -> None:
        """Raises Overtaken if that is no longer its revision."""
        ...


def pack_table(table: Table) -> bytes:
    slots = {str(slot): [each.node, each.process, each.token] for slot, each in table.slots.items()}
    nodes = {"drained": sorted(table.drained), "cordoned": sorted(table.cordoned), "shares": dict(table.shares)}
    sites = {site: [own.first, own.count] for site, own in table.sites.items()}
    losses = {str(slot): count for slot, count in table.losses.items()}
    more = {"sites": sites, "quarantine": dict(table.quarantine), "losses": losses}
    known = {"version": VERSION, "count": table.count, **nodes, **more, "slots": slots}
    return json.dumps({**table.unknown, **known}, ensure_ascii=False).encode()


def unpack_table(data: bytes) -> Table:
    """Keys that it does not know are from a later version, which reads this one's table as well: they are kept."""
    read: dict[str, Any] = json.loads(data)
    slots = {int(slot): Holding(*fields) for slot, fields in read["slots"].items()}
    return Table(
        read["count"],
        slots,
        frozenset(read["drained"]),
        frozenset(read.get("cordoned", ())),
        {node: float(share) for node, share in read.get("shares", {}).items()},
        {site: SiteSlots(*own) for site, own in read.get("sites", {}).items()},
        {camera: int(ends) for camera, ends in read.get("quarantine", {}).items()},
        {int(slot): int(count) for slot, count in read.get("losses", {}).items()},
        {key: read[key] for key in read.keys() - _TABLE_KEYS},
    )


_TABLE_KEYS = {"version", "count", "slots", "drained", "cordoned", "shares", "sites", "quarantine", "losses"}


def pack_session(session: Session) -> bytes:
    return json.dumps({"version": VERSION, **asdict(session)}, ensure_ascii=False).encode()


def unpack_session(data: bytes) -> Session:
    read: dict[str, Any] = json.loads(data)
    return Session(read["node"], read["process"], read["weight"], read.get("site", ""), read.get("strain"))
