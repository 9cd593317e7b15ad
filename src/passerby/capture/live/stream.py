"""Reads a live stream through FFmpeg: packets in, progressive pictures out, each with its arrival time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
from av.codec.context import Flags
from av.packet import Packet
from av.video.stream import VideoStream

from passerby.capture.live.arrival import ArrivalTimes, WallTime
from passerby.capture.live.options import LiveOptions, Opened, Shot
from passerby.capture.live.pace import LEAP_S, Pace
from passerby.capture.live.words import broken_off, changed, clock_was_set, no_picture
from passerby.capture.picture import Deinterlacer
from passerby.capture.trust import Trust
from passerby.errors import SourceUnavailable
from passerby.media.packets import SourceCoding, SourcePacket
from passerby.net.address import Address

OnPacket = Callable[[SourcePacket], None]


class StreamReader:
    """Iterate once over its shots, from one thread. Ends only with SourceUnavailable, or quietly after `stop`."""

    def __init__(
        self,
        address: Address,
        opened: Opened,
        options: LiveOptions,
        stopped: Callable[[], bool],
        on_packet: OnPacket | None = None,
    ) -> None:
        """on_packet: see `open_live`."""
        self._address, self._opened, self._options = address, opened, options
        self._stopped, self._on_packet = stopped, on_packet
        self._wall = WallTime(options.clock)
        stream = opened.stream
        self.times = ArrivalTimes(stream.time_base if opened.has_clock else None)
        self.keys = 0
        """How many key frames have come."""
        self.key_bytes: int | None = None
        """Size of the newest one, as coded."""
        context = stream.codec_context
        time_base = stream.time_base if opened.has_clock else None
        self._coding = SourceCoding(context.name, context.extradata, time_base)
        self._trust = Trust(context, is_live=True)
        context.flags = context.flags | Flags.low_delay
        self._deinterlacer = Deinterlacer(stream.time_base or Fraction(1, 90_000))
        self._times_90k: deque[int] = deque()  # of pictures that are waiting
        self._damaged: deque[bool] = deque()
        self._size: tuple[int, int] | None = None

    def __iter__(self) -> Iterator[Shot]:
        clock = self._options.clock
        pace = Pace(clock, self._stopped, LEAP_S) if self._opened.bursts else None
        latest_s = clock.monotonic()
        for packet in self._packets():
            for picture in self._decode(packet):
                latest_s = clock.monotonic()
                if pace is not None and picture.pts is not None:
                    pace.wait(float(picture.pts * self._time_base))
                yield from self._shots(picture)
            if self._wall.was_set():
                raise clock_was_set(self._address)
            if clock.monotonic() - latest_s > self._options.picture_timeout_s:
                raise no_picture(self._address, self._options.picture_timeout_s)

    @property
    def _time_base(self) -> Fraction:
        return self._opened.stream.time_base or Fraction(1, 90_000)

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        error: Exception | None = None
        try:
            packets = self._opened.container.demux(self._opened.stream)
            while (packet := self._next_of(packets)) is not None:
                if self._stopped():
                    return
                if packet.size:
                    if packet.is_keyframe:
                        self.keys, self.key_bytes = self.keys + 1, packet.size
                    if self._on_packet is not None:
                        self._on_packet(self._handed_on(packet))
                    yield packet
        except (av.FFmpegError, OSError) as caught:
            error = caught
        if self._stopped():
            return
        beneath = self._opened.beneath
        if beneath is not None and beneath.error is not None:
            error = beneath.error
        if isinstance(error, SourceUnavailable):
            raise error
        # Without its cause, whose text contains the address with its password.
        raise broken_off(self._address, error, self._options.read_timeout_s) from None

    def _handed_on(self, packet: Packet[VideoStream]) -> SourcePacket:
        has_clock = self._coding.time_base is not None
        pts, dts = (packet.pts, packet.dts) if has_clock else (None, None)
        return SourcePacket(bytes(packet), self._coding, pts, dts, self._wall.now_90k(), packet.is_keyframe)

    def _next_of(self, packets: Iterator[Packet[VideoStream]]) -> Packet[VideoStream] | None:
        if self._opened.beneath is not None:  # set just before reading: time spent elsewhere does not count
            self._opened.beneath.finish_within(self._options.read_timeout_s)
        return next(packets, None)

    def _decode(self, packet: Packet[VideoStream]) -> list[av.VideoFrame]:
        self._trust.expect(packet)
        try:
            return self._opened.stream.decode(packet)
        except av.FFmpegError:
            self._trust.fail()
            return []

    def _shots(self, picture: av.VideoFrame) -> Iterator[Shot]:
        size = (picture.width, picture.height)
        if self._size not in (None, size):
            raise changed(self._address, f"its picture is now {size[0]}x{size[1]}")
        self._size = size
        self._times_90k.append(self.times.next(picture.pts, self._wall.now_90k()))
        for decoded in self._trust.push(picture):
            self._damaged.append(decoded.damaged)
            for ready in self._deinterlacer.push(decoded.picture):
                aspect = self._opened.stream.sample_aspect_ratio or None
                yield Shot(ready, self._times_90k.popleft(), self._damaged.popleft(), aspect)
