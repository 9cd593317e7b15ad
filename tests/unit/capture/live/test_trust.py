"""A live stream that lost a picture: what is wrong because of it is marked, whatever order pictures come out in."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from av.packet import Packet
from av.video.stream import VideoStream

from passerby.capture.live.options import LiveOptions, Opened
from passerby.capture.live.stream import StreamReader
from passerby.errors import SourceUnavailable
from passerby.net.address import Address

FPS, GOP, COUNT = 25, 30, 100
WRONG = 3  # grey levels on average: more than coding does


def moving(number: int) -> av.VideoFrame:
    """Noise that wanders, so that a missing reference shows."""
    coarse = np.random.default_rng(1).integers(0, 255, (48, 80), np.uint8)
    luma = np.roll(coarse.repeat(4, 0).repeat(4, 1), 3 * number, 1)
    picture = av.VideoFrame.from_ndarray(np.concatenate([luma, np.full((96, 320), 128, np.uint8)]), "yuv420p")
    picture.pts, picture.time_base = number, Fraction(1, FPS)
    return picture


def stream(codec: str, b_pictures: int, lost: int | None) -> tuple[io.BytesIO, int]:
    """MPEG-TS without the packet at this place behind the second key picture; and where that one is, in pictures."""
    file, place, keys = io.BytesIO(), 0, []
    with av.open(file, "w", format="mpegts") as container:
        made = container.add_stream(codec, FPS)
        assert isinstance(made, VideoStream)
        made.width, made.height, made.pix_fmt = 320, 192, "yuv420p"
        shape = f"bframes={b_pictures}:keyint={GOP}:min-keyint={GOP}:scenecut=0:b-adapt=0"
        made.options = {"preset": "veryfast", f"{codec[3:]}-params": shape + ":log-level=none" * (codec == "libx265")}

        def write(packets: list[Packet[VideoStream]]) -> None:
            nonlocal place
            for packet in packets:
                if packet.is_keyframe:
                    keys.append(place)
                if lost is None or len(keys) < 2 or place != keys[1] + lost:
                    container.mux(packet)
                place += 1

        for number in range(COUNT):
            write(made.encode(moving(number)))
        write(made.encode(None))
    file.seek(0)
    return file, keys[1]


def read(file: io.BytesIO) -> dict[int, tuple[np.ndarray, bool]]:
    """By time: luma, and whether it is said to be damaged."""
    seen: dict[int, tuple[np.ndarray, bool]] = {}
    with av.open(file, "r", format="mpegts") as container:
        opened = Opened(container, container.streams.video[0])
        reader = StreamReader(Address.parse("rtsp://camera/x"), opened, LiveOptions(), lambda: False)
        with pytest.raises(SourceUnavailable):  # its end
            for shot in reader:
                assert shot.picture.pts is not None
                seen[shot.picture.pts] = shot.picture.to_ndarray()[:192].astype(int), shot.damaged
    return seen


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("b_pictures", [0, 2])
def test_no_picture_that_is_wrong_for_want_of_a_lost_one_passes_as_a_good_one(b_pictures: int, lost: int) -> None:
    good = read(stream("libx264", b_pictures, None)[0])
    got = read(stream("libx264", b_pictures, lost)[0])
    wrong = [pts for pts, (luma, _) in got.items() if abs(luma - good[pts][0]).mean() > WRONG]
    assert [pts for pts in wrong if not got[pts][1]] == []
    assert wrong or lost > 1, "the loss of the first reference shows"
    assert not got[max(got)][1], "trusted again from the next key picture on"
    assert sum(damaged for _, damaged in got.values()) <= GOP + 8


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_whole_stream_is_trusted_from_its_first_key_picture_on(codec: str) -> None:
    got = read(stream(codec, 2, None)[0])
    assert len(got) > COUNT - 10 and not any(damaged for _, damaged in got.values())
