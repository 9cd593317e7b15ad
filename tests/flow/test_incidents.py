"""The demo's rules notice each thing that is drawn for them, once, when it happens; and count who walks by."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import av
import pytest

from passerby.capture.drawn.cameras import CAMERAS, FPS
from passerby.capture.drawn.courses import Course
from passerby.capture.drawn.incidents import INCIDENTS
from passerby.capture.drawn.scenes import SIZE_WH
from passerby.cli.demo_config import write_config
from passerby.config import read_config
from passerby.config.rule import LineRule, Rule
from passerby.engine import Detectors, observe
from passerby.events import Count, Watcher, needs_changes, needs_vehicles
from passerby.media.events import Event, EventKind

WITHIN_S = 120
"""A stranger who starts the demo sees everything in this time."""
LATE_S = 12
"""How long a rule may take: a bag must have been alone for a while, and a crowd is a mean over two seconds."""
WINDOWS = {"square": (52, 102), "platform": (40, 100), "car-park": (60, 108), "night": (56, 98)}
ASPECT = SIZE_WH[0] / SIZE_WH[1]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Rule]]:
    """Those of the demo, by camera."""
    path = tmp_path_factory.mktemp("demo") / "passerby.toml"
    write_config(path)
    found: dict[str, list[Rule]] = {}
    for each in read_config(path).rule:
        found.setdefault(each.camera, []).append(each.rule)
    return found


def noticed(
    camera: str, window_s: tuple[int, int], rules: list[Rule], folder: Path, detectors: Detectors
) -> tuple[list[Event], list[Count]]:
    """The events of what is drawn in a time, each once when it is over, and the counts. Times of the drawn camera."""
    clip, begin_s = folder / f"{camera}.mp4", window_s[0]
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = *SIZE_WH, "yuv420p"
        for number in range(begin_s * FPS, window_s[1] * FPS):
            container.mux(stream.encode(CAMERAS[camera].frame(number)))
        container.mux(stream.encode(None))
    watcher, found = Watcher(rules), list[Event]()
    observed = observe(
        clip, lambda view: found.extend(watcher.note(view)), wants_changes=needs_changes(rules),
        wants_vehicles=needs_vehicles(rules), detectors=detectors,
    )  # fmt: skip
    found += watcher.end()
    assert (observed.mode, observed.whole) == ("reveal", 0)
    over = [replace(each, start_s=each.start_s + begin_s, end_s=each.end_s + begin_s)
            for each in found if each.end_s is not None]  # fmt: skip
    return over, watcher.counts


def test_everything_happens_within_two_minutes_and_has_a_rule(rules: dict[str, list[Rule]]) -> None:
    assert set(rules) == {"street", *INCIDENTS}
    for camera, incidents in INCIDENTS.items():
        assert all(0 < each.from_s < each.to_s - 5 and each.from_s + LATE_S < WITHIN_S for each in incidents)
        assert len(rules[camera]) == len(incidents)
        begin_s, end_s = WINDOWS[camera]
        assert all(begin_s < each.from_s and each.from_s + LATE_S < end_s for each in incidents)


@pytest.mark.slow
@pytest.mark.parametrize("camera", sorted(INCIDENTS))
def test_each_incident_is_one_event_when_it_happens(
    camera: str, rules: dict[str, list[Rule]], tmp_path: Path, detectors: Detectors
) -> None:
    found, _ = noticed(camera, WINDOWS[camera], rules[camera], tmp_path, detectors)
    assert len(found) == len(INCIDENTS[camera]), found
    for incident in INCIDENTS[camera]:
        event = next(each for each in found if each.kind is incident.kind)
        assert event.objects == incident.objects
        assert incident.from_s - 2 <= event.start_s <= incident.from_s + LATE_S, event
        if incident.kind is EventKind.CROWD:
            assert event.count >= 5


@pytest.mark.slow
def test_who_walks_by_is_counted_both_ways(rules: dict[str, list[Rule]], tmp_path: Path, detectors: Detectors) -> None:
    (rule,) = rules["street"]
    assert isinstance(rule, LineRule)
    window_s = (0, 66)
    happened = [way for course in CAMERAS["street"].scene.courses for way in crossings(course, rule, window_s)]
    right, left = happened.count(1), happened.count(-1)
    assert right >= 2 and left >= 2
    _, (count,) = noticed("street", window_s, [rule], tmp_path, detectors)
    assert (count.right, count.left) == (right, left)


def crossings(course: Course, rule: LineRule, window_s: tuple[int, int]) -> list[int]:
    """Whenever somebody's feet cross the line, which is upright: 1 to the right, -1 to the left."""
    scene, ((x, low), (_, high)) = CAMERAS["street"].scene, rule.line
    times_s = [number / FPS for number in range(window_s[0] * FPS, window_s[1] * FPS)]
    placed = [course.place(time_s, scene.horizon, scene.tall) for time_s in times_s]
    found = []
    for a, b in itertools.pairwise(placed):
        if a is None or b is None or not a.is_person or not high <= b.feet_y <= low:
            continue
        if abs(b.x - a.x) < 0.5 and (a.x < x * ASPECT) != (b.x < x * ASPECT):
            found.append(1 if b.x > a.x else -1)
    return found
