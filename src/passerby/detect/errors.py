"""What a detector raises when a picture could not be examined. The engine answers it by covering the whole frame."""

from passerby.errors import PasserbyError


class DetectorError(PasserbyError):
    """The detector failed, or its answer cannot be trusted. Nothing is known about the frame."""


class DeafError(DetectorError):
    """The detector answered, but did not find what it must find in its place: see `detect.canary`."""
