"""Who is in view in real and drawn footage, as an observer of a file and of a live camera gets it."""

from __future__ import annotations

import itertools
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from passerby import Settings
from passerby.background import Background
from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import open_live
from passerby.engine.health.monitor import Established
from passerby.engine.live.learner import LearnTimes
from passerby.engine.live.modes import LivePlan
from passerby.engine.live.run import LivePath
from passerby.engine.live.shared import Shared
from passerby.engine.observer import Observer
from passerby.engine.passes import Detectors
from passerby.engine.run import redact
from passerby.media import InView, Kind
from passerby.media.overlap import iou
from passerby.media.segments import TICKS_PER_S
from passerby.rules.reach import Reach
from passerby.settings import Mode
from tests.media_samples import footage
from tests.retries import by_real_time
from tests.streets import WALKS, Street

Box = tuple[float, float, float, float]
EVERY_S = 0.2
GIVE_UP_S = 200  # learning a background takes some seconds, and waits for all others on a busy machine


def ids_of(seen: list[InView], people: dict[int, dict[int, Box]]) -> dict[int, list[int]]:
    """For each person, by frame in which anybody could be them, the id of the track that fits best, the last one's
    first. people: boxes by person and frame."""
    ids: dict[int, list[int]] = defaultdict(list)
    for view in seen:
        there = {who: boxes[view.index] for who, boxes in people.items() if view.index in boxes}
        tracks = [track for track in view.tracks if track.kind is Kind.PERSON]
        if not there or not tracks:
            continue
        fits = iou(np.array([*there.values()], np.float32), np.array([track.xyxy for track in tracks], np.float32))
        for row, who in enumerate(there):
            like = [(ids[who][-1:] == [t.tracker_id], fits[row, n], t.tracker_id) for n, t in enumerate(tracks)]
            _, fit, best = max(each for each in like if each[1] >= 0.3 or not each[0])
            if fit >= 0.3:
                ids[who].append(best)
    return ids


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_somebody_who_walks_through_the_street_is_one_track(
    tmp_path: Path, street: Street, detectors: Detectors, mode: Mode
) -> None:
    seen: list[InView] = []
    redact(
        street.path,
        tmp_path / "out.mp4",
        Settings(mode=mode),
        detectors=detectors,
        observer=Observer(seen.append, EVERY_S),
    )
    assert [view.index for view in seen] == list(range(street.frames))
    walks = {box.frame: box.xyxy for box in street.of(WALKS)}
    ids = ids_of(seen, {WALKS: walks})[WALKS]
    assert len(set(ids)) == 1
    assert len(ids) >= 0.8 * len(walks)


@pytest.mark.slow
def test_real_people_keep_their_tracks(tmp_path: Path, detectors: Detectors) -> None:
    """As measured: 19 people in 79 s change their id 18 times, and nearly all are in view in every frame."""
    clip, people = footage("campus.avi"), defaultdict[int, dict[int, Box]](dict)
    for line in footage("campus.people.txt").read_text().splitlines():
        frame, who, left, top, wide, high = (float(part) for part in line.split(",")[:6])
        people[int(who)][int(frame) - 1] = (left, top, left + wide, top + high)
    seen: list[InView] = []
    observer = Observer(seen.append, EVERY_S)
    redact(clip, tmp_path / "out.mp4", Settings(mode="reveal"), detectors=detectors, observer=observer)
    ids = ids_of(seen, people)
    frames = sum(map(len, people.values()))
    changes = sum(a != b for each in ids.values() for a, b in itertools.pairwise(each))
    mains = sum(Counter(each).most_common(1)[0][1] for each in ids.values())
    assert sum(map(len, ids.values())) >= 0.97 * frames
    assert changes <= 30 and mains >= 0.75 * frames


@pytest.mark.slow
def test_observer_changes_nothing_where_it_asks_for_no_more_detections(
    tmp_path: Path, street: Street, detectors: Detectors
) -> None:
    asked: list[InView] = []
    outputs = [
        redact(street.path, tmp_path / f"{n}.mp4", Settings(mode="reveal"), detectors=detectors, observer=observer)
        for n, observer in enumerate((None, Observer(asked.append, wants_changes=lambda: True)))
    ]
    assert outputs[0].output.sha256 == outputs[1].output.sha256 and asked
    assert all(view.changes is not None for view in asked)


class _Forgets:
    """Keeps nothing."""

    def load(self, size_wh: tuple[int, int]) -> None:
        return None

    def keep(self, what: Background | Established, size_wh: tuple[int, int]) -> None: ...


def watch_drawn(detectors: Detectors, mode: Mode, enough: Callable[[list[InView]], bool]) -> list[InView]:
    seen: list[InView] = []
    plan = LivePlan(Settings(mode=mode), learning=LearnTimes(first_every_s=0.1))
    until_s = time.monotonic() + GIVE_UP_S
    with Shared(detectors) as shared:
        source = open_live("drawn:street", LiveOptions(reach=Reach(drawn=True)))
        observer = Observer(seen.append, EVERY_S)
        path = LivePath(source, plan, shared, _Forgets(), _Forgets(), lambda fragment: None, observer=observer)
        path.run(lambda: enough(seen) or time.monotonic() > until_s)
    return seen


@pytest.mark.slow
@by_real_time("detections come late where others need the processor")
@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_observer_of_a_live_camera_gets_every_frame_that_is_recorded(detectors: Detectors, mode: Mode) -> None:
    def is_followed(seen: list[InView]) -> bool:
        shown = [view for view in seen if view.whole is None]
        counts = Counter(track.tracker_id for view in shown for track in view.tracks if track.kind is Kind.PERSON)
        return max(counts.values(), default=0) >= 30

    seen = watch_drawn(detectors, mode, is_followed)
    assert is_followed(seen)
    assert [view.index for view in seen] == sorted({view.index for view in seen})
    assert abs(seen[-1].pts / TICKS_PER_S - time.time()) < 30, "live frames have the time of day"
    assert {view.size_wh for view in seen} == {(640, 360)}
