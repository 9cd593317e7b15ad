"""What nodes need of a control plane: sessions that lapse, and one table that is replaced by compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Protocol

from pydantic import ConfigDict, Field

from passerby.errors import PasserbyError
from passerby.fleet.wire import Message, Unreadable
from passerby.rules.placement import Holding, Live, SiteSlots, Table

MAX_SLOTS = 4096
MAX_WEIGHT = 1e4
"""As in `config.cluster`."""
_NOT_SAID = ""
_ALWAYS = 3
"""Of a slot: node, process, token."""


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

    @property
    def is_readable(self) -> bool:
        """Whether it is known what it says. It has not lapsed, and that is all that is known otherwise."""
        return self.process != _NOT_SAID


def unreadable_session(node: str) -> Session:
    """One that a later version wrote, or somebody with a stolen key. It keeps what it has, and gets nothing."""
    return Session(node, _NOT_SAID, 0.0)


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


class _TableMessage(Message):
    """Every node writes back what others wrote: keys that it does not know stay in it."""

    model_config = ConfigDict(extra="allow")
    WHAT: ClassVar = "a table of slots"

    count: int = Field(ge=1, le=MAX_SLOTS)
    drained: tuple[str, ...] = ()
    cordoned: tuple[str, ...] = ()
    slots: dict[int, Annotated[list[Any], Field(min_length=_ALWAYS)]]
    shares: dict[str, Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=dict)
    sites: dict[str, Annotated[list[int], Field(min_length=2)]] = Field(default_factory=dict)
    quarantine: dict[str, int] = Field(default_factory=dict)
    losses: dict[int, int] = Field(default_factory=dict)


class _SessionMessage(Message):
    WHAT: ClassVar = "a session"

    node: str
    process: str = Field(min_length=1)
    weight: float = Field(ge=0, le=MAX_WEIGHT)
    site: str = ""
    strain: float | None = Field(None, ge=0)


def pack_table(table: Table) -> bytes:
    slots = {slot: [each.node, each.process, each.token, *each.more] for slot, each in table.slots.items()}
    return _TableMessage(
        count=table.count, drained=tuple(sorted(table.drained)), cordoned=tuple(sorted(table.cordoned)), slots=slots,
        shares=dict(table.shares), sites={site: [own.first, own.count] for site, own in table.sites.items()},
        quarantine=dict(table.quarantine), losses=dict(table.losses), **dict(table.more),
    ).pack()  # fmt: skip


def unpack_table(data: bytes) -> Table:
    """Raises Unreadable."""
    read = _TableMessage.read(data)
    try:
        slots = {slot: _holding(*fields) for slot, fields in read.slots.items()}
    except (ValueError, TypeError):
        raise Unreadable(f"this is not {_TableMessage.WHAT}") from None
    sites = {site: SiteSlots(first, count) for site, (first, count, *_) in read.sites.items()}
    return Table(
        read.count, slots, frozenset(read.drained), frozenset(read.cordoned), read.shares, sites, read.quarantine,
        read.losses, read.model_extra or {},
    )  # fmt: skip


def _holding(node: object, process: object, token: Any, *more: object) -> Holding:
    return Holding(str(node), str(process), int(token), more)


def pack_session(session: Session) -> bytes:
    return _SessionMessage(**asdict(session)).pack()


def unpack_session(data: bytes) -> Session:
    """Raises Unreadable."""
    read = _SessionMessage.read(data)
    return Session(read.node, read.process, read.weight, read.site, read.strain)
