"""Detections → tracks: one object in one camera's view, by place and motion only. No appearance, no identity."""

from passerby.track.flow import FlowMeter, Motion
from passerby.track.follower import Follower, hints_of
from passerby.track.summary import SEEN_WELL, Place, Sighting, TrackSummary
from passerby.track.tracker import Tracker, TrackerTimes

__all__ = [
    "SEEN_WELL", "FlowMeter", "Follower", "Motion", "Place", "Sighting", "TrackSummary", "Tracker", "TrackerTimes",
    "hints_of",
]  # fmt: skip
