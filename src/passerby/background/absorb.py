"""Decides what of a newly learned background may take the place of what was known before.

Light that wanders, and vehicles that park or leave. Whatever else came and stays is hidden as long as it does: somebody
who came and sits still for an hour looks like a thing that was put there, and no detector knows everybody.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from passerby.background.claims import Mask
from passerby.background.learn import Background
from passerby.background.model import DIFFERENCE_MIN
from passerby.background.small import SmallPicture, steepness

ABSORB_AFTER_S = 12 * 3600.0  # somebody asleep, or drunk, may lie there all night
THIN_PX = 2.5  # small-picture pixels: half the width of a strip in which the edge of a shadow moved on
OF_VEHICLE = 0.6  # of what changed, inside boxes of vehicles: it is one
SHAKE_PX = 0.5  # a pole that sways; two backgrounds are each a mean of many pictures


class Absorber:
    """Of one source: what each place looked like when it was established last, and since when a change is refused.

    A place that is claimed for a while stays known, so that whoever is claimed no more is still refused there.
    """

    def __init__(self, first: Background | None = None) -> None:
        self._begin_with(first)

    def forget(self) -> None:
        """The place is another: the camera was moved."""
        self._begin_with(None)

    def _begin_with(self, known: Background | None) -> None:
        """Nothing of it is refused yet."""
        self._known = known
        self._refused_at_s = np.full((0, 0) if known is None else known.established.shape, np.inf)

    def take(self, new: Background, time_s: float) -> Background:
        """The background to go by from now on. Where something else than light or a vehicle came to stay it is the one
        from before, so that it differs from what is there, and hides it."""
        old = self._known
        if old is None or old.established.shape != new.established.shape:
            self._begin_with(new)
            return new
        old = _lit_as(old, new)
        refused = refused_parts(old, new)
        since = self._refused_at_s
        since[~refused] = np.inf
        since[refused] = np.minimum(since[refused], time_s)
        taken = new.established & ~(refused & (time_s - since < ABSORB_AFTER_S))
        self._known = replace(_where(taken, new, old), established=old.established | new.established)
        return replace(self._known, established=new.established)


def _where(taken: Mask, new: Background, old: Background) -> Background:
    """The new one where it is taken, and the old one elsewhere."""
    planes = [np.where(taken, *pair) for pair in zip(new.picture, old.picture, strict=True)]
    return replace(new, picture=SmallPicture(*planes), spread=np.where(taken, new.spread, old.spread))


def _lit_as(old: Background, new: Background) -> Background:
    """The old one under the light of the new: the sun sets while something stands there."""
    known = old.established & new.established
    if not known.any():
        return old
    gain = float(np.median((new.picture.y[known] + 1.0) / (old.picture.y[known] + 1.0)))
    luma = np.asarray(cv2.convertScaleAbs(old.picture.y, alpha=gain), np.uint8)
    return replace(old, picture=old.picture._replace(y=luma))


def refused_parts(old: Background, new: Background) -> Mask:
    """(rows, columns): where the new one shows something that came to stay and is no vehicle."""
    known = old.established & new.established
    luma = cv2.absdiff(new.picture.y, old.picture.y)
    chroma = np.maximum(*(cv2.absdiff(getattr(new.picture, p), getattr(old.picture, p)) for p in "uv"))
    limit = DIFFERENCE_MIN + np.maximum(old.spread, new.spread) * known + SHAKE_PX * steepness(old.picture.y)
    apart = (known & (np.maximum(luma, 2 * chroma.astype(np.float32)) > limit)).astype(np.uint8)
    apart = cv2.morphologyEx(apart, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    depth = cv2.distanceTransform(apart, cv2.DIST_L2, 3)
    count, labels = cv2.connectedComponents(apart)
    vehicle = np.broadcast_to(old.vehicles | new.vehicles, apart.shape)
    refused = np.zeros(apart.shape, np.uint8)
    for label in range(1, count):
        part = labels == label
        if depth[part].max() > THIN_PX and vehicle[part].mean() < OF_VEHICLE:
            refused[part] = 1
    return cv2.dilate(refused, np.ones((5, 5), np.uint8)).astype(np.bool_) & known
