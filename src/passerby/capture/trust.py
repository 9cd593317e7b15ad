"""Which pictures may show something else than was filmed, because of what was broken or missing before them."""

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
"""Pictures at most that come out before one that was coded before them, in H.264 and HEVC."""


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """The number of a packet. A new object for each: PyAV finds them by their place in memory, in one table for all
    decoders, where small integers would be mixed up."""

    number: int


@dataclass(slots=True, eq=False)
class Decoded:
    """A picture as it left the decoder. damaged: an error was in it, near it, or in one that it may build upon."""

    picture: av.VideoFrame
    damaged: bool
    number: int
    """Of its packet."""


class Trust:
    """What is built upon a broken or missing picture is as broken until a key one that was coded later.

    Decoders do not say so, and give pictures out in another order than they were coded in: a key one from before the
    loss after it, and those that build upon a broken one before that. So packets are numbered as they are coded,
    pictures bring the number of theirs (`Flags.copy_opaque`), and each is held until all that were coded before are
    there.
    """

    def __init__(self, context: VideoCodecContext, *, is_live: bool, doubted: int = 0) -> None:
        """context: of the decoder, which is set up for this. is_live: what comes before the first key picture is not
        trusted, and nothing is held longer than its time. doubted: so many pictures more are held, as an error may be
        told late."""
        # Threads by frame now and then give a broken picture out before its error is known, and hold others back; those
        # by slice tell of fewer errors (FFmpeg 8, H.264).
        context.thread_count = 1
        # Broken pictures come out too: they are covered whole, and time goes on.
        context.flags = context.flags | Flags.output_corrupt | Flags.copy_opaque
        self._numbers = FrameNumbers(context.extradata) if context.name == "h264" else None
        self._trusted, self._is_live, self._doubted = not is_live, is_live, doubted
        self._newest = 0
        self._lost_at = 0  # no key picture up to here is a new start
        self._coded: list[tuple[int, int | None]] = []  # numbers and times of those whose pictures are not there yet
        self._held: deque[Decoded] = deque()

    def expect(self, packet: Packet[VideoStream]) -> None:
        """The next packet, before it is decoded."""
        if self._numbers is not None and self._numbers.gap_before(bytes(memoryview(packet)[:LOOK_AT_BYTES])):
            self._lose()
        self._newest += 1
        self._coded.append((self._newest, packet.pts))
        packet.opaque = Mark(self._newest)
        if packet.is_corrupt:
            self._lose()

    def fail(self) -> None:
        """The newest packet could not be decoded. It may not have been the first that is broken."""
        self._lose()
        self._coded = [(number, pts) for number, pts in self._coded if number != self._newest]
        for each in self._held:
            each.damaged = True

    def _lose(self) -> None:
        """Something up to the newest packet is broken or missing."""
        self._trusted, self._lost_at = False, self._newest

    def push(self, picture: av.VideoFrame) -> Iterator[Decoded]:
        """Takes the next picture as they come out, and gives those that nothing can be known of any more."""
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
        """What is held, at the end."""
        while self._held:
            yield self._held.popleft()

    def _forget(self, number: int, pts: int | None) -> None:
        """What is there, and what will never be: broken, left out by the decoder, or the other field of a picture."""
        first = max(number, self._newest - 4 * REORDERED) - REORDERED
        self._coded = [
            (each, shown)
            for each, shown in self._coded
            if each != number and each >= first and not (self._is_live and _is_over(shown, pts))
        ]

    def _is_open(self, decoded: Decoded) -> bool:
        return bool(self._coded) and self._coded[0][0] < decoded.number


def _is_over(shown: int | None, now: int | None) -> bool:
    """Whether a picture should have been shown by now. Files do not always know: AVI counts in the order of coding."""
    return shown is not None and now is not None and shown <= now
