"""Decides which parts of a newly learned background may replace the known one.

Moving light may, and vehicles that park or leave. Anything else that arrives and stays is hidden: somebody who sits
still for an hour looks like an object that was put there, and no detector recognises everybody.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from passerby.background.claims import Mask
from passerby.background.learn import Background
from passerby.background.model import DIFFERENCE_MIN
from passerby.background.small import SmallPicture, steepness

ABSORB_AFTER_S = 12 * 3600.0  # somebody asleep or drunk may lie there all night
THIN_PX = 2.5  # small-picture pixels: half the width of a strip over which the edge of a shadow moved
OF_VEHICLE = 0.6  # a change with at least this share inside boxes of vehicles is a vehicle
SHAKE_PX = 0.5  # for a swaying pole; two backgrounds are each a mean of many pictures


class Absorber:
    """For one source: what each place looked like when last established, and since when a change is refused. A place
    that is claimed for a while stays known, so that somebody who is no longer claimed is still refused there.
    """

    def __init__(self, first: Background | None = None) -> None:
        self._begin_with(first)

    def forget(self) -> None:
        """Forgets everything: the camera was moved."""
        self._begin_with(None)

    def _begin_with(self, known: Background | None) -> None:
        """Starts from this background, with nothing refused."""
        self._known = known
        self._refused_at_s = np.full((0, 0) if known is None else known.established.shape, np.inf)

    def take(self, new: Background, time_s: float) -> Background:
        """The background to use from now on. Where anything but light or a vehicle came to stay, the old one is kept,
        so that it differs from what is there and hides it."""
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
    """The new background where it is taken, the old one elsewhere."""
    planes = [np.where(taken, *pair) for pair in zip(new.picture, old.picture, strict=True)]
    return replace(new, picture=SmallPicture(*planes), spread=np.where(taken, new.spread, old.spread))


def _lit_as(old: Background, new: Background) -> Background:
    """The old background in the light of the new: the sun may set while something stands there."""
    known = old.established & new.established
    if not known.any():
        return old
    gain = float(np.median((new.picture.y[known] + 1.0) / (old.picture.y[known] + 1.0)))
    luma = np.asarray(cv2.convertScaleAbs(old.picture.y, alpha=gain), np.uint8)
    return replace(old, picture=old.picture._replace(y=luma))


def refused_parts(old: Background, new: Background) -> Mask:
    """(rows, columns): where the new background shows something that came to stay and is not a vehicle."""
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
