"""Links detections into tracks and knows where each was in every frame, before, between and after its detections.

Two-step linking by overlap as in ByteTrack (Zhang et al., 2022): weak detections keep a track alive and add evidence,
and a track counts only with enough evidence. Between detections a box moves with the flow of the picture, or with its
own velocity if no flow is measured. When it is found again, the path in between is corrected. Before its first
detection it is traced backwards. Somebody found for the first time may have been anywhere within reach since the
previous pass. A track that is found in an unexpected place may be two objects: then both are covered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from passerby.media import Detections, Kind, Track
from passerby.media.overlap import iou
from passerby.track.flow import Motion
from passerby.track.reach import grown, hull, within_reach
from passerby.track.summary import SEEN_WELL, Place, Sighting, TrackSummary, add_sighting
from passerby.track.trust import GRACE_HITS, LARGE_PEOPLE, LARGE_SHARE, TRUST, Evidence, Trust, by_class

Boxes = npt.NDArray[np.float32]
Box = tuple[float, float, float, float]

MATCH_OVERLAP = 0.2  # of boxes grown by a seventh, since small boxes barely overlap themselves a moment later
MATCH_GROWTH = 0.15
MATCH_GROWTH_BLIND = 0.5  # without flow, between passes that may be half a second apart
STEADINESS = 0.5  # share of the old velocity in the new one
GUESS_SHARE = 0.5  # of a box's longer side: how far a brisk walker gets in half a second, the time between two passes
SAME_OVERLAP = 0.55  # of a new box with a track just found: the same object, detected twice
FORETOLD_OVERLAP = 0.5  # of a box with its track's predicted place; less may be somebody else


@dataclass(frozen=True, slots=True)
class TrackerTimes:
    """How long a track is bridged, in seconds.

    lost_s: after this long without a detection it ends. tail_s: how much of that is covered if it is not found again.
    back_s: how far it is traced back before its first detection.
    """

    lost_s: float = 0.6
    tail_s: float = 0.28
    back_s: float = 0.8


@dataclass(slots=True, eq=False)
class _Live:
    """A track being followed. points: box and score (0 if not seen) by frame index, only for frames not yet taken.
    near: evidence while it is large, for a person. places: see `Tracker`; None: not kept."""

    tracker_id: int
    kind: Kind
    box: Boxes
    seen_at: int
    seen_at_s: float
    last_index: int
    first_s: float
    trust: Trust
    points: dict[int, tuple[Boxes, float]] = field(default_factory=dict)
    frames: int = 0
    is_outside: bool = False
    is_confirmed: bool = False
    guessed_px: float = 0.0  # how far it moved by its own velocity since it was last seen
    missed_at: int | None = None  # the first pass since it was last seen that did not find it
    evidence: Evidence = field(default_factory=Evidence)
    near: Evidence = field(default_factory=Evidence)
    places: list[Place] | None = None
    velocity: Boxes = field(default_factory=lambda: np.zeros(4, np.float32))

    def see(self, index: int, box: Boxes, score: float, is_large: bool) -> None:
        """Records that a detector found it there."""
        self.box, self.points[index] = box, (box, score)
        self.evidence.add(score, self.trust)
        if self.places is not None and self.is_confirmed and self.evidence.best >= SEEN_WELL:
            self.places.clear()
        elif self.places is not None:
            add_sighting(self.places, Sighting(self.seen_at_s, _tuple(box), score))
        if self.kind is not Kind.PERSON or not is_large:
            # Once confirmed, a track stays so: pictures of it are already out.
            self.is_confirmed = self.is_confirmed or self.evidence.is_enough(self.trust)
            return
        self.near.add(score, LARGE_PEOPLE)
        if self.near.is_enough(LARGE_PEOPLE) or self.evidence.best >= LARGE_PEOPLE.certain:
            self.is_confirmed = True
        elif self.near.hits > GRACE_HITS:  # a post that scored a little from far away scores no more when near
            self.is_confirmed = False


@dataclass(frozen=True, slots=True)
class _Moment:
    """A frame in the window: its index, time and motion. arrived_s: when it arrived, for cameras with a wrong clock."""

    index: int
    time_s: float
    motion: Motion | None
    arrived_s: float = 0.0

    def since_s(self, before: _Moment) -> float:
        return max(self.time_s - before.time_s, self.arrived_s - before.arrived_s)


class Tracker:
    """Follows everything in one source. Call `update` for every frame in order, then `take` for every frame in order.

    `take(index)` may lag behind `update` by any number of frames. The larger the lag, the more gaps can be bridged.
    """

    def __init__(
        self,
        size_wh: tuple[int, int],
        times: TrackerTimes | None = None,
        *,
        trust: Mapping[Kind, Trust] = TRUST,
        keeps_places: bool = True,
    ) -> None:
        """trust: see `Trust`. keeps_places: where tracks were seen is for a report, and can take megabytes for each."""
        self._size_wh, self._keeps_places, self._trust = size_wh, keeps_places, trust
        self._weak, self._birth = (by_class(trust, level) for level in ("weak", "birth"))
        self._times = times or TrackerTimes()
        self._live: list[_Live] = []
        self._ending: list[_Live] = []
        self._moments: deque[_Moment] = deque()
        self._next_id = 1
        self._taken = self._detected_at = -1
        self.ended: list[TrackSummary] = []
        """Tracks that have ended, for the caller to remove."""

    def update(
        self,
        index: int,
        time_s: float,
        found: Detections | None,
        motion: Motion | None,
        arrived_s: float = 0.0,
    ) -> None:
        """Adds a frame. found: its detections in picture pixels, None if there was no pass. motion: since the last
        frame. arrived_s: when it arrived, on the monotonic clock, if known."""
        if motion is not None and motion.is_cut:
            self._end(self._live)
            self._moments.clear()
        self._carry(index, time_s, motion)
        self._moments.append(_Moment(index, time_s, motion, arrived_s))
        while time_s - self._moments[0].time_s > self._times.back_s or self._moments[0].index < self._taken:
            self._moments.popleft()
        if found is not None:
            if len(found):
                self._link(index, time_s, found)
            self._note_pass(index)
        self._end([live for live in self._live if self._is_over(live, time_s)])

    def _note_pass(self, index: int) -> None:
        self._detected_at = index
        for live in self._live:
            if live.seen_at < index and live.missed_at is None:
                live.missed_at = index

    def _is_over(self, live: _Live, time_s: float) -> bool:
        """Whether a track ends. A lack of passes does not end it, as long as frames between two passes may be shown."""
        unseen_s = time_s - live.seen_at_s
        may_end = live.missed_at is not None or unseen_s >= self._times.back_s
        return live.is_outside or (may_end and unseen_s >= self._times.lost_s)

    def take(self, index: int, time_s: float) -> list[Track]:
        """Every confirmed track in frame `index`, in order of id."""
        self._taken = index
        tracks = []
        for live in (*self._ending, *self._live):
            point = live.points.pop(index, None)
            if point is None or not live.is_confirmed or not self._is_covered(live, index, time_s):
                continue
            live.frames += 1
            box, score = point
            mean = live.evidence.sum / live.evidence.hits
            tracks.append(Track(live.tracker_id, live.kind, mean, _tuple(box), is_detected=score > 0))
        self._sum_up([live for live in self._ending if live.last_index <= index])
        return sorted(tracks, key=lambda track: track.tracker_id)

    def _is_covered(self, live: _Live, index: int, time_s: float) -> bool:
        """Whether it is assumed to be still there: for a while, and as long as no pass says otherwise."""
        return time_s - live.seen_at_s <= self._times.tail_s or live.missed_at is None or index < live.missed_at

    def finish(self) -> None:
        """Ends all tracks when no more frames come. Each is summed up when its last frame is taken."""
        self._end(self._live)

    def _carry(self, index: int, time_s: float, motion: Motion | None) -> None:
        if not self._live:
            return
        boxes = _stacked(self._live)
        if motion is not None:
            boxes = motion.carry(boxes)
        elif self._moments:
            ways = np.stack([live.velocity for live in self._live]) * np.float32(time_s - self._moments[-1].time_s)
            # Only this far beyond the last detection: somebody who walks on is hidden because they move.
            sizes = np.max(boxes[:, 2:] - boxes[:, :2], axis=1)
            may_go = np.array([live.guessed_px for live in self._live], np.float32) < GUESS_SHARE * sizes
            boxes = boxes + ways * may_go[:, None]
            for live, way, may in zip(self._live, ways, may_go.tolist(), strict=True):
                live.guessed_px += float(np.hypot(way[0], way[1])) * may
        outside = np.any((boxes[:, 2:] < 0) | (boxes[:, :2] > np.array(self._size_wh, np.float32)), axis=1)
        for live, box, is_outside in zip(self._live, boxes, outside.tolist(), strict=True):
            live.box, live.last_index, live.is_outside = box, index, is_outside
            live.points[index] = (box, 0.0)

    def _link(self, index: int, time_s: float, found: Detections) -> None:
        found = found.take(found.confidence >= self._weak[found.class_id])
        growth = MATCH_GROWTH if self._moments[-1].motion is not None else MATCH_GROWTH_BLIND
        pairs = list(_pairs(self._live, found, growth))
        taken = np.array([i for _, i in pairs], np.intp)
        same = (iou(found.xyxy, found.xyxy[taken]) >= SAME_OVERLAP) & (
            found.class_id[:, None] == found.class_id[taken][None]
        )
        same[taken] = np.eye(len(taken), dtype=np.bool_)
        for column, (live, _) in enumerate(pairs):
            best = int(np.argmax(np.where(same[:, column], found.confidence, -1)))
            self._find_again(live, index, time_s, found.xyxy[best], float(found.confidence[best]))
        may_begin = (found.confidence >= self._birth[found.class_id]) & ~same.any(axis=1)
        self._begin(index, time_s, found.take(may_begin))

    def _find_again(self, live: _Live, index: int, time_s: float, box: Boxes, score: float) -> None:
        error = box - live.box
        is_foretold = self._moments[-1].motion is None or iou(live.box[None], box[None])[0, 0] >= FORETOLD_OVERLAP
        foretold = {} if is_foretold else {at: was for at, (was, _) in live.points.items() if live.seen_at < at < index}
        self._correct(live, index, error)
        if foretold:
            self._cover_both(live, foretold, box)
        if time_s > live.seen_at_s:
            # Only of the centre: sizes are too noisy to predict.
            way = (error[:2] + error[2:]) * np.float32((1 - STEADINESS) / 2 / (time_s - live.seen_at_s))
            live.velocity = live.velocity + np.concatenate([way, way])
        live.seen_at, live.seen_at_s, live.is_outside, live.guessed_px = index, time_s, False, 0.0
        live.missed_at = None
        live.see(index, box.copy(), score, self._is_large(box))

    def _cover_both(self, live: _Live, foretold: dict[int, Boxes], box: Boxes) -> None:
        """Covers the predicted boxes, the box found now, and everything in between."""
        for at, was in foretold.items():
            live.points[at] = (hull(live.points[at][0], was), 0.0)
        for before, around in self._reach(box[None]):
            if before.index in foretold:
                live.points[before.index] = (hull(live.points[before.index][0], around[0]), 0.0)

    @staticmethod
    def _correct(live: _Live, index: int, error: Boxes) -> None:
        """Spreads the error of the predicted path evenly over it, back to the last detection."""
        gap = index - live.seen_at
        for step in range(1, gap):
            point = live.points.get(live.seen_at + step)
            if point is not None:
                live.points[live.seen_at + step] = (point[0] + error * np.float32(step / gap), 0.0)

    def _begin(self, index: int, time_s: float, found: Detections) -> None:
        born = []
        for box, score, class_id in zip(found.xyxy, found.confidence, found.class_id, strict=True):
            kind, places = Kind(int(class_id)), list[Place]() if self._keeps_places else None
            live = _Live(self._next_id, kind, box, index, time_s, index, time_s, self._trust[kind], places=places)
            live.see(index, box.copy(), float(score), self._is_large(box))
            self._next_id += 1
            born.append(live)
        self._follow_back(born)
        self._live += born

    def _follow_back(self, born: list[_Live]) -> None:
        """Traces new tracks back before their first detection, as far as the window and the scene reach."""
        if not born:
            return
        for before, boxes in self._reach(_stacked(born)):
            for live, box in zip(born, boxes, strict=True):
                live.points[before.index] = (box, 0.0)
                live.first_s = before.time_s

    def _reach(self, found: Boxes) -> Iterator[tuple[_Moment, Boxes]]:
        """Where the objects found now were in earlier frames that are not out yet, newest first: since the last pass,
        wherever they can have been; before that, where the flow says."""
        boxes, newest = found, self._moments[-1]
        for now, before in _backwards(self._moments):
            if now.motion is not None:
                boxes = now.motion.carry(boxes, backwards=True)
            if before.index <= self._taken:
                return
            if now.motion is None or before.index <= self._detected_at:
                yield before, boxes
            else:  # the flow may be that of the background behind them
                yield before, within_reach(hull(boxes, found), found, newest.since_s(before))

    def _is_large(self, box: Boxes) -> bool:
        return bool(box[3] - box[1] >= LARGE_SHARE * max(self._size_wh))

    def _end(self, over: list[_Live]) -> None:
        gone = {live.tracker_id for live in over}
        self._ending += over
        self._live = [live for live in self._live if live.tracker_id not in gone]

    def _sum_up(self, done: list[_Live]) -> None:
        if not done:
            return
        gone = {live.tracker_id for live in done}
        self._ending = [live for live in self._ending if live.tracker_id not in gone]
        for live in done:
            self.ended.append(
                TrackSummary(
                    live.tracker_id,
                    live.kind,
                    live.first_s,
                    live.seen_at_s,
                    live.frames,
                    live.evidence.hits,
                    live.evidence.best,
                    live.is_confirmed,
                    tuple(live.places or ()),
                )
            )


def _backwards(moments: deque[_Moment]) -> Iterator[tuple[_Moment, _Moment]]:
    """Pairs of a frame and the one before it, newest first."""
    window = list(moments)
    yield from zip(reversed(window[1:]), reversed(window[:-1]), strict=True)


def _pairs(live: list[_Live], found: Detections, growth: float) -> Iterator[tuple[_Live, int]]:
    """Matches tracks with detections of the same kind: best overlap first, then better scores."""
    if not live or not len(found):
        return
    overlap = iou(grown(_stacked(live), growth), grown(found.xyxy, growth))
    kinds = np.array([t.kind for t in live])[:, None] == found.class_id[None]
    value = np.where(kinds, overlap + 0.05 * found.confidence[None], 0.0)
    near = np.argwhere(value >= MATCH_OVERLAP)
    taken_tracks: set[int] = set()
    taken_found: set[int] = set()
    for i, j in near[np.argsort(-value[tuple(near.T)], kind="stable")].tolist():
        if i not in taken_tracks and j not in taken_found:
            taken_tracks.add(i)
            taken_found.add(j)
            yield live[i], j


def _stacked(tracks: list[_Live]) -> Boxes:
    """(n, 4): the boxes of the tracks. Concatenating takes a fifth of the time of `np.stack`."""
    return np.concatenate([live.box for live in tracks]).reshape(-1, 4)


def _tuple(box: Boxes) -> Box:
    left, top, right, bottom = box.tolist()
    return left, top, right, bottom
