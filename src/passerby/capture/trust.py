"""Decides which pictures may not show what was filmed, because something before them was broken or missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.codec.context import Flags
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from passerby.capture.h264_gaps import LOOK_AT_BYTES, FrameNumbers

REORDERED = 16
"""Maximum number of pictures that come out before one that was coded earlier, in H.264 and HEVC."""


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """The number of a packet. Each is a new object: PyAV finds them by memory address, in one table for all decoders,
    where small integers would be mixed up."""

    number: int


@dataclass(slots=True, eq=False)
class Decoded:
    """A picture as it left the decoder. damaged: an error was in it, near it, or in one that it may depend on."""

    picture: av.VideoFrame
    damaged: bool
    number: int
    """Number of its packet."""


class Trust:
    """Pictures that depend on a broken or missing one are broken too, until a key picture that was coded later.

    Decoders do not report this, and output pictures in a different order than they were coded in: a key picture from
    before the loss after it, and pictures that depend on a broken one before that one. So packets are numbered in
    coding order, pictures carry the number of their packet (`Flags.copy_opaque`), and each is held until all that were
    coded before it are there.
    """

    def __init__(self, context: VideoCodecContext, *, is_live: bool, doubted: int = 0) -> None:
        """context: of the decoder, which is configured for this. is_live: nothing before the first key picture is
        trusted, and nothing is held longer than its time. doubted: how many more pictures are held, since an error may
        be reported late."""
        # Frame threads sometimes output a broken picture before its error is known, and hold others back; slice threads
        # report fewer errors (FFmpeg 8, H.264).
        context.thread_count = 1
        # Broken pictures come out too: they are covered whole, and time continues.
        context.flags = context.flags | Flags.output_corrupt | Flags.copy_opaque
        self._numbers = FrameNumbers(context.extradata) if context.name == "h264" else None
        self._trusted, self._is_live, self._doubted = not is_live, is_live, doubted
        self._newest = 0
        self._lost_at = 0  # no key picture up to here restores trust
        self._coded: list[tuple[int, int | None]] = []  # numbers and times of packets whose pictures are not there yet
        self._held: deque[Decoded] = deque()

    def expect(self, packet: Packet[VideoStream]) -> None:
        """Takes the next packet before it is decoded."""
        if self._numbers is not None and self._numbers.gap_before(bytes(memoryview(packet)[:LOOK_AT_BYTES])):
            self._lose()
        self._newest += 1
        self._coded.append((self._newest, packet.pts))
        packet.opaque = Mark(self._newest)
        if packet.is_corrupt:
            self._lose()

    def fail(self) -> None:
        """Call it if the newest packet could not be decoded. It may not be the first broken one."""
        self._lose()
        self._coded = [(number, pts) for number, pts in self._coded if number != self._newest]
        for each in self._held:
            each.damaged = True

    def _lose(self) -> None:
        """Records that something up to the newest packet is broken or missing."""
        self._trusted, self._lost_at = False, self._newest

    def push(self, picture: av.VideoFrame) -> Iterator[Decoded]:
        """Takes the next picture as it comes out, and returns those about which nothing more can become known."""
        number = picture.opaque.number if isinstance(picture.opaque, Mark) else 0
        if picture.is_corrupt:
            self._trusted, self._lost_at = False, max(self._lost_at, number)
            for each in self._held:
                each.damaged |= each.number > number
        elif picture.key_frame and number > self._lost_at:
            self._trusted = True
        self._held.append(Decoded(picture, not self._trusted, number))
        self._forget(number, picture.pts)
        while len(self._held) > self._doubted and not self._is_open(self._held[0]):
            yield self._held.popleft()

    def flush(self) -> Iterator[Decoded]:
        """Returns the held pictures at the end."""
        while self._held:
            yield self._held.popleft()

    def _forget(self, number: int, pts: int | None) -> None:
        """Drops packets whose pictures are there or will never be: broken, skipped, or the other field of a picture."""
        first = max(number, self._newest - 4 * REORDERED) - REORDERED
        self._coded = [
            (each, shown)
            for each, shown in self._coded
            if each != number and each >= first and not (self._is_live and _is_over(shown, pts))
        ]

    def _is_open(self, decoded: Decoded) -> bool:
        return bool(self._coded) and self._coded[0][0] < decoded.number


def _is_over(shown: int | None, now: int | None) -> bool:
    """Whether a picture should have been shown by now. Not reliable in files: AVI counts in coding order."""
    return shown is not None and now is not None and shown <= now
