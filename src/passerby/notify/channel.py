"""What every channel can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from passerby.access.devices import Device
from passerby.errors import OutputError, SourceUnavailable, Trouble
from passerby.media.messages import Message
from passerby.net.address import Address
from passerby.net.push import Subscription


class Channel(Protocol):
    """A way in which messages leave this installation. Only one thread sends at a time."""

    def send(self, message: Message) -> None:
        """Blocks until the other side has it, for at most `SEND_WITHIN_S`. Raises PasserbyError, without secrets: it is
        tried again."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ShownCamera:
    """What a channel shows of a camera all the time. crossed: how many crossed each of its lines today, by line and
    way. has_alerts: people are told of its events. pictured: its latest event whose picture is recorded, and when that
    began, UTC; None: there is none, or its alerts are off."""

    title: str
    state: str
    crossed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    has_alerts: bool = True
    pictured: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class AlertsCommand:
    """Somebody outside switches the alerts of a camera on or off. camera: as they wrote it: there may be none."""

    camera: str
    is_on: bool


@runtime_checkable
class ShowsCameras(Protocol):
    """A channel that also shows the cameras all the time."""

    def show(self, cameras: Mapping[str, ShownCamera]) -> None:
        """All of them, by name. Raises PasserbyError."""
        ...

    @property
    def shows_stills(self) -> bool:
        """Whether it has a use for `ShownCamera.pictured`."""
        ...

    def commands(self) -> list[AlertsCommand]:
        """Those that came since this was last called, the oldest first. Does not wait."""
        ...


@runtime_checkable
class Checkable(Protocol):
    """A channel of which it can be found out whether it works without sending anything to anybody. A webhook is none:
    only a message tells."""

    check_every_s: float

    def check(self) -> None:
        """Blocks for as long as `Channel.send` at most. Raises PasserbyError, without secrets, if no message would be
        delivered now."""
        ...


@runtime_checkable
class TellsDevices(Protocol):
    """A channel that tells users in their own browsers."""

    @property
    def public_key(self) -> str:
        """Browsers subscribe with it."""
        ...

    def tells(self, user: str) -> bool: ...

    def check(self, subscription: Subscription) -> None:
        """Raises OutputError for an address that no message may go to, or that cannot be found."""
        ...

    def send_to(self, device: Device, message: Message) -> None:
        """To this device only. Raises OutputError if it is not delivered."""
        ...

    def catch_up(self) -> None:
        """Called again and again: tries again what some devices do not have yet. Does not wait for it."""
        ...


SEND_WITHIN_S = 30.0
"""Shorter than a lease."""


@contextmanager
def named(address: Address) -> Iterator[None]:
    """Errors of the network name the server and no more: a path may be a secret, and there is no camera here."""
    try:
        yield
    except SourceUnavailable as error:
        place = f"{address.scheme}://{address.authority}"
        hint = "allow it in the channel's networks" if error.trouble is Trouble.REFUSED_ADDRESS else None
        raise OutputError(error.message.replace(address.shown, place), hint) from None
