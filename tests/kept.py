"""Boxes that were kept of somebody who walked through a camera's view, for tests that try rules."""

from __future__ import annotations

from passerby.catalogue.rows import Rows
from passerby.events.boxes import KeptBox, Sample, Stretch, pack
from passerby.events.records import EventRecords
from passerby.media import Kind
from passerby.media.segments import TICKS_PER_S

SIZE_WH = (640, 360)
WALK_S = 12.0


def keep_walk(rows: Rows, begin_90k: int, camera: str = "gate", height: float = 0.2) -> None:
    """From left to right over the picture, 12 s long, and 5 s of nobody around it. height: a share."""
    samples = []
    for index in range(round((WALK_S + 10) * 5)):
        at_s = index / 5
        x = (at_s - 5) / WALK_S
        box = KeptBox(Kind.PERSON, 0.8, (x - 0.02, 0.8 - height, x + 0.02, 0.8))
        samples.append(Sample(round(at_s * 1000), (box,) if 0.1 <= x <= 0.9 else ()))
    stretch = Stretch(begin_90k, SIZE_WH, tuple(samples))
    end_90k = begin_90k + samples[-1].at_ms * TICKS_PER_S // 1000
    EventRecords(rows).keep_boxes(camera, begin_90k, end_90k, pack(stretch))
