"""What a detector raises when a picture could not be examined. The engine answers it by covering the whole frame."""

from passerby.errors import PasserbyError


class DetectorError(PasserbyError):
    """The detector failed, or what it said cannot be trusted. Nothing is known about the frame."""


class DeafError(DetectorError):
    """The detector answered, and did not find what it must find, or where it is: see `detect.canary`."""
