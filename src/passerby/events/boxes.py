"""What is kept of a camera's view for a day, so that rules can be tried: boxes and their times, packed by the minute.

A box has a kind and a place, and nothing that says which box of another time is of the same person: there is no id, and
boxes of one time are in the order of their places.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from passerby.media import Kind
from passerby.media.segments import TICKS_PER_S

UNIT = 4096
"""A place is kept as a whole number of these parts of the picture's width or height."""
MAX_BOXES = 200  # in one picture
MAX_SAMPLES = 1000  # in one stretch: a minute has some 400 at most
_MAX_BYTES = 16 + MAX_SAMPLES * (4 + MAX_BOXES * 10)
_FORMAT = 1
_HEAD = struct.Struct("<BHHI")
_HINT = 255
_WHOLE, _LOOKED, _CLOSELY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class KeptBox:
    """kind: None: a hint, see `InView`. confidence: mean score of its detections so far. shares: left, top, right,
    bottom, as shares of the upright picture, possibly outside it."""

    kind: Kind | None
    confidence: float
    shares: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was in view at one time. at_ms: since the stretch began. is_whole: the picture was hidden whole, and nothing
    is known. was_looked: detectors ran; otherwise there are no boxes. closely: vehicles were looked at closely."""

    at_ms: int
    boxes: tuple[KeptBox, ...] = ()
    is_whole: bool = False
    was_looked: bool = True
    closely: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Up to a minute of one camera without a gap. size_wh: of its upright picture, in pixels."""

    start_90k: int
    size_wh: tuple[int, int]
    samples: tuple[Sample, ...]

    def at_90k(self, sample: Sample) -> int:
        """UTC of one of its samples."""
        return self.start_90k + sample.at_ms * TICKS_PER_S // 1000


def pack(stretch: Stretch) -> bytes:
    """Everything but the start."""
    samples = stretch.samples[:MAX_SAMPLES]
    boxes = [sorted(each.boxes[:MAX_BOXES], key=_place) for each in samples]
    flat = [box for some in boxes for box in some]
    places = np.array([box.shares for box in flat], np.float64).reshape(-1, 4)
    columns = (
        np.diff([each.at_ms for each in samples], prepend=0).clip(0, 65535).astype("<u2"),
        np.array([_flags(each) for each in samples], np.uint8),
        np.array([len(some) for some in boxes], np.uint8),
        np.array([_code(box.kind) for box in flat], np.uint8),
        np.rint(np.array([box.confidence for box in flat], np.float64).clip(0, 1) * 255).astype(np.uint8),
        np.rint(places.clip(-7.9, 7.9) * UNIT).astype("<i2").T.copy(),
    )
    head = _HEAD.pack(_FORMAT, *stretch.size_wh, len(samples))
    return zlib.compress(head + b"".join(each.tobytes() for each in columns), 9)


def unpack(start_90k: int, data: bytes) -> Stretch:
    """Raises ValueError for anything that `pack` did not make."""
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(data, _MAX_BYTES)
        version, width, height, count = _HEAD.unpack_from(raw)
    except (zlib.error, struct.error) as error:
        raise ValueError(f"these are no kept boxes: {error}") from None
    if version != _FORMAT or count > MAX_SAMPLES or not inflate.eof:
        raise ValueError("these are no kept boxes of this version")
    reader = _Columns(raw, _HEAD.size)
    at_ms = np.cumsum(reader.take("<u2", count), dtype=np.int64).tolist()
    flags, lengths = reader.take("u1", count).tolist(), reader.take("u1", count).tolist()
    found = sum(lengths)
    kinds, scores = reader.take("u1", found).tolist(), (reader.take("u1", found) / 255).tolist()
    places = (reader.take("<i2", 4 * found).reshape(4, found).T / UNIT).tolist()
    boxes = [
        KeptBox(None if kind == _HINT else Kind(kind), score, (place[0], place[1], place[2], place[3]))
        for kind, score, place in zip(kinds, scores, places, strict=True)
    ]
    samples, taken = [], 0
    for at, flag, length in zip(at_ms, flags, lengths, strict=True):
        some = tuple(boxes[taken : taken + length])
        samples.append(Sample(at, some, bool(flag & _WHOLE), bool(flag & _LOOKED), bool(flag & _CLOSELY)))
        taken += length
    return Stretch(start_90k, (width, height), tuple(samples))


class _Columns:
    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at = raw, at

    def take(self, dtype: str, count: int) -> np.ndarray[tuple[int], np.dtype[np.integer]]:
        size = np.dtype(dtype).itemsize * count
        if self._at + size > len(self._raw):
            raise ValueError("these kept boxes are cut off")
        column = np.frombuffer(self._raw, dtype, count, self._at)
        self._at += size
        return column


def _code(kind: Kind | None) -> int:
    return _HINT if kind is None else int(kind)


def _place(box: KeptBox) -> tuple[float, ...]:
    return _code(box.kind), *box.shares, box.confidence


def _flags(sample: Sample) -> int:
    return _WHOLE * sample.is_whole | _LOOKED * sample.was_looked | _CLOSELY * sample.closely


def shares_of(box: Sequence[float], size_wh: tuple[int, int]) -> tuple[float, float, float, float]:
    """A box in pixels of a picture, as shares of it."""
    width, height = size_wh
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height
