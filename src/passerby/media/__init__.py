"""The values that flow through passerby. Nothing here reads, writes or decides."""

from passerby.media.boxes import Kind
from passerby.media.cover import Cover, CoverBox
from passerby.media.detections import Detections
from passerby.media.frames import RawFrame, RedactedFrame
from passerby.media.tracks import Change, InView, Track

__all__ = ["Change", "Cover", "CoverBox", "Detections", "InView", "Kind", "RawFrame", "RedactedFrame", "Track"]
