"""Decides when recordings leave a site whose line is thin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.rules.events.schedule import Schedule


class Upload(StrEnum):
    """When recordings go from the machine that made them to the store."""

    AT_ONCE = "at-once"
    AT_NIGHT = "at-night"
    ON_DEMAND = "on-demand"
    """Never: what somebody looks at is fetched, and the rest goes at its limit where it is."""


@dataclass(frozen=True, slots=True)
class UploadPolicy:
    """hours: at night."""

    when: Upload
    hours: Schedule

    @property
    def stays(self) -> bool:
        """Whether recordings are where they were made for longer than it takes to send them."""
        return self.when is not Upload.AT_ONCE

    def may_begin(self, weekday: int, minute: int) -> bool:
        """Whether another recording may leave now, by the clock on the wall: see `Schedule.holds_at`."""
        if self.when is Upload.AT_NIGHT:
            return self.hours.holds_at(weekday, minute)
        return self.when is Upload.AT_ONCE
