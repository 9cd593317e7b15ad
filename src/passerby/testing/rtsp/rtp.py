"""Packs access units into RTP: H.264 (RFC 6184) and HEVC (RFC 7798), single or in fragments; JPEG (RFC 2435)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from passerby.testing.rtsp.feed import AccessUnit, Codec

LARGEST_PAYLOAD = 1380  # with headers it fits into a packet of 1500 bytes, tunnelled or not
PAYLOAD_TYPES = {"h264": 96, "hevc": 97, "mjpeg": 26}
_FU_A, _FU_HEVC = 28, 49


class Packetizer:
    """Numbers the packets of one RTP stream."""

    def __init__(self, codec: Codec, ssrc: int = 0x70617373, first_sequence: int = 65_500) -> None:
        """first_sequence: near the end by default, so that every reader meets the wraparound early."""
        self._codec = codec
        self.ssrc = ssrc
        self.sequence = first_sequence

    def packets(self, unit: AccessUnit, timestamp: int) -> list[bytes]:
        """The packets of one picture; the last has the marker. timestamp: any integer; it wraps at 32 bits."""
        payloads = list(_payloads(self._codec, unit))
        return [self._packet(each, timestamp, each is payloads[-1]) for each in payloads]

    def _packet(self, payload: bytes, timestamp: int, last: bool) -> bytes:
        kind = PAYLOAD_TYPES[self._codec] | (0x80 if last else 0)
        header = struct.pack(">BBHII", 0x80, kind, self.sequence, timestamp & 0xFFFFFFFF, self.ssrc)
        self.sequence = (self.sequence + 1) & 0xFFFF
        return header + payload


def _payloads(codec: Codec, unit: AccessUnit) -> Iterator[bytes]:
    if codec == "mjpeg":
        yield from _jpeg(unit.nals[0])
        return
    for nal in unit.nals:
        if len(nal) <= LARGEST_PAYLOAD:
            yield nal
        else:
            yield from _fragments_h264(nal) if codec == "h264" else _fragments_hevc(nal)


def _fragments_h264(nal: bytes) -> Iterator[bytes]:
    indicator = nal[0] & 0xE0 | _FU_A
    for flags, part in _parts(nal[1:], LARGEST_PAYLOAD - 2):
        yield bytes((indicator, flags | nal[0] & 0x1F)) + part


def _fragments_hevc(nal: bytes) -> Iterator[bytes]:
    first = nal[0] & 0x81 | _FU_HEVC << 1
    for flags, part in _parts(nal[2:], LARGEST_PAYLOAD - 3):
        yield bytes((first, nal[1], flags | nal[0] >> 1 & 0x3F)) + part


def _parts(body: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Pieces of a NAL unit, each with its flags: 0x80 on the first, 0x40 on the last."""
    for at in range(0, len(body), size):
        yield (0x80 if at == 0 else 0) | (0x40 if at + size >= len(body) else 0), body[at : at + size]


def _jpeg(jpeg: bytes) -> Iterator[bytes]:
    """Baseline 4:2:0 with the standard Huffman tables. The quantisation tables are in the first packet (Q 255)."""
    tables, width, height, scan = _read_jpeg(jpeg)
    size = LARGEST_PAYLOAD - 8
    at = 0
    while at < len(scan):
        header = struct.pack(">IBBBB", at, 1, 255, width // 8, height // 8)  # type-specific 0 above a 24-bit offset
        if at == 0:
            header += struct.pack(">BBH", 0, 0, len(tables)) + tables
        part = scan[at : at + size - (len(header) - 8)]
        yield header + part
        at += len(part)


def _read_jpeg(jpeg: bytes) -> tuple[bytes, int, int, bytes]:
    """Quantisation tables, width, height, and the coded scan without its end marker."""
    tables: dict[int, bytes] = {}
    width = height = 0
    at = 2
    while True:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        body = jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDB:
            tables |= {body[n] & 15: body[n + 1 : n + 65] for n in range(0, len(body), 65)}
        elif marker == 0xC0:
            height, width = struct.unpack(">HH", body[1:5])
        elif marker == 0xDA:
            return tables[0] + tables.get(1, tables[0]), width, height, jpeg[at : jpeg.rindex(b"\xff\xd9")]
