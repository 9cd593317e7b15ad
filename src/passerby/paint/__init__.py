"""RawFrame + Cover → RedactedFrame. Only paints; what is hidden is decided by rules."""

from passerby.paint.redactor import Redactor
from passerby.paint.thumbnail import thumbnail

__all__ = ["Redactor", "thumbnail"]
