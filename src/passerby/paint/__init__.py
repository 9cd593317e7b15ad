"""RawFrame + Cover → RedactedFrame. What is hidden is decided elsewhere (rules); here it is only painted."""

from passerby.paint.redactor import Redactor
from passerby.paint.thumbnail import thumbnail

__all__ = ["Redactor", "thumbnail"]
