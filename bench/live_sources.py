"""Cameras to measure with, sent over RTSP by a process of their own: a real clip, or drawings where there is none."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import av
import cv2
import numpy as np
from clips import shared_folder

from passerby.capture.drawn import draw_street
from passerby.testing.rtsp import AccessUnit, Feed, RtspServer

CLIP = "campus.avi"
DRAWN_S = 60
MAX_PICTURES = 800  # a minute and a half, both ways; and 1.1 GB of 1280×720
NOISE_SIGMA = 1.5
_NEW_PROCESS = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Kind:
    """What cameras of one measurement send. busy: people walk; else the same place, empty, with noise."""

    size_wh: tuple[int, int]
    fps: float
    busy: bool = True

    @property
    def words(self) -> str:
        return f"{self.size_wh[0]}×{self.size_wh[1]}, {self.fps:g} fps"


@contextmanager
def cameras(kind: Kind, count: int, work: Path) -> Iterator[tuple[list[str], float]]:
    """Their addresses, and bytes a second that each sends. They send from now on."""
    pipe, theirs = _NEW_PROCESS.Pipe()
    process = _NEW_PROCESS.Process(target=_send, args=(theirs, kind, count, clip(work)), daemon=True)
    process.start()
    try:
        if not pipe.poll(300):
            raise TimeoutError("the cameras of the bench did not begin within 5 minutes")
        yield pipe.recv()
    finally:
        process.kill()
        process.join()


def clip(work: Path) -> Path:
    """Real footage where it is, else a drawn street."""
    footage = shared_folder() / "footage" / CLIP
    if footage.is_file():
        return footage
    drawn = work / "street.mp4"
    if not drawn.exists():
        draw_street(drawn, DRAWN_S, (1280, 720), fps=25)
    return drawn


def _send(pipe: Connection, kind: Kind, count: int, path: Path) -> None:
    feed = _feed(kind, path)
    size = sum(len(nal) for unit in feed.units for nal in unit.nals)
    with RtspServer({f"/{number}": feed for number in range(count)}) as server:
        addresses = [server.url(f"/{number}") for number in range(count)]
        pipe.send((addresses, size * 90_000 / feed.duration_90k))
        pipe.poll(None)  # until it is killed


def _feed(kind: Kind, path: Path) -> Feed:
    """As a camera codes: a key frame every 4 s. Forth and back: from its start again it would be a loop."""
    shown = list(_pictures(path, kind))
    if not kind.busy:
        shown = list(_empty(shown))
    shown += shown[::-1]
    rate = round(kind.fps * 2)  # in halves, as rates are whole numbers there
    feed = Feed.drawn(
        "h264", kind.size_wh, rate, len(shown), 2 * rate,
        lambda number, w, h: av.VideoFrame.from_ndarray(shown[number], format="yuv420p"),
    )  # fmt: skip
    units = tuple(AccessUnit(unit.nals, unit.pts_90k * 2, unit.key) for unit in feed.units)
    return Feed(feed.codec, feed.width, feed.height, units, feed.duration_90k * 2)


def _pictures(path: Path, kind: Kind) -> Iterator[np.ndarray]:
    """Every so many of the clip's pictures at this size, as planes."""
    with av.open(str(path)) as clear:
        every = max(1, round(float(clear.streams.video[0].average_rate or 25) / kind.fps))
        for frame in itertools.islice(clear.decode(video=0), 0, MAX_PICTURES * every, every):
            yield frame.reformat(*kind.size_wh, format="yuv420p").to_ndarray()


def _empty(shown: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The middle value of each place over time: whoever walked is gone."""
    place = np.median(np.stack(shown[:: max(1, len(shown) // 25)]), axis=0).astype(np.uint8)
    rng = np.random.default_rng(1)
    for _ in shown:
        noise = rng.standard_normal(place.shape, np.float32) * NOISE_SIGMA
        yield np.asarray(cv2.add(place, np.rint(noise).astype(np.int16), dtype=cv2.CV_8U), np.uint8)
