"""A pattern that a test plants in a clear frame, and a search for it in any output.

The pattern is coarse enough to survive a lossy codec, and does not appear anywhere else by chance. So finding it
outside memory proves that a clear pixel leaked, and planting it in the open proves that the search works.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.media.frames import plane_views

Grey = npt.NDArray[np.uint8]

CELL_PX = 4
"""Half an 8 x 8 transform block: at usual bit rates its sign survives."""

CELLS_ACROSS = 12
SIDE_PX = CELL_PX * CELLS_ACROSS

FOUND_AT = 0.6
"""Correlation from which the pattern counts as found. 144 random signs reach 0.45 about once in ten million places;
a copy coded by x264 at 35 stays above 0.9."""

SCALES = (1.0, 0.75, 0.5)
"""A contact sheet or a still may be smaller than the picture."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}(?:\r?\n[A-Za-z0-9+/]+)*")
"""In a data URL, in JSON, in a log, with or without line breaks: nothing else has words this long."""


def pattern(seed: int = 1) -> Grey:
    """(SIDE_PX, SIDE_PX) random cells of dark and light grey."""
    cells = np.random.default_rng(seed).integers(0, 2, (CELLS_ACROSS, CELLS_ACROSS))
    return np.where(np.kron(cells, np.ones((CELL_PX, CELL_PX))) > 0, 200, 56).astype(np.uint8)


def plant(picture: av.VideoFrame, left: int, top: int, seed: int = 1) -> None:
    """Draws the pattern into the luma of a planar picture, in place."""
    luma = plane_views(picture)[0]
    steps_per_grey = 4 if luma.dtype == np.uint16 else 1
    luma[top : top + SIDE_PX, left : left + SIDE_PX] = pattern(seed).astype(np.uint16) * steps_per_grey


def likeness(grey: Grey, seed: int = 1) -> float:
    """How clearly the pattern or its negative appears in a grey picture: -1..1, found from `FOUND_AT` on."""
    best = -1.0
    for scale in SCALES:
        wanted = cv2.resize(pattern(seed), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        if grey.shape[0] < wanted.shape[0] or grey.shape[1] < wanted.shape[1]:
            continue
        match = cv2.matchTemplate(grey, np.asarray(wanted, np.uint8), cv2.TM_CCOEFF_NORMED)
        match = match[np.isfinite(match)]  # a flat picture has no correlation
        best = max(best, float(np.abs(match).max(initial=0.0)))
    return best


def found_in_media(source: str | Path, seed: int = 1) -> list[int]:
    """The numbers of the decoded pictures that show the pattern, over all video streams of a video or a still."""
    found = []
    with av.open(str(source)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if likeness(np.ascontiguousarray(picture.to_ndarray(format="gray")), seed) >= FOUND_AT:
                found.append(number)
    return found


def found_in_bytes(data: bytes, widths_px: Iterable[int], seed: int = 1) -> bool:
    """Whether bytes contain the pattern: as raw samples of pictures of these widths (8 or 10 bit planes, grey, RGB,
    RGBA), or as base64 of such samples or of a coded still."""
    raw = np.frombuffer(data, np.uint8)
    if any(likeness(grey, seed) >= FOUND_AT for width in widths_px for grey in _as_pictures(raw, width)):
        return True
    return any(_found_in_still(inner, seed) or found_in_bytes(inner, widths_px, seed) for inner in _embedded(data))


def _as_pictures(raw: Grey, width_px: int) -> Iterator[Grey]:
    """Bytes read as pictures of one width: with 1, 3 and 4 bytes per pixel, each byte separately, and with 10 bits."""
    for step in (1, 2, 3, 4):
        pitch = width_px * step
        rows = len(raw) // pitch - 1
        if rows < SIDE_PX:
            continue
        lines = raw[: rows * pitch].reshape(rows, pitch)
        # A header shifts the lines: repeat the start of the next line, so that a wrapped pattern is complete somewhere.
        after = raw[pitch : (rows + 1) * pitch].reshape(rows, pitch)[:, : SIDE_PX * step]
        whole = np.hstack([lines, after])
        if step == 2:
            samples = whole.view(np.uint16) if whole.shape[1] % 2 == 0 else whole[:, :-1].view(np.uint16)
            yield np.clip(samples >> 2, 0, 255).astype(np.uint8)
            continue
        for first in range(step):
            yield np.ascontiguousarray(whole[:, first::step])


def _embedded(data: bytes) -> Iterator[bytes]:
    for match in _BASE64.finditer(data):
        text = b"".join(match.group().split())
        try:
            yield base64.b64decode(text + b"A" * (-len(text) % 4))
        except binascii.Error:
            continue  # it only looked like base64


def _found_in_still(data: bytes, seed: int) -> bool:
    grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return grey is not None and likeness(np.asarray(grey, np.uint8), seed) >= FOUND_AT
