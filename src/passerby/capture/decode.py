"""Decodes packets of one stream into pictures, intact or damaged. Continues after decoding errors and reports them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from passerby.capture.problems import ProblemLog
from passerby.capture.trust import Decoded, Trust
from passerby.errors import SourceError

DOUBTED_BEFORE_ERROR = 2  # a VP9 decoder notices a broken key frame only at the next picture

DAMAGED = "frames are damaged, or build upon a damaged one"
LOST = "frames could not be decoded and are missing"
UNSHOWN = "frames that the file's own edit list leaves out are left out here too"


class Decoder:
    """Decodes the packets of one stream in presentation order.

    After an error, nothing is trusted until the next key frame (see `Trust`).
    """

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream, log: ProblemLog) -> None:
        self._path = path
        self._container = container
        self._stream = stream
        self._log = log
        self._trust = Trust(stream.codec_context, is_live=False, doubted=DOUBTED_BEFORE_ERROR)
        self._lost_latest = False  # since the last picture
        self._newest_packet_pts: int | None = None
        self._newest_pts: int | None = None
        self._start_time = stream.start_time or 0
        self.stopped = False
        """Whether reading failed before the end of the file."""

    def __iter__(self) -> Iterator[Decoded]:
        for packet in self._demux():
            for picture in self._decode(packet):
                self._lost_latest = False
                if picture.pts is not None:
                    self._newest_pts = max(picture.pts, self._newest_pts or picture.pts)
                yield from map(self._noted, self._trust.push(picture))
        yield from map(self._noted, self._trust.flush())
        self._note_lost_end()

    def _demux(self) -> Iterator[Packet[VideoStream]]:
        try:
            for packet in self._container.demux(self._stream):
                if packet.has_sidedata("encryption_info"):
                    raise SourceError(
                        f"couldn't read '{self._path}': it is encrypted (DRM)", hint="passerby has no key for it"
                    )
                if packet.size and packet.is_discard:
                    self._log.note("lost", self._time_s(packet.pts), UNSHOWN)
                elif packet.size and packet.pts is not None:
                    self._newest_packet_pts = max(packet.pts, self._newest_packet_pts or packet.pts)
                yield packet
        except SourceError:
            raise
        except (av.FFmpegError, OSError) as error:
            self.stopped = True
            self._log.note("stopped", self._time_s(self._newest_pts), f"reading stopped: {error.strerror or error}")
            yield cast(Packet[VideoStream], Packet())  # an empty packet makes the decoder output what it still holds

    def _decode(self, packet: Packet[VideoStream]) -> list[av.VideoFrame]:
        if packet.size:
            self._trust.expect(packet)
        try:
            return self._stream.decode(packet if packet.size else None)
        except av.error.EOFError:
            return []
        except av.FFmpegError:
            self._lost_latest = True
            self._trust.fail()
            self._log.note("lost", self._time_s(self._newest_pts), LOST)
            return []

    def _noted(self, decoded: Decoded) -> Decoded:
        if decoded.damaged:
            picture = decoded.picture
            self._log.note("damaged", self._time_s(picture.pts if picture.pts is not None else picture.dts), DAMAGED)
        return decoded

    def _note_lost_end(self) -> None:
        newest, delivered = self._newest_packet_pts, self._newest_pts
        if newest is not None and delivered is not None and delivered < newest and not self._lost_latest:
            self._log.note("lost", self._time_s(delivered), LOST)

    def _time_s(self, ticks: int | None) -> float:
        """Seconds from the start of the source."""
        if ticks is None or self._stream.time_base is None:
            return 0.0
        return float((ticks - self._start_time) * self._stream.time_base)
