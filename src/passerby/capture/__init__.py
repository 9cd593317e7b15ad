"""Turns a source into clear frames in memory. Nothing here writes."""

from passerby.capture.file import open_source, sample_frames
from passerby.capture.kinds import is_still, still_kind_of
from passerby.capture.motion_photo import has_attached_video
from passerby.capture.probe import has_pictures
from passerby.capture.problems import SourceProblem
from passerby.capture.source import VideoSource
from passerby.capture.still import open_still, still_format

__all__ = [
    "SourceProblem",
    "VideoSource",
    "has_attached_video",
    "has_pictures",
    "is_still",
    "open_source",
    "open_still",
    "sample_frames",
    "still_format",
    "still_kind_of",
]
