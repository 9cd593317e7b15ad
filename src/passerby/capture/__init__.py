"""A source becomes clear frames in memory. Nothing here writes."""

from passerby.capture.file import open_source, sample_frames
from passerby.capture.problems import SourceProblem
from passerby.capture.source import VideoSource
from passerby.capture.still import is_still, open_still, still_format

__all__ = ["SourceProblem", "VideoSource", "is_still", "open_source", "open_still", "sample_frames", "still_format"]
