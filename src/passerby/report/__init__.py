"""Reports what a redaction did and how sure it is, as JSON and as HTML. Measuring is up to the engine."""

from passerby.report.model import (
    SCHEMA_VERSION,
    Doubt,
    FrameCounts,
    HiddenShare,
    ModeChoice,
    ModelUsed,
    OutputFacts,
    Problem,
    Report,
    SourceFacts,
    Span,
    Speed,
    Still,
    TrackSpan,
)

__all__ = [
    "SCHEMA_VERSION",
    "Doubt",
    "FrameCounts",
    "HiddenShare",
    "ModeChoice",
    "ModelUsed",
    "OutputFacts",
    "Problem",
    "Report",
    "SourceFacts",
    "Span",
    "Speed",
    "Still",
    "TrackSpan",
]
