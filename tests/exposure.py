"""What a redacted video still shows, by the same rule as measure/exposed.py: does the picture underneath correlate?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn import ReferenceBox
from passerby.media import Kind

Grey = npt.NDArray[np.uint8]
Part = tuple[float, float, float, float]

HEAD: Part = (0.28, 0.0, 0.72, 0.15)
BODY: Part = (0.2, 0.0, 0.8, 0.6)
EXPOSED_AT = 0.60
FLAT_SOURCE = 4.0
FLAT_OUTPUT = 1.5


def lumas(path: Path) -> Iterator[Grey]:
    with av.open(str(path)) as container:
        for picture in container.decode(video=0):
            yield np.asarray(picture.to_ndarray(format="gray"), np.uint8)


def read_grey(path: Path) -> Grey:
    """A picture from a file."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def patch(grey: Grey, xyxy: Part, part: Part) -> npt.NDArray[np.float32]:
    left, top, right, bottom = xyxy
    wide, high = right - left, bottom - top
    x0, y0 = max(0, round(left + part[0] * wide)), max(0, round(top + part[1] * high))
    x1, y1 = round(left + part[2] * wide), round(top + part[3] * high)
    return grey[y0 : max(y1, y0 + 2), x0 : max(x1, x0 + 2)].astype(np.float32)


def is_exposed(before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> bool:
    """Whether what was there before is still there."""
    if before.size < 4:
        return False
    if before.std() < FLAT_SOURCE:
        return float(np.abs(before - after).mean()) < 6
    if after.std() < FLAT_OUTPUT:
        return False
    a, b = before - before.mean(), after - after.mean()
    return float((a * b).mean() / (before.std() * after.std() + 1e-6)) > EXPOSED_AT


def exposed_share(
    source: Path, redacted: Path, boxes: Iterable[ReferenceBox], part: Part = BODY, from_frame: int = 0
) -> float:
    """Share of people who can be seen in the output, of those at least half visible and 24 px high in the source.

    Who is only half in the picture is left out: the box is cut there, and its parts are no longer a head and a body.
    """
    width = next(lumas(source)).shape[1]
    by_frame: dict[int, list[ReferenceBox]] = {}
    for box in boxes:
        tall, inside = box.xyxy[3] - box.xyxy[1] >= 24, box.xyxy[0] > 0 and box.xyxy[2] < width
        if box.kind is Kind.PERSON and box.visibility >= 0.5 and tall and inside and box.frame >= from_frame:
            by_frame.setdefault(box.frame, []).append(box)
    seen = exposed = 0
    for number, (before, after) in enumerate(zip(lumas(source), lumas(redacted), strict=True)):
        for box in by_frame.get(number, []):
            seen += 1
            exposed += is_exposed(patch(before, box.xyxy, part), patch(after, box.xyxy, part))
    assert seen, "nobody is in the source: this would pass for nothing"
    return exposed / seen


def traces(source: Path, redacted: Path, boxes: Iterable[ReferenceBox]) -> float:
    """How much of the detail of these people is left, -1..1: the mean correlation of what is finer than a face.

    For mosaic and blur, which keep the coarse: they are told by what they destroy.
    """
    places = {box.frame: box.xyxy for box in boxes}
    left = []
    for number, (before, after) in enumerate(zip(lumas(source), lumas(redacted), strict=False)):
        if number in places:
            fine = [patch(grey, places[number], BODY) for grey in (before, after)]
            a, b = (grey - cv2.blur(grey, (5, 5)) for grey in fine)
            left.append(float((a * b).mean() / (a.std() * b.std() + 1e-6)))
    assert left, "nobody is in the source: this would pass for nothing"
    return float(np.mean(left))


def changed_share(source: Path, redacted: Path) -> float:
    """Share of all pixels that are visibly different: more than 24 grey levels."""
    changed = [
        float((cv2.blur(cv2.absdiff(a, b), (5, 5)) > 24).mean())
        for a, b in zip(lumas(source), lumas(redacted), strict=True)
    ]
    return float(np.mean(changed))


def flat_frames(path: Path) -> list[int]:
    """The numbers of the frames that show nothing at all: one colour, but for what a codec leaves."""
    return [number for number, grey in enumerate(lumas(path)) if float(grey.std()) < 2.5 and int(np.ptp(grey)) < 40]
