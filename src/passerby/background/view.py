"""A background as the camera sees it now: laid over each frame if the camera drifts, and as it lies if it does not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from passerby.background.claims import Mask
from passerby.background.learn import Background
from passerby.background.model import BackgroundModel
from passerby.background.register import Anchor, Similarity, apart_px, as_reference, as_seen
from passerby.background.small import Plane8, SmallPicture

GLOBAL_SHARE = 0.5  # of the established picture differs: the light changed, or the camera moved
LAID_ANEW_PX = 0.5  # what is unknown is laid over the frame anew when the camera has drifted by this


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame against the background, in the frame's own small-picture pixels.

    moving: (rows, columns) uint8, 1 where it differs. unknown: (rows, columns) bool, where nothing is established; None
    where something is everywhere. changed: the light is another or the camera was moved, so the rest says nothing.
    """

    moving: Plane8
    unknown: Mask | None
    changed: bool


class View:
    """Compares the frames of one source with its background. Feed it all of them, in order."""

    def __init__(self, background: Background) -> None:
        self._model = BackgroundModel(background)
        self._anchor = Anchor(background.picture.y, background.established) if background.is_adrift else None
        self._placed: Similarity | None = None
        self._latest: tuple[SmallPicture, Plane8] | None = None
        self._unknown: tuple[Similarity, Mask | None] | None = None

    def observe(self, picture: SmallPicture) -> Seen:
        """What moves in a frame, and where nothing can be told."""
        if self._anchor is not None:
            # One that cannot be placed is taken to be where the last was: if it is not, it differs and is hidden.
            placed = self._anchor.place(picture.y, self._placed)
            self._placed = self._placed if placed is None else placed
        level = picture if self._placed is None else as_reference(picture, self._placed)
        seen = self._model.observe(level)
        changed = seen.share > GLOBAL_SHARE or self._model.is_displaced(seen)
        self._latest = level, seen.moving
        if self._placed is None:
            return Seen(seen.moving, self._model.unknown, changed)
        return Seen(as_seen(seen.moving, self._placed, beyond=0), self._laid_unknown(self._placed), changed)

    def adapt(self) -> None:
        """Takes in the slow change of light of the latest frame, but not where something moves in it."""
        if self._latest is not None:
            picture, moving = self._latest
            self._model.adapt(picture, cv2.dilate(moving, _AROUND))

    def _laid_unknown(self, placed: Similarity) -> Mask | None:
        """The same array as long as the camera stays: what is drawn from it need be worked out only once."""
        unknown = self._model.unknown
        rows, columns = self._model.established.shape
        if self._unknown is None or apart_px(placed, self._unknown[0], (rows, columns)) > LAID_ANEW_PX:
            there = np.zeros((rows, columns), np.uint8) if unknown is None else unknown.astype(np.uint8)
            laid = cv2.dilate(as_seen(there, placed, beyond=1), _EDGE).astype(np.bool_)
            self._unknown = placed, laid if laid.any() else None
        return self._unknown[1]


_AROUND = np.ones((7, 7), np.uint8)
_EDGE = np.ones((3, 3), np.uint8)
