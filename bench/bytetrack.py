"""Runs ByteTrack of the package `trackers` over detections. It runs in an environment of its own, without passerby.

In, as JSON: options, times_s, and for each time the rows [left, top, right, bottom, score].
Out: for each time the rows [track, left, top, right, bottom] of the tracks that are confirmed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker


def follow(options: dict[str, Any], times_s: list[float], frames: list[list[list[float]]]) -> list[list[list[float]]]:
    tracker = ByteTrackTracker(**options)
    followed = []
    for time_s, rows in zip(times_s, frames, strict=True):
        found = np.array(rows, np.float32).reshape(-1, 5)
        tracked = tracker.update(sv.Detections(xyxy=found[:, :4], confidence=found[:, 4]), timestamp=time_s)
        pairs = zip(tracked.tracker_id, tracked.xyxy, strict=True) if tracked.tracker_id is not None else ()
        followed.append([[int(number), *map(float, box)] for number, box in pairs if number >= 0])
    return followed


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump(follow(asked["options"], asked["times_s"], asked["frames"]), sys.stdout)
