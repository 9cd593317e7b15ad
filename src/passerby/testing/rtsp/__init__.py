"""A small real RTSP server that fails in the ways cameras fail: for tests and for the demo."""

from passerby.testing.rtsp.feed import AccessUnit, Feed
from passerby.testing.rtsp.numbered import number_in, numbered_picture
from passerby.testing.rtsp.script import Script
from passerby.testing.rtsp.server import RtspServer

__all__ = ["AccessUnit", "Feed", "RtspServer", "Script", "number_in", "numbered_picture"]
