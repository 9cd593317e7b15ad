"""Notices what comes to stay in a scene and what goes for good, for whoever asks: never for covers.

Whether something came or went, the edges around it tell: they are in the picture if it came, and in what was known
before if it went (Connell et al., "Detection and tracking in the IBM PeopleVision system", 2004).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import cv2
import numpy as np
import numpy.typing as npt

from passerby.background.claims import Mask, mask_of
from passerby.background.small import shrink, small_size
from passerby.background.two_speeds import (
    CALM_MAX,
    SETTLED_S,
    Look,
    Part,
    TwoSpeeds,
    apart,
    contrast,
    look_of,
    with_margin,
)
from passerby.media import Change, Detections, Kind, RawFrame
from passerby.media.overlap import areas, shares_inside

STEP_S = 1.0  # between two looks
ANOTHER_FOR_S = 2.0  # of other light or another view before everything is learned anew
THIN_PX = 1.5  # half the width of what is left where the edge of a shadow moved
MIN_AREA_PX = 20  # of the small picture
SAME_SHARE, BACK_SHARE = 0.8, 0.6  # of its pixels: it is as it was; the place is as it was before it
OVERLAP = 0.3  # of the smaller of two regions: they are one thing
CALM_AROUND = 0.75  # of the pixels around it: where it is less calm, somebody sways, whom no detector finds
HIDDEN_SHARE = 0.2  # of its pixels are behind somebody, or something that moves: nothing is known of it
OUTLINE_KEPT = 0.4  # of its outline's contrast: what keeps it in other light is still there
PERSON_SCORE, VEHICLE_SCORE = 0.2, 0.3  # from which a detection claims: a bag scores up to 0.25 as a vehicle
CLAIM_SHARE = 0.5  # of it must be in a box that claims it
CLAIM_TIMES = 8.0  # a box may be so many times larger, unless it is certain: weak boxes are of anything
CERTAIN = 0.45
CLAIMED_FOR_S = 3.0  # detectors blink: what was somebody a moment ago still is
LARGEST_WEAK = 0.25  # of the picture: weak claims of more are of nothing
AT_MOST = 64
LIGHT_SPREAD, LIGHT_COLOUR = 0.08, 4.0  # of the ratio of luma; of chroma, in grey levels: only the light is different
DARKEST_SHADOW = 0.4  # of the light that is left
LIGHT_FOR_S = 30.0  # more light that stays so long is how the place looks
MOVED_SHARE = 0.15  # of its pixels are darker, and as many lighter: a shadow moved


@dataclass(slots=True, eq=False)
class _Thing:
    """Something that came or went. part, mask: where, in the small picture. look: what is there. outline: how much its
    border stands out there. since_s: since when it is calm. as_seen_s, claimed_s: see `Change`."""

    number: int
    part: Part
    mask: Mask
    look: Look = field(repr=False)
    outline: float
    is_new: bool
    since_s: float
    as_seen_s: float
    claimed_s: float = -np.inf
    is_gone: bool = False
    is_carried: bool = False
    """Whether everything was learned anew since it came: nobody knows what was there before it."""
    is_sought: bool = False
    """Whether it was not yet found again since then."""

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        rows, columns = self.part
        return columns.start, rows.start, columns.stop, rows.stop

    def whole(self, shape: tuple[int, ...]) -> Mask:
        """Its mask in a picture of this shape."""
        mask = np.zeros(shape, np.bool_)
        mask[self.part] = self.mask
        return mask


class Changes:
    """Of one camera that stands still. Keeps clear pictures of the small size in memory, as a background does."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._size_wh, self._small_wh = size_wh, small_size(*size_wh)
        self._scale = np.array([s / f for s, f in zip(self._small_wh, size_wh, strict=True)] * 2, np.float32)
        self._model: TwoSpeeds | None = None
        self._things: list[_Thing] = []
        self._numbers = count(1)
        self._looked_s = -np.inf
        self._another_since_s: float | None = None
        self._found: list[Detections] = []  # since the last look
        self._claimed_s = np.full(self._small_wh[::-1], -np.inf)
        self._light_since_s = np.full(self._small_wh[::-1], np.inf)

    def note(self, frame: RawFrame, found: Detections | None) -> tuple[Change, ...]:
        """Adds a frame, in order. found: what detectors found in it, if they ran. Returns everything that came or went
        and is still so."""
        if found is not None:
            self._found.append(found)
        if not frame.damaged and frame.time_s - self._looked_s >= STEP_S - 0.01:
            self._look(look_of(shrink(frame, self._small_wh)), frame.time_s)
        return tuple(self._change(thing) for thing in self._things)

    def _look(self, look: Look, time_s: float) -> None:
        since_s, self._looked_s = time_s - self._looked_s, time_s
        claims, self._found = self._claims(), []
        if self._model is None:
            self._model = TwoSpeeds(look)
            return
        claimed = mask_of(claims.xyxy, look.shape[1:])
        self._claimed_s[claimed] = time_s
        carried = [thing.whole(look.shape[1:]) for thing in self._things if thing.is_carried]
        level = self._model.take(look, np.logical_or.reduce([claimed, *carried]), since_s)
        if level is None:
            self._wait(look, time_s)
            return
        self._another_since_s = None
        for thing in self._things:
            self._follow(thing, self._model, level, claimed, time_s)
        self._things = [thing for thing in self._things if not thing.is_gone]
        self._learn_light(self._model, self._find(self._model, time_s), time_s)
        for thing in self._things:
            if _is_claimed(thing, claims):
                thing.claimed_s = time_s
        for thing in self._things[:-AT_MOST]:
            self._model.absorb(thing.whole(look.shape[1:]))
        del self._things[:-AT_MOST]

    def _claims(self) -> Detections:
        """What may be somebody or a vehicle, in small-picture pixels."""
        found = Detections.merge(self._found)
        is_person = (found.class_id == Kind.PERSON) & (found.confidence >= PERSON_SCORE)
        found = found.take(is_person | ((found.class_id == Kind.VEHICLE) & (found.confidence >= VEHICLE_SCORE)))
        small = Detections(np.asarray(found.xyxy * self._scale, np.float32), found.confidence, found.class_id)
        is_large = areas(small.xyxy) > LARGEST_WEAK * self._small_wh[0] * self._small_wh[1]
        return small.take(~is_large | (small.confidence >= CERTAIN))

    def _wait(self, look: Look, time_s: float) -> None:
        """The light is another, or the view. If it stays so, everything is learned anew, and what came is sought."""
        self._another_since_s = time_s if self._another_since_s is None else self._another_since_s
        if time_s - self._another_since_s < ANOTHER_FOR_S:
            return
        self._model, self._another_since_s = TwoSpeeds(look), None
        self._things = [thing for thing in self._things if thing.is_new]  # what went left nothing to seek
        for thing in self._things:
            thing.is_carried = thing.is_sought = True

    def _follow(self, thing: _Thing, model: TwoSpeeds, level: Look, claimed: Mask, time_s: float) -> None:
        """Whether it is still there, as it was."""
        part, mask = thing.part, thing.mask
        calm = model.calm[part][mask]
        is_open = bool(calm.mean() > 1 - HIDDEN_SHARE and claimed[part][mask].mean() < HIDDEN_SHARE)
        if thing.is_sought:
            if is_open:
                outline = contrast(model.quick, part, mask)
                thing.is_gone, thing.is_sought = outline < OUTLINE_KEPT * thing.outline, False
                thing.look = _at(model.quick, part).copy()
            return
        same = apart(_at(level, part), thing.look)[mask] <= 2 * CALM_MAX
        if (calm & model.as_before[part][mask]).mean() >= BACK_SHARE:
            thing.is_gone = True
        elif same.mean() >= SAME_SHARE:
            if _is_calm_around(model, part, mask):
                thing.as_seen_s = time_s
        elif is_open:
            thing.is_gone = True  # something else is there, which is found by itself

    def _find(self, model: TwoSpeeds, time_s: float) -> Mask:
        """Adds what came or went. Returns where only the light is another."""
        light = np.zeros(model.known.shape, np.bool_)
        free = model.changed & (time_s - self._claimed_s >= CLAIMED_FOR_S)
        if not free.any():
            return light
        changed = cv2.morphologyEx(free.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        changed[[0, -1]] = changed[:, [0, -1]] = 0  # beyond it, nobody knows how far a strip goes on
        depth = cv2.distanceTransform(changed, cv2.DIST_L2, 3)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(changed)
        for label, (left, top, width, height, area) in list(enumerate(stats.tolist()))[1:]:
            part = slice(top, top + height), slice(left, left + width)
            mask = np.asarray(labels[part] == label, np.bool_)
            if area < MIN_AREA_PX or depth[part][mask].max() <= THIN_PX:
                continue
            if _is_light(model, part, mask):
                light[part] |= mask
                continue
            outline = contrast(model.quick, part, mask)
            is_new = outline >= contrast(model.slow, part, mask)
            look = _at(model.quick, part).copy()
            self._add(_Thing(0, part, mask, look, outline, is_new, time_s - SETTLED_S, time_s), labels.shape)
        return light & free

    def _learn_light(self, model: TwoSpeeds, light: Mask, time_s: float) -> None:
        """A shadow that was there at first and is no more. Else it and the next one that falls across its place would
        together be taken for a thing. A new shadow is not learned: when it goes, nothing has gone."""
        over = model.as_before.copy()
        for thing in self._things:
            over[thing.part] |= thing.mask
        self._light_since_s[over] = np.inf  # where it is hidden, nothing is known
        self._light_since_s[light & np.isinf(self._light_since_s)] = time_s
        is_lighter = model.quick[0] > model.slow[0]
        stays = light & ~over & is_lighter & (time_s - self._light_since_s >= LIGHT_FOR_S)
        if stays.any():  # with its soft edge
            grown = cv2.dilate(stays.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(np.bool_)
            model.absorb(grown & ~over & is_lighter & model.calm)

    def _add(self, found: _Thing, shape: tuple[int, ...]) -> None:
        """Adds a thing, unless it is one that is there already, of which it may show more."""
        whole, size = found.whole(shape), int(found.mask.sum())
        same = [
            known
            for known in self._things
            if int((whole[known.part] & known.mask).sum()) >= OVERLAP * min(int(known.mask.sum()), size)
        ]
        if not same:
            found.number = next(self._numbers)
            self._things.append(found)
            return
        known = max(same, key=lambda each: int(each.mask.sum()))
        if size > int(known.mask.sum()) and not known.is_sought:
            known.part, known.mask, known.look = found.part, found.mask, found.look
            known.outline, known.is_new = found.outline, found.is_new

    def _change(self, thing: _Thing) -> Change:
        left, top, right, bottom = (float(side) for side in np.array(thing.box_xyxy, np.float32) / self._scale)
        box = left, top, right, bottom
        return Change(thing.number, box, thing.is_new, thing.since_s, thing.as_seen_s, thing.claimed_s)


def _at(look: Look, part: Part) -> Look:
    return look[(slice(None), *part)]


def _is_claimed(thing: _Thing, claims: Detections) -> bool:
    """Whether a detector takes it for somebody or a vehicle."""
    box = np.array([thing.box_xyxy], np.float32)
    inside = shares_inside(box, claims.xyxy)[0] >= CLAIM_SHARE
    fits = areas(claims.xyxy) <= CLAIM_TIMES * areas(box)[0]
    return bool((inside & (fits | (claims.confidence >= CERTAIN))).any())


def _is_calm_around(model: TwoSpeeds, part: Part, mask: Mask) -> bool:
    grown, inside = with_margin(part, mask, model.known.shape)
    around = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_) & ~inside
    return bool(model.calm[grown][around].mean() >= CALM_AROUND) if around.any() else True


def _is_light(model: TwoSpeeds, part: Part, mask: Mask) -> bool:
    """Whether there is the same as before, in a shadow, or out of it, or partly this and partly that."""
    inside = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0).astype(np.bool_)
    if not inside.any():
        return False
    now, before = _at(model.quick, part), _at(model.slow, part)
    ratio = (now[0] + 1) / (before[0] + 1)
    colour = float(np.abs(now[1:, inside] - before[1:, inside]).mean()) / 2
    sides = [inside & (ratio < 1), inside & (ratio >= 1)]
    if min(int(side.sum()) for side in sides) >= MOVED_SHARE * int(inside.sum()):
        parts = [side & model.changed[part] for side in sides]  # and not what the mask joins
    else:
        parts = [inside]
    return colour <= LIGHT_COLOUR and all(_is_even(ratio[each]) for each in parts if each.any())


def _is_even(ratio: npt.NDArray[np.floating]) -> bool:
    """Whether the light changed alike everywhere. ratio: of luma, of pixels."""
    mean = float(ratio.mean())
    return bool(ratio.std() <= LIGHT_SPREAD * mean) and DARKEST_SHADOW < mean < 1 / DARKEST_SHADOW
