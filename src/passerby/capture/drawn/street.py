"""Puts people, a car and a tree on the drawn street, frame by frame, and encodes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from passerby.capture.drawn import scenery
from passerby.capture.drawn.actors import Actor, cast
from passerby.capture.drawn.blend import TREE_Y, blend, shadow, tree
from passerby.capture.drawn.figure import MARGIN, Sprite
from passerby.media import Kind

NOISE_SIGMA = 2.2  # grey levels, as of a small camera by day
PLATE_ID = 100_000  # a plate has the id of its car plus this
NOISE_FIELDS = 8  # drawn once and shifted around, since drawing fresh noise costs more than the rest of a frame


@dataclass(frozen=True)
class ReferenceBox:
    """The true place of one thing in one frame, picture pixels. visibility: the share that nothing nearer hides."""

    frame: int
    id: int
    kind: Kind
    xyxy: tuple[float, float, float, float]
    visibility: float


def draw_street(
    path: Path | str,
    seconds: float = 12,
    size: tuple[int, int] = (1280, 720),
    fps: int = 25,
    seed: int = 1,
    boxes_path: Path | str | None = None,
) -> list[ReferenceBox]:
    """Writes an H.264 video and returns the boxes of the people, the car and its plate. The same seed gives the same
    video.

    size: width and height, even. boxes_path: also write the people in MOTChallenge form.
    """
    boxes: list[ReferenceBox] = []
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        for picture in _pictures(size, fps, seconds, np.random.default_rng(seed), boxes):
            planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).astype(np.uint8, copy=False)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode(None))
    if boxes_path is not None:
        write_mot(boxes, boxes_path)
    return boxes


def write_mot(boxes: list[ReferenceBox], path: Path | str) -> None:
    """MOTChallenge lines of the people: frame from 1, id, left, top, width, height, confidence, class, visibility."""
    lines = []
    for box in boxes:
        if box.kind is not Kind.PERSON:
            continue
        left, top, right, bottom = box.xyxy
        confidence = 1 if box.visibility >= 0.3 else 0
        lines.append(
            f"{box.frame + 1},{box.id},{left:.1f},{top:.1f},{right - left:.1f},{bottom - top:.1f},"
            f"{confidence},1,{box.visibility:.2f}"
        )
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _pictures(
    size: tuple[int, int], fps: int, seconds: float, rng: np.random.Generator, boxes: list[ReferenceBox]
) -> Iterator[npt.NDArray[np.uint8]]:
    width, height = size
    empty = scenery.street(width, height, rng)
    actors = sorted(cast(width / height, height, rng), key=lambda actor: actor.feet_y)
    crown = scenery.crown(int(0.52 * height), rng)
    noise = [
        np.rint(rng.standard_normal((height, width, 3), np.float32) * NOISE_SIGMA).astype(np.int16)
        for _ in range(NOISE_FIELDS)
    ]
    for index in range(round(seconds * fps)):
        picture = empty.copy()
        boxes += _play(picture, actors, crown, index, index / fps)
        grain = noise[int(rng.integers(NOISE_FIELDS))][:: int(rng.choice([-1, 1]))]
        yield cv2.add(picture, grain, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


def _play(
    picture: npt.NDArray[np.uint8], actors: list[Actor], crown: Sprite, index: int, time_s: float
) -> list[ReferenceBox]:
    """Draws the actors and the tree from far to near."""
    height = picture.shape[0]
    placed: list[ReferenceBox] = []
    tree_stands = False
    for actor in actors:
        if actor.feet_y > TREE_Y and not tree_stands:
            tree(picture, crown, time_s)
            tree_stands = True
        placed += _stage(picture, actor, index, time_s)
    inside = [_clip(box, picture.shape[1], height) for box in placed]
    return [_with_visibility(box, inside[n + 1 :]) for n, box in enumerate(inside) if _area(box) > 0]


def _stage(picture: npt.NDArray[np.uint8], actor: Actor, index: int, time_s: float) -> list[ReferenceBox]:
    """Draws one actor and returns its place."""
    height = picture.shape[0]
    pose, axis, ident = actor.place(time_s)
    scale = actor.height * height / pose.height
    half = MARGIN * pose.height if actor.kind is Kind.PERSON else pose.picture.shape[1] / 2
    left = axis * height + (pose.left - half) * scale
    top = (actor.feet_y - actor.height) * height + pose.top * scale
    shadow(picture, pose.shadow, left, actor.feet_y * height, scale)
    blend(picture, pose.picture, np.array([[scale, 0, left], [0, scale, top]]))
    size = (pose.picture.shape[1] * scale, pose.picture.shape[0] * scale)
    boxes = [ReferenceBox(index, ident, actor.kind, (left, top, left + size[0], top + size[1]), 1.0)]
    if actor.kind is Kind.VEHICLE:
        a, b, c, d = scenery.PLATE_XYXY
        whole = pose.height * scale
        plate = (left + a * whole, top + b * whole, left + c * whole, top + d * whole)
        boxes.append(ReferenceBox(index, ident + PLATE_ID, Kind.PLATE, plate, 1.0))
    return boxes


def _clip(box: ReferenceBox, width: int, height: int) -> ReferenceBox:
    left, top, right, bottom = box.xyxy
    clipped = (
        min(max(left, 0), width),
        min(max(top, 0), height),
        min(max(right, 0), width),
        min(max(bottom, 0), height),
    )
    return ReferenceBox(box.frame, box.id, box.kind, clipped, 1.0)


def _area(box: ReferenceBox) -> float:
    return (box.xyxy[2] - box.xyxy[0]) * (box.xyxy[3] - box.xyxy[1])


def _with_visibility(box: ReferenceBox, nearer: list[ReferenceBox]) -> ReferenceBox:
    """Counts the hidden share on a coarse grid: boxes may overlap each other too."""
    left, top, right, bottom = box.xyxy
    xs, ys = np.meshgrid(np.linspace(left, right, 12), np.linspace(top, bottom, 12))
    hidden = np.zeros(xs.shape, bool)
    for other in nearer:
        if other.id % PLATE_ID != box.id % PLATE_ID:
            a = other.xyxy
            hidden |= (xs > a[0]) & (xs < a[2]) & (ys > a[1]) & (ys < a[3])
    return ReferenceBox(box.frame, box.id, box.kind, box.xyxy, float(1 - hidden.mean()))
