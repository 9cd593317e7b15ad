"""The numbers of H.264 pictures are read from whatever comes: a file may be broken, or made to break who reads it."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from passerby.capture.h264_gaps import FrameNumbers

START = b"\0\0\1"
SPS = bytes.fromhex("6742c01edb0280bfe5c044000003000400000300f03c58bb80")  # with 4 bits of frame_num


@given(st.none() | st.binary(max_size=60), st.lists(st.binary(max_size=60), max_size=4))
@example(b"\1", [])
@example(b"\1\x42\xc0\x1e\xff\xe1\0", [b"\0\0\0\1\x65"])
@example(START + b"\x67", [START, START + b"\x65", START + b"\x41"])
def test_no_bytes_break_it(extradata: bytes | None, packets: list[bytes]) -> None:
    numbers = FrameNumbers(extradata)
    for packet in packets:
        numbers.gap_before(packet)


@given(st.lists(st.binary(max_size=30), max_size=6))
def test_nor_do_they_behind_parameters_that_are_whole(units: list[bytes]) -> None:
    between, after = FrameNumbers(START + SPS), FrameNumbers(b"\1\x42\xc0\x1e\xff\xe1\0" + bytes([len(SPS)]) + SPS)
    for unit in units:
        between.gap_before(START + b"\x41" + unit)
        after.gap_before((len(unit) + 1).to_bytes(4) + b"\x41" + unit)
