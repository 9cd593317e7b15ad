"""The covers file: boxes over time, read strictly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.covers_file import ManualCovers, TimedBox, to_coded
from passerby.errors import SettingsError

MOVING = {"points": [{"t_s": 1, "xyxy": [0, 0, 10, 10]}, {"t_s": 3, "xyxy": [20, 40, 40, 60]}]}


def test_box_at_rest_is_there_between_its_times() -> None:
    covers = ManualCovers.model_validate({"version": 1, "add": [{"start_s": 1, "end_s": 2, "xyxy": [1, 2, 3, 4]}]})
    assert [covers.at(t)[0] for t in (0.9, 1.0, 2.0, 2.1)] == [(), ((1, 2, 3, 4),), ((1, 2, 3, 4),), ()]


def test_still_has_no_time_and_all_that_was_added() -> None:
    covers = ManualCovers.model_validate(
        {
            "version": 1,
            "add": [{"start_s": 9, "xyxy": [1, 2, 3, 4]}, MOVING],
            "remove": [{"start_s": 9, "xyxy": [0, 0, 1, 1]}],
        }
    )
    assert covers.of_still() == (((1, 2, 3, 4), (0, 0, 10, 10), (20, 40, 40, 60)), ())


def test_box_without_times_is_always_there() -> None:
    covers = ManualCovers.model_validate({"version": 1, "remove": [{"xyxy": [1, 2, 3, 4]}]})
    assert covers.at(0) == covers.at(1e6) == ((), ((1, 2, 3, 4),))


def test_moving_box_goes_in_a_straight_line() -> None:
    assert TimedBox.model_validate(MOVING).at(2) == (10, 20, 25, 35)


def test_moving_box_waits_at_its_ends_when_lengthened() -> None:
    box = TimedBox.model_validate(MOVING | {"start_s": 0, "end_s": 5})
    assert (box.at(0.5), box.at(4)) == ((0, 0, 10, 10), (20, 40, 40, 60))
    assert box.at(5.1) is None


@given(st.floats(1, 3), st.floats(1, 3))
def test_moving_box_never_leaves_the_hull_of_its_points(first_s: float, last_s: float) -> None:
    for time_s in (first_s, last_s):
        box = TimedBox.model_validate(MOVING).at(time_s)
        assert box is not None and 0 <= box[0] <= 20 and 10 <= box[2] <= 40


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"version": 2}, "version"),
        ({"version": 1, "hide": []}, "hide"),
        ({"version": 1, "add": [{"xyxy": [5, 5, 5, 9]}]}, "empty"),
        ({"version": 1, "add": [{"start_s": 2, "end_s": 1, "xyxy": [0, 0, 1, 1]}]}, "before it starts"),
        ({"version": 1, "add": [{}]}, "either"),
        ({"version": 1, "add": [MOVING | {"xyxy": [0, 0, 1, 1]}]}, "either"),
        ({"version": 1, "add": [{"points": MOVING["points"][::-1]}]}, "follow each other"),
        ({"version": 1, "add": [MOVING | {"start_s": 2}]}, "inside its points"),
        ({"version": 1, "add": [{"xyxy": [0, 0, float("nan"), 1]}]}, "finite"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, wrong: dict[str, object], says: str) -> None:
    file = tmp_path / "covers.json"
    file.write_text(json.dumps(wrong))
    with pytest.raises(SettingsError, match=says) as caught:
        ManualCovers.read(file)
    assert "\n" not in str(caught.value)


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        ManualCovers.read(tmp_path / "covers.json")


@given(st.sampled_from([0, 90, 180, 270]), st.integers(0, 10), st.integers(0, 4), st.integers(1, 6), st.integers(1, 3))
def test_box_on_the_upright_picture_is_the_same_place_in_the_coded_one(
    turn: int, left: int, top: int, width: int, height: int
) -> None:
    coded = np.arange(7 * 16).reshape(7, 16)
    upright = np.rot90(coded, -turn // 90)
    right, bottom = min(left + width, upright.shape[1]), min(top + height, upright.shape[0])
    if left >= right or top >= bottom:
        return
    a, b, c, d = (int(edge) for edge in to_coded((left, top, right, bottom), turn, 16, 7))
    assert sorted(coded[b:d, a:c].ravel()) == sorted(upright[top:bottom, left:right].ravel())
