"""Says what the clock on the wall showed: UTC from the time of a frame, local time in a named zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from passerby.config.rule import Rule
from passerby.errors import SettingsError

UtcOf = Callable[[float], datetime]
"""UTC from the time of a frame in seconds, as `InView.time_s` gives it."""


def zone_named(name: str) -> tzinfo:
    """The time zone of that name. Raises SettingsError."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingsError(f"'{name}' is not a time zone", hint="use a name such as Europe/Riga") from None


def utc_from(text: str, zone: tzinfo | None) -> datetime:
    """UTC from a local time such as `2026-03-28 22:15`; with an offset (`+02:00`, `Z`) it is that instead. Of an hour
    that comes twice, the first. Raises SettingsError, also for a time that the clock left out."""
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(f"'{text}' is no date and time", hint="write one such as '2026-03-28 22:15:00'") from None
    if said.tzinfo is not None:
        return said.astimezone(UTC)
    utc = (said.replace(tzinfo=zone) if zone else said).astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != said:
        raise SettingsError(f"there was no '{text}': the clock was put forward", hint="add an offset, such as +02:00")
    return utc


def utc_of_live(time_s: float) -> datetime:
    """Frames of a live camera have times since 1970."""
    return datetime.fromtimestamp(time_s, UTC)


def utc_of_file(starts_at_utc: datetime) -> UtcOf:
    """For a file whose first frame was recorded then. The first time that it is asked about must be that frame's."""
    first_s: list[float] = []

    def utc_of(time_s: float) -> datetime:
        if not first_s:
            first_s.append(time_s)
        return starts_at_utc + timedelta(seconds=time_s - first_s[0])

    return utc_of


def when_it_holds(rule: Rule, utc_of: UtcOf | None, zone: tzinfo | None) -> Callable[[float], bool]:
    """Whether a rule holds at the time of a frame. Raises SettingsError if that takes a clock and there is none."""
    if not rule.when:
        return lambda _: True
    if utc_of is None:
        raise SettingsError(
            f"rule '{rule.name}' holds at certain times, and when this was recorded is not known",
            hint="say it with --starts-at '2026-03-28 22:15'",
        )
    schedule = rule.schedule
    return lambda time_s: schedule.holds_at(*week_minute(utc_of(time_s), zone))


def week_minute(utc: datetime, zone: tzinfo | None) -> tuple[int, int]:
    """The day of the week, from 0 for Monday, and the minute of the day. zone: None for the system's."""
    local = utc.astimezone(zone)
    return local.weekday(), local.hour * 60 + local.minute
