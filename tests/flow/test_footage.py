"""Real footage from end to end, held to what a redaction must at least reach. bench/ aims at less than these."""

from __future__ import annotations

import importlib
import json
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import passerby
from passerby import Hide, Settings
from passerby.engine.passes import Detectors
from passerby.report import Report
from passerby.settings import Mode
from tests.exposure import BODY, HEAD, is_exposed, lumas, patch
from tests.media_samples import footage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return Detectors(threads=2)


def measured(tool: str, *arguments: Path) -> dict[str, float]:
    """What one of the measuring scripts beside the footage says."""
    script = footage("").parent / "measure" / tool
    if not script.exists():
        pytest.skip(f"no measure/{tool} beside the footage")
    command = [sys.executable, str(script), *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def redacted(name: str, mode: Mode, output: Path, detectors: Detectors) -> tuple[dict[str, float], Report]:
    clip = footage(name)
    boxes = footage(f"{clip.stem}.people.txt")
    report = passerby.redact(clip, output, Settings(mode=mode), detectors=detectors)
    return measured("exposed.py", clip, output, boxes), report


def exceeding(figures: dict[str, float], **bars: float) -> dict[str, tuple[float, float]]:
    """The figures that are worse than they may be, with what they may be."""
    return {name: (figures[name], bar) for name, bar in bars.items() if figures[name] > bar}


BARS = {
    ("campus.avi", "reveal"): {"heads_exposed_pct": 0.1, "bodies_exposed_pct": 0.05, "false_cover_pct": 5.0},
    ("campus.avi", "cover"): {"heads_exposed_pct": 3.0, "bodies_exposed_pct": 2.0},
    ("bus.mp4", "cover"): {"heads_exposed_pct": 1.0, "bodies_exposed_pct": 0.7, "false_cover_pct": 13.5},
}
"""Hiding people between two looks (bus) costs some false cover: the bar for it was 12.0 while bus.mp4 showed 1.46 % of
heads. It shows 0.38 % now. On campus.avi, whether railings at the border are covered as somebody who may stand there
depends on the processor's arithmetic: 3.0 % of false cover on one with AMX, 4.4 % on one without."""


@pytest.mark.parametrize(("name", "mode"), BARS)
def test_people_are_hidden(tmp_path: Path, detectors: Detectors, name: str, mode: Mode) -> None:
    figures, report = redacted(name, mode, tmp_path / "out.mp4", detectors)
    assert figures["person_frames"] > 1000, "nobody was looked for"
    assert figures["frames_missing_in_redacted"] == figures["frames_extra_in_redacted"] == 0
    assert report.frames.redacted == report.frames.total == figures["frames"]
    assert exceeding(figures, **BARS[name, mode]) == {}
    # Hiding everything would pass as well.
    assert report.frames.covered_whole < 0.05 * report.frames.total


@pytest.mark.parametrize(("name", "mode"), [("campus.avi", "reveal"), ("bus.mp4", "cover")])
def test_auto_chooses_as_a_person_would(tmp_path: Path, detectors: Detectors, name: str, mode: Mode) -> None:
    report = passerby.redact(footage(name), tmp_path / "out.mp4", Settings(end_s=12), detectors=detectors)
    assert report.mode.used == mode


STILLS = {
    "faces": (Settings(hide=frozenset({Hide.FACES})), {"exposed_pct": 2.7, "false_cover_pct": 3.0}),
    "plates": (Settings(), {"exposed_pct": 20.0}),
}


@pytest.mark.parametrize(
    ("what", "every"), [("faces", 4), pytest.param("faces", 2, marks=pytest.mark.long), ("plates", 2)]
)
def test_faces_and_plates_are_hidden_in_stills(tmp_path: Path, detectors: Detectors, what: str, every: int) -> None:
    """A half or a quarter of the stills, to the same bars; bench/ looks at all."""
    settings, bars = STILLS[what]
    boxes = next(iter([*footage("").glob(f"{what}*.tsv"), *footage(what).glob("*.tsv")]), None)
    assert boxes is not None, f"no boxes beside {what}"
    stills = [path for path in footage(what).iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")]
    assert len(stills) > 10
    for still in sorted(stills)[::every]:
        passerby.redact(still, tmp_path / still.name, settings, detectors=detectors)
    figures = measured("boxes.py", footage(what), tmp_path, boxes)
    assert figures["boxes"] > 15
    assert exceeding(figures, **bars) == {}


# People who never move, cut out of footage and pasted into empty scenes.


@pytest.fixture
def still_people(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bench/still_people.py, which imports what lies beside it."""
    bench = Path(__file__).parents[2] / "bench"
    monkeypatch.syspath_prepend(str(bench))
    return importlib.import_module("still_people")


@pytest.mark.parametrize("scene", ["campus.avi", "events/left-bag.avi"])
def test_real_people_who_stand_still_are_hidden(
    tmp_path: Path, detectors: Detectors, still_people: ModuleType, scene: str
) -> None:
    rng, empty = random.Random(7), footage(scene)
    people = {"stand": still_people.standing(footage("campus.avi").parent)}
    picture, pasted = still_people.paste(still_people.empty_scene(empty), people, rng, is_dark=False)
    clip, output = tmp_path / "still.mp4", tmp_path / "out.mp4"
    still_people.write_clip(clip, picture, rng, sways=True)
    report = passerby.redact(clip, output, detectors=detectors)
    assert report.mode.used == "reveal"
    places = [(x, y, x + w, y + h) for x, y, w, h in (one.xywh for one in pasted) if h >= 24]
    assert len(places) >= 3
    exposed, clear = ([], [])
    for number, (before, after) in enumerate(zip(lumas(clip), lumas(output), strict=True)):
        for place in places:
            parts = [(patch(before, place, part), patch(after, place, part)) for part in (HEAD, BODY)]
            clear += [number for before_part, _ in parts if is_exposed(before_part, before_part)]
            exposed += [(number, place) for pair in parts if is_exposed(*pair)]
    assert len(clear) > number, "they are plain to see in the source"
    assert exposed == []
    assert report.frames.covered_whole == 0 and report.hidden.mean < 0.5
