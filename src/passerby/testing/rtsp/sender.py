"""Sends one camera's RTP packets in time, over the RTSP connection or by UDP, and breaks as scripted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

from passerby.media.segments import TICKS_PER_S
from passerby.testing.rtsp.feed import Feed
from passerby.testing.rtsp.rtp import Packetizer
from passerby.testing.rtsp.schedule import schedule
from passerby.testing.rtsp.script import Script

FIRST_TIMESTAMP = 2**32 - 3 * TICKS_PER_S  # RTP's clock wraps after three seconds, in every longer test

Write = Callable[[bytes], Awaitable[None]]
"""Sends one RTP packet."""


class Sender:
    """One playing stream. speed: 1 for real time, 0 for as fast as the reader takes it."""

    def __init__(self, feed: Feed, script: Script, speed: float, write: Write, control: asyncio.StreamWriter) -> None:
        self._feed, self._script, self._speed = feed, script, speed
        self._write = write
        self._control = control
        self._packetizer = Packetizer(feed.codec)
        self._packets = 0
        self.units_sent = 0

    async def run(self) -> None:
        """Runs until cancelled, cut, or silent as scripted."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        for due in schedule(self._feed, self._script):
            if self._speed:
                await asyncio.sleep(started + due.at_90k / TICKS_PER_S / self._speed - loop.time())
            packets = self._packetizer.packets(due.unit, FIRST_TIMESTAMP + due.claimed_90k)
            if _reached(self._script.cut_after, self.units_sent):
                await self._cut(packets[0])
                return
            for packet in packets:
                await self._send(packet)
            self.units_sent += 1

    async def _send(self, packet: bytes) -> None:
        self._packets += 1
        lost = self._script.lose_one_in is not None and self._packets % self._script.lose_one_in == 0
        if lost:
            return
        if _reached(self._script.drip_after, self.units_sent):
            await self._drip(framed(packet))
        else:
            await self._write(packet)

    async def _drip(self, data: bytes) -> None:
        for byte in data:
            self._control.write(bytes((byte,)))
            await asyncio.sleep(self._script.drip_byte_s)

    async def _cut(self, packet: bytes) -> None:
        self._control.write(framed(packet)[: len(packet) // 2])
        await asyncio.sleep(0.05)  # so that this half is really sent
        reset(self._control)


def framed(packet: bytes, channel: int = 0) -> bytes:
    """A packet as sent inside the RTSP connection (RFC 2326, 10.12)."""
    return struct.pack(">cBH", b"$", channel, len(packet)) + packet


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a TCP connection by RST, as when a camera loses power and after its restart does not know the connection."""
    with contextlib.suppress(OSError):  # the other side closed it first
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _reached(after: int | None, count: int) -> bool:
    return after is not None and count >= after
