"""How long it takes from a click on a day's timeline to the first picture: through the API of a running service."""

from __future__ import annotations

import io
import random
import re
import statistics
import struct
import time
from pathlib import Path

import av
import cv2
import numpy as np

from passerby.archive import Archive
from passerby.archive.names import open_path
from passerby.capture.drawn.cameras import CAMERAS, FPS
from passerby.media import RedactedFrame
from passerby.media.mp4.index import empty_room
from passerby.media.segments import TICKS_PER_S, Fragment
from passerby.media.stream import StreamFormat
from passerby.objects.names import ObjectName
from passerby.record import SegmentRecorder
from passerby.record.segments import TICK
from passerby.rules.retention import KeepAll
from tests.campaign.service import Service

NAMES = ("street", "square", "platform", "car-park")
CONFIG = "[sources]\ndrawn = true\n" + "".join(
    f'[[camera]]\nname = "{name}"\naddress = "drawn:{name}"\nis_enabled = false\n' for name in NAMES
)
DAY_90K, OBJECT_90K, GOP_90K = 24 * 3600 * TICKS_PER_S, 900 * TICKS_PER_S, 2 * TICKS_PER_S
AROUND_90K = 60 * TICKS_PER_S  # a player asks for a minute around the click, and for more while it plays
PIECE_GOPS = 15


def seek_times(folder: Path, count: int = 60) -> tuple[float, float]:
    """The median and the slowest of so many seeks, in seconds. folder: new."""
    service = Service(folder, CONFIG)
    end_90k = time.time_ns() * 9 // 100_000 // OBJECT_90K * OBJECT_90K
    fill(service.data, end_90k - DAY_90K, end_90k)
    rng = random.Random(1)
    try:
        service.start()
        service.make_user()
        found = [_seek(service, rng.choice(NAMES), rng.randrange(end_90k - DAY_90K, end_90k)) for _ in range(count)]
        service.stop()
    finally:
        service.end()
    return statistics.median(found), max(found)


def _seek(service: Service, camera: str, at_90k: int) -> float:
    """The playlist, the beginning of its object, the GOP that was asked for; decoded up to its first picture."""
    began_s = time.perf_counter()
    base = f"/api/cameras/{camera}/timeline"
    window = {"from_90k": at_90k, "to_90k": at_90k + AROUND_90K}
    text = service.client.get(f"{base}/playlist.m3u8", params=window).raise_for_status().text
    init = re.search(r'URI="(.*?)"', text)
    size, offset = (int(each) for each in re.search(r"BYTERANGE:(\d+)@(\d+)", text).groups())  # type: ignore[union-attr]
    place = next(line for line in text.splitlines() if line and not line.startswith("#"))
    assert init
    head = service.client.get(f"{base}/{init[1]}").raise_for_status().content
    wanted = {"Range": f"bytes={offset}-{offset + size - 1}"}
    data = service.client.get(f"{base}/{place}", headers=wanted).raise_for_status().content
    with av.open(io.BytesIO(head + data)) as clip:
        shown = next(clip.decode(video=0))
    took_s = time.perf_counter() - began_s
    assert abs((shown.pts or 0) - at_90k) <= GOP_90K, "the picture that was asked for"
    return took_s


def fill(data: Path, from_90k: int, to_90k: int) -> None:
    """A day of every camera, as its workers would have left it: the same half minute of pictures, again and again."""
    with Archive(data) as archive:
        archive.recover()
        for name in NAMES:
            quarter = _Quarter(name)
            for start_90k in range(from_90k, to_90k, OBJECT_90K):
                quarter.write(data / "spool", start_90k)
        archive.recover()  # it finds objects that nobody holds, makes their index and row, and stores them
        archive.maintain(KeepAll(), to_90k)


class _Quarter:
    """15 minutes of a camera, to be written at any time: 8 bytes of each fragment differ."""

    def __init__(self, camera: str) -> None:
        piece = _piece(camera)
        self._camera, self._init = camera, piece[0][0].init
        self._data = bytearray(self._init.data + empty_room())
        self._times: list[tuple[int, int]] = []
        for number in range(OBJECT_90K // GOP_90K):
            gop = piece[number % len(piece)]
            for fragment in gop:
                place = len(self._data) + fragment.data.index(b"tfdt") + 8
                self._times.append((place, number * GOP_90K + fragment.start_90k - gop[0].start_90k))
                self._data += fragment.data

    def write(self, spool: Path, start_90k: int) -> None:
        for place, after_90k in self._times:
            struct.pack_into(">Q", self._data, place, start_90k + after_90k)
        open_path(spool, ObjectName(self._camera, start_90k)).write_bytes(self._data)


def _piece(name: str) -> list[list[Fragment]]:
    """GOPs as a recorder makes them. No cover is in them: nobody in them exists."""
    scene = CAMERAS[name].scene
    recorder = SegmentRecorder(StreamFormat(640, 360, "yuv420p", TICK))
    found: list[Fragment] = []
    for number in range(PIECE_GOPS * 2 * FPS):
        # Out of focus: a sharp day of four cameras would be 9 GB.
        soft = np.asarray(cv2.GaussianBlur(scene.picture(number / FPS), (0, 0), 3.0), np.uint8)
        shown = av.VideoFrame.from_ndarray(soft, format="bgr24").reformat(format="yuv420p")
        frame = RedactedFrame(shown, number, number * TICKS_PER_S // FPS, TICK, 0.0)
        found += recorder.write(frame, 0.1)
    gops: list[list[Fragment]] = []
    for fragment in [*found, *recorder.flush()]:
        if fragment.is_key:
            gops.append([])
        gops[-1].append(fragment)
    return gops[:PIECE_GOPS]
