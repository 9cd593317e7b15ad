"""What a node says of itself for people, and which of several nodes lag behind the newest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from passerby.fleet.wire import Message
from passerby.rules.versions import is_older, newest

_StateSaid = Annotated[list[Any], Field(min_length=3)]
"""Status, reason, since when, and what a later version adds."""
_AlarmSaid = Annotated[list[Any], Field(min_length=5)]
"""Kind, camera, sentence, since when, how often, and what a later version adds."""


class NodeReport(Message):
    """It stays in NATS when its node is gone. Times are UTC in 1/90000 s; None in one that cannot be read."""

    WHAT: ClassVar = "a report of a node"
    NUMBER: ClassVar = "format"

    version: str = Field("", description="Of passerby.")
    schema_known: str = Field("", description="The newest revision of the catalogue that it knows.")
    since_90k: int | None = Field(None, description="When it was started.")
    at_90k: int | None = Field(None, description="When it said this.")
    site: str = ""
    load: float = Field(0.0, description="Of its processors: 1.0 is all of them.")
    strain: float | None = Field(None, description="See `rules.strain`.")
    spool: str = Field("", description="The name of its spool in the catalogue.")
    stays: bool = Field(False, description="What it records stays there until it is looked at.")
    trouble: str | None = None
    alarms: tuple[_AlarmSaid, ...] = ()
    cameras: dict[str, _StateSaid] = Field(default_factory=dict)

    @classmethod
    def unreadable(cls, trouble: str) -> NodeReport:
        """In the place of one that was refused. trouble: the sentence that says why."""
        return cls(trouble=trouble)


def lagging(reports: Mapping[str, NodeReport], live: Iterable[str], own_version: str) -> dict[str, str]:
    """Nodes that are there and should be updated, each with a sentence. own_version: of whoever asks."""
    there = {node: reports[node] for node in sorted(live) if node in reports and reports[node].version}
    latest = newest([own_version, *(each.version for each in there.values())])
    schema = max((each.schema_known for each in there.values()), default="")
    found: dict[str, str] = {}
    for node, each in there.items():
        if is_older(each.version, latest):
            found[node] = f"{node} lags behind: it runs passerby {each.version}, and the newest here is {latest}"
        elif each.schema_known < schema:
            found[node] = (
                f"{node} lags behind: it knows the catalogue up to {each.schema_known or 'an earlier revision'}, "
                f"others up to {schema}"
            )
    return found
