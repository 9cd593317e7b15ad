"""A background as the camera sees it now: aligned with each frame if the camera drifts, otherwise unchanged."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from passerby.background.claims import Mask
from passerby.background.learn import Background
from passerby.background.model import BackgroundModel
from passerby.background.register import Anchor, Similarity, apart_px, as_reference, as_seen
from passerby.background.small import Plane8, SmallPicture

GLOBAL_SHARE = 0.5  # of the established picture differs: the light changed or the camera moved
LAID_ANEW_PX = 0.5  # the unknown areas are aligned again when the camera has drifted by this


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One frame compared with the background, in the frame's own small-picture pixels.

    moving: (rows, columns) uint8, 1 where it differs. unknown: (rows, columns) bool, where nothing is established; None
    if everything is. changed: the light changed or the camera moved, so the rest is meaningless.
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
        """What moves in a frame, and where that is unknown."""
        if self._anchor is not None:
            # A frame that cannot be placed is assumed to be where the last was: if not, it differs and is hidden.
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
        """Adapts to slow changes of light in the latest frame, except where something moves in it."""
        if self._latest is not None:
            picture, moving = self._latest
            self._model.adapt(picture, cv2.dilate(moving, _AROUND))

    def _laid_unknown(self, placed: Similarity) -> Mask | None:
        """The same array while the camera stays in place, so that what is drawn from it is computed only once."""
        unknown = self._model.unknown
        rows, columns = self._model.established.shape
        if self._unknown is None or apart_px(placed, self._unknown[0], (rows, columns)) > LAID_ANEW_PX:
            there = np.zeros((rows, columns), np.uint8) if unknown is None else unknown.astype(np.uint8)
            laid = cv2.dilate(as_seen(there, placed, beyond=1), _EDGE).astype(np.bool_)
            self._unknown = placed, laid if laid.any() else None
        return self._unknown[1]


_AROUND = np.ones((7, 7), np.uint8)
_EDGE = np.ones((3, 3), np.uint8)
