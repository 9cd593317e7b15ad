"""Detections → tracks: one object in one camera's view, by place and motion only. No appearance, no identity."""

from passerby.track.flow import FlowMeter, Motion
from passerby.track.tracker import Tracker, TrackerTimes, TrackSummary

__all__ = ["FlowMeter", "Motion", "TrackSummary", "Tracker", "TrackerTimes"]
