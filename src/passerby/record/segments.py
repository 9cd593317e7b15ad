"""Turns redacted frames of one camera into fragments as they arrive. Where these go is up to archive and viewers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType

from passerby.media.frames import RedactedFrame, plane_views
from passerby.media.mp4.fragments import Sample, make_fragment
from passerby.media.segments import GOP_90K, SHORT_OVERLAP_90K, TICKS_PER_S, Fragment, InitSegment, activity_of
from passerby.media.stream import StreamFormat
from passerby.record.live_encoder import LiveEncoder

TICK = Fraction(1, TICKS_PER_S)

CHUNK_90K = 3 * TICKS_PER_S // 20
"""A fragment is returned once it is this long: one picture at 5 a second, with some tolerance. It delays a viewer's
first picture by as much, and each fragment costs about 150 bytes: 7 kbit/s."""

STILL_90K = TICKS_PER_S // 2
"""The same where nothing changes and somebody watches: as long as a player's buffer lasts. If nobody watches, a
fragment is a whole GOP."""

LONGEST_FRAME_90K = 3 * TICKS_PER_S
"""A frame is shown until the next arrives, but no longer than this: then there is a gap."""

LIVE_QUALITY = 26
"""As good as 23 is for a file: without look-ahead x264 gives more to each picture (campus: 319 kbit/s at 44.2 dB)."""

USUAL_FRAME_90K = TICKS_PER_S // 10
"""How long the only frame before a gap is shown."""


class SegmentRecorder:
    """Encodes one camera. Frames come in order at any rate, with gaps; their pts is UTC in ticks of 1/90000 s.

    A fragment holds whole frames and begins where the one before ended, or after a gap. Each GOP begins at the first
    frame after a whole multiple of 2 s, and is independent. A change of picture size begins a new init segment. A
    picture that is identical to the one before, sample by sample, is not encoded again: that one is shown for longer.
    A GOP in which nothing changes and that nobody watches has the bytes of the one before, if that was the same.
    """

    def __init__(self, stream: StreamFormat, *, quality: int = LIVE_QUALITY, threads: int = 1) -> None:
        """quality: constant rate factor. Raises OutputError if it cannot be encoded, SettingsError."""
        self._quality, self._threads = quality, threads
        self._encoder = LiveEncoder(replace(stream, time_base=TICK), quality, threads)
        self._waiting: list[tuple[int, bytes]] = []  # time and bytes of frames that are encoded but not returned yet
        self._waiting_is_key = False
        self._active = 0.0
        self._encoded: av.VideoFrame | None = None
        # What was encoded since the last key frame, if all of it is the present picture. The encoder stands behind the
        # last of it, so it can go on from there after the same bytes were handed out again.
        self._steady: list[bytes] = []
        self._owes_second = False  # the present GOP began with the first of them again, and lacks the second
        self._last_90k: int | None = None
        self._frame_90k = USUAL_FRAME_90K
        self._needs_key = True
        self._sequence = 0

    @property
    def init(self) -> InitSegment:
        """The init segment of the latest frames."""
        return self._encoder.init

    def write(self, frame: RedactedFrame, active: float = 0.0, *, is_watched: bool = True) -> list[Fragment]:
        """Encode one redacted frame; returns the fragments that it completes. active: the share of the picture in
        which something is active, 0..1. is_watched: whether somebody is waiting for more even if nothing changes.

        Raises ValueError for a frame that is not later than the one before, OutputError if it cannot be encoded.
        """
        if not isinstance(frame, RedactedFrame):
            raise TypeError(f"only a RedactedFrame is recorded, not a {type(frame).__name__}")
        if frame.time_base != TICK:
            raise ValueError(f"a frame in ticks of {frame.time_base} s where they are 1/{TICKS_PER_S} s")
        if self._last_90k is not None and frame.pts <= self._last_90k:
            raise ValueError(f"frame {frame.index} at tick {frame.pts} does not come after tick {self._last_90k}")
        is_same = self._is_encoded(frame.picture)
        if self._owes_second and not is_same:
            self._encode_first_anew()
        still_90k = STILL_90K if is_watched else GOP_90K
        done = self._before(frame, still_90k if is_same else CHUNK_90K)
        is_key = self._needs_key or self._last_90k is None or frame.pts // GOP_90K != self._last_90k // GOP_90K
        if is_key or not is_same or not self._waiting or (self._only_key and not is_watched):
            is_again = is_same and (self._may_repeat and not is_watched if is_key else self._owes_second)
            self._repeat(frame.pts, is_key) if is_again else self._encode(frame.picture, frame.pts, is_key, is_same)
        self._active = max(self._active, active)
        self._last_90k, self._needs_key = frame.pts, False
        return done

    def _encode(self, picture: av.VideoFrame, pts: int, is_key: bool, is_same: bool) -> None:
        data = self._encoder.encode(picture, pts, PictureType.I if is_key else PictureType.NONE)
        if is_key:
            self._steady = [data]
        else:
            self._steady = [*self._steady, data] if self._steady and is_same else []
        self._owes_second, self._encoded = False, picture
        self._await(pts, data, is_key)

    def _repeat(self, pts: int, is_key: bool) -> None:
        """Takes the bytes that the same picture had at this place of the GOP before."""
        self._owes_second = is_key
        self._await(pts, self._steady[0 if is_key else 1], is_key)

    def _await(self, pts: int, data: bytes, is_key: bool) -> None:
        if not self._waiting:
            self._waiting_is_key = is_key
        self._waiting.append((pts, data))

    @property
    def _may_repeat(self) -> bool:
        """Whether the GOP before can stand for this one: two pictures, as where nobody watches, and both were handed
        out. Two key frames in a row would need different numbers."""
        return len(self._steady) == 2 and not self._owes_second

    def _encode_first_anew(self) -> None:
        """The GOP does not go on as the one before did: its first picture is encoded as the encoder would go on."""
        assert self._encoded is not None
        if not self._waiting:  # it was handed out, to somebody who began to watch
            self._needs_key = True
            self._owes_second, self._steady = False, []
            return
        (pts, _), self._waiting = self._waiting[0], []
        self._encode(self._encoded, pts, True, True)

    @property
    def _only_key(self) -> bool:
        """Whether only a key frame is waiting. x264 derives the quality of the next one from the pictures before it:
        with none in between it falls by 6 dB."""
        return self._waiting_is_key and len(self._waiting) == 1

    def _is_encoded(self, picture: av.VideoFrame) -> bool:
        if self._encoded is None or not self._encoder.fits(picture):
            return False
        if self._encoded is picture:
            return True
        pairs = zip(plane_views(self._encoded), plane_views(picture), strict=True)
        return all(np.array_equal(before, now) for before, now in pairs)

    def flush(self) -> list[Fragment]:
        """Returns what is waiting, at once: the source is lost, or recording ends. The next frame begins a new GOP."""
        self._needs_key = True
        if self._owes_second:  # another key frame follows
            self._owes_second, self._steady = False, []
        if not self._waiting:
            return []
        assert self._last_90k is not None
        return self._hand_out(self._last_90k + min(self._frame_90k, SHORT_OVERLAP_90K))

    def close(self) -> None:
        """Call after the last flush: frees the encoder's memory at once, which is a lot."""
        self._encoder.close()

    def _before(self, frame: RedactedFrame, chunk_90k: int) -> list[Fragment]:
        """The fragments completed by this frame: only now is it known how long the one before is shown."""
        if not self._encoder.fits(frame.picture):
            done = self.flush()
            fitting = self._encoder.for_size_of(frame.picture, self._quality, self._threads)
            self._encoder.close()
            self._encoder = fitting
            return done
        if self._last_90k is None or not self._waiting:
            return []
        shown_90k = frame.pts - self._last_90k
        if shown_90k > LONGEST_FRAME_90K:
            return self.flush()
        self._frame_90k = shown_90k
        ends_gop = frame.pts // GOP_90K != self._last_90k // GOP_90K
        if ends_gop or frame.pts - self._waiting[0][0] >= chunk_90k:
            return self._hand_out(frame.pts)
        return []

    def _hand_out(self, end_90k: int) -> list[Fragment]:
        times = [time for time, _ in self._waiting]
        samples = [
            Sample(data, after - time)
            for (time, data), after in zip(self._waiting, [*times[1:], end_90k], strict=True)
        ]  # fmt: skip
        self._sequence += 1
        activity = activity_of(self._active)
        data = make_fragment(self._sequence, times[0], samples, is_key=self._waiting_is_key, activity=activity)
        fragment = Fragment(self.init, times[0], end_90k - times[0], self._waiting_is_key, data, activity)
        self._waiting, self._active, self._waiting_is_key = [], 0.0, False
        return [fragment]
