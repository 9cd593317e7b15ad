"""What is in one file, as facts: what rules noticed, what an audit found; and as the JSON that is printed or kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from passerby.batch.job import Address
from passerby.events.standing import Standing
from passerby.events.watcher import Caution, Count
from passerby.media.events import Event
from passerby.media.series import Minute
from passerby.names import readable
from passerby.rules.events.sight import SMALLEST_PX

if TYPE_CHECKING:
    from passerby.engine import AuditResult


@dataclass(frozen=True, slots=True)
class Noticed:
    """What rules noticed in a video. The first five are as in `engine.Observed`."""

    mode: Literal["reveal", "cover"]
    why: str
    frames: int
    whole: int
    duration_s: float
    events: tuple[Event, ...]
    counts: tuple[Count, ...]
    series: tuple[Minute, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class Stood:
    """How many a still shows where. whole: why nothing is known of it."""

    whole: str | None
    standing: tuple[Standing, ...]


def noticed_facts(source: Address, found: Noticed | Stood) -> dict[str, object]:
    """For JSON."""
    facts: dict[str, object] = {"source": readable(source.name)}
    if isinstance(found, Stood):
        return {**facts, "mode": "still", **asdict(found)}
    cautions = [{**asdict(caution), "says": caution_line(caution)} for caution in found.cautions]
    return {**facts, **asdict(found), "cautions": cautions}


def audit_facts(result: AuditResult) -> dict[str, object]:
    """For JSON."""
    return asdict(result)


def json_of(facts: Mapping[str, object] | list[dict[str, object]]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False, default=str)


def caution_line(caution: Caution) -> str:
    """What a rule may not see here."""
    if caution.height_px is None:
        return f"too few {caution.objects} were found here to say how well they can be seen"
    return f"{caution.objects} here are {caution.height_px} pixels tall; many under {SMALLEST_PX} are not found"
