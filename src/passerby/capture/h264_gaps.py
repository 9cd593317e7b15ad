"""Detects missing pictures in an H.264 stream, by the numbers in its slices.

FFmpeg's decoder reports when part of a picture is broken. If a whole one is lost, it silently continues with the wrong
references and shows a mixture of other pictures. (Its HEVC decoder does report that.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LOOK_AT_BYTES = 16 * 1024
"""Of a packet: everything before the first slice is small."""
_SLICE, _SLICE_KEY, _SPS = 1, 5, 7
_SLICE_HEADER_BYTES = 24
_AVCC_HEAD_BYTES = 8  # of an avcC box, up to its first parameter set (ISO/IEC 14496-15, 5.3.3.1)
_WITH_CHROMA_FORMAT = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_START = re.compile(b"\x00\x00\x01")


class FrameNumbers:
    """Follows one stream, with units separated by start codes (Annex B) or preceded by their lengths (as in MP4)."""

    def __init__(self, extradata: bytes | None) -> None:
        """extradata: the parameter sets sent in advance, if any."""
        self._sps: _Sps | None = None
        self._last: int | None = None  # frame_num of the last reference picture
        self._length_bytes = 0  # size of a unit's length; 0 for Annex B
        if extradata and extradata[0] == 1 and len(extradata) > _AVCC_HEAD_BYTES:  # the first set is enough
            self._length_bytes = (extradata[4] & 3) + 1
            self._sps = _read_sps(extradata[_AVCC_HEAD_BYTES:])
        elif extradata:
            self._learn(extradata)

    def gap_before(self, packet: bytes) -> bool:
        """Whether pictures are missing before this one. packet: one coded picture, or its beginning."""
        unit = self._learn(packet)
        if unit is None or self._sps is None:
            return False
        kind, is_reference = unit[0] & 0x1F, bool(unit[0] & 0x60)
        try:
            number = 0 if kind == _SLICE_KEY else _frame_number(unit, self._sps)
        except IndexError:  # cut off: the decoder will report it
            return False
        last = self._last
        if is_reference:
            self._last = number
        if kind == _SLICE_KEY or last is None or self._sps.gaps_allowed:
            return False
        return number not in (last, (last + 1) % (1 << self._sps.number_bits))

    def _learn(self, data: bytes) -> bytes | None:
        """Reads the parameters before the first slice, and returns that slice, or None if there is none."""
        for unit in self._units(data):
            kind = unit[0] & 0x1F if unit else 0
            if kind == _SPS:
                self._sps = _read_sps(unit)
            elif kind in (_SLICE, _SLICE_KEY):
                return unit[:_SLICE_HEADER_BYTES]
        return None

    def _units(self, data: bytes) -> Iterator[bytes]:
        if not self._length_bytes:
            starts = [found.end() for found in _START.finditer(data)]
            yield from (data[at:after] for at, after in pairwise([*starts, len(data)]))
            return
        at = 0
        while at < len(data):
            begin = at + self._length_bytes
            at = begin + int.from_bytes(data[at:begin])
            yield data[begin:at]


@dataclass(frozen=True, slots=True)
class _Sps:
    """The values of a sequence parameter set that are needed to read frame_num (H.264, 7.3.2.1.1)."""

    number_bits: int
    separate_planes: bool
    gaps_allowed: bool


class _Bits:
    def __init__(self, unit: bytes) -> None:
        self._data = unit[1:].replace(b"\x00\x00\x03", b"\x00\x00")  # as before emulation prevention
        self._at = 0

    def take(self, count: int) -> int:
        """Reads `count` bits. Raises IndexError at the end."""
        value = 0
        for _ in range(count):
            value = value << 1 | self._data[self._at >> 3] >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def unsigned(self) -> int:
        """Exp-Golomb."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def _frame_number(unit: bytes, sps: _Sps) -> int:
    bits = _Bits(unit)
    for _ in range(3):  # first_mb_in_slice, slice_type, pic_parameter_set_id
        bits.unsigned()
    if sps.separate_planes:
        bits.take(2)
    return bits.take(sps.number_bits)


def _read_sps(unit: bytes) -> _Sps | None:
    bits = _Bits(unit)
    try:
        profile = bits.take(8)
        bits.take(16)  # constraints and level
        bits.unsigned()
        separate = profile in _WITH_CHROMA_FORMAT and _chroma(bits)
        number_bits = bits.unsigned() + 4
        order = bits.unsigned()
        if order == 0:
            bits.unsigned()
        elif order == 1:
            bits.take(1)
            bits.signed(), bits.signed()
            for _ in range(min(bits.unsigned(), 255)):
                bits.signed()
        bits.unsigned()  # max_num_ref_frames
        return _Sps(number_bits, separate, bool(bits.take(1)))
    except IndexError:
        return None


def _chroma(bits: _Bits) -> bool:
    """Whether the colour planes are coded separately."""
    chroma = bits.unsigned()
    separate = chroma == 3 and bool(bits.take(1))
    bits.unsigned(), bits.unsigned(), bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return separate


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
