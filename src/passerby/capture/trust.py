"""Which pictures may show something else than was filmed, because of what was broken or missing before them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import av

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

    def __init__(self, *, from_the_start: bool, doubted: int = 0) -> None:
        """from_the_start: whether what comes before the first key picture is trusted. doubted: so many pictures more
        are held, for `doubt`."""
        self._trusted, self._doubted = from_the_start, doubted
        self._newest = 0
        self._lost_at = 0  # no key picture up to here is a new start
        self._coded: list[tuple[int, int | None]] = []  # numbers and times of those whose pictures are not there yet
        self._held: deque[Decoded] = deque()

    def mark(self, pts: int | None) -> Mark:
        """For the `opaque` of the next packet, before it is decoded. pts: when its picture is shown."""
        self._newest += 1
        self._coded.append((self._newest, pts))
        return Mark(self._newest)

    def lose(self) -> None:
        """Something up to the newest packet is broken or missing."""
        self._trusted, self._lost_at = False, self._newest

    def doubt(self) -> None:
        """As `lose`, and it may have been in what is held, too."""
        self.lose()
        for each in self._held:
            each.damaged = True

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
            if each != number and each >= first and (shown is None or pts is None or shown > pts)
        ]

    def _is_open(self, decoded: Decoded) -> bool:
        return bool(self._coded) and self._coded[0][0] < decoded.number
