"""Finds ONVIF cameras in the network and asks one for its streams. Using them is left to others."""

from __future__ import annotations

from passerby.capture.onvif.device import OnvifStream, streams_of
from passerby.capture.onvif.discover import FoundDevice, find_devices

__all__ = ["FoundDevice", "OnvifStream", "find_devices", "streams_of"]
