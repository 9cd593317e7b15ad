"""What a live source may do and how long it may take, and the values that its parts exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Protocol

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.clock import Clock, SystemClock
from passerby.net.fetch import Limits
from passerby.rules.reach import Reach


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How to open and read a live source. All timeouts are in seconds, and none can be disabled.

    transport: of RTSP; "udp" if a camera's TCP stutters. open_timeout_s: until it has answered and described itself.
    read_timeout_s: maximum time for one packet, however slowly it trickles. picture_timeout_s: maximum time without a
    picture, whatever else arrives; a camera's key frames must come more often. trust_any_certificate: accept a camera's
    self-signed certificate. Danger: somebody in between can then show other pictures. device_size, device_rate:
    requested from a camera at this machine; None: its default.
    """

    transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: float = 10.0
    read_timeout_s: float = 10.0
    picture_timeout_s: float = 15.0
    trust_any_certificate: bool = False
    reach: Reach = field(default_factory=Reach)
    device_size: tuple[int, int] | None = None
    device_rate: int | None = None
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        if min(self.open_timeout_s, self.read_timeout_s, self.picture_timeout_s) <= 0:
            raise ValueError("a time-out is more than nothing")

    @property
    def limits(self) -> Limits:
        """The same limits for one HTTP request."""
        return Limits(self.reach, self.open_timeout_s, self.read_timeout_s, self.trust_any_certificate)


class Beneath(Protocol):
    """What FFmpeg reads through when it does not open its own connection."""

    @property
    def error(self) -> OSError | None:
        """Why it broke off; None if it did not."""
        ...

    def finish_within(self, seconds: float) -> None:
        """Sets the time for the read in progress, however slowly data trickles: FFmpeg does not enforce that."""
        ...

    def close(self) -> None: ...


@dataclass(slots=True, eq=False)
class Opened:
    """A stream that FFmpeg reads. has_clock: its times are meaningful. bursts: it comes in pieces of several seconds,
    and is output at the pace of its own times."""

    container: InputContainer
    stream: VideoStream
    has_clock: bool = True
    bursts: bool = False
    beneath: Beneath | None = None

    def close(self) -> None:
        self.container.close()
        if self.beneath is not None:
            self.beneath.close()


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A progressive picture with its time in UTC, ticks of 1/90000 s."""

    picture: av.VideoFrame
    at_90k: int
    damaged: bool
    aspect: Fraction | None = None
