"""passerby records and reports what happens in public space, and never who it happened to.

    import passerby
    report = passerby.redact("street.mp4", "street.redacted.mp4")

`redact` makes a redacted copy of a video or still, `audit` looks again at one. Everything they raise on purpose is a
`PasserbyError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from passerby.errors import ModelError, OutputError, PasserbyError, SettingsError, SourceError
from passerby.settings import Hide, Settings
from passerby.version import __version__

if TYPE_CHECKING:
    from passerby.covers_file import ManualCovers
    from passerby.engine import AuditResult, Finding, Progress, audit, redact
    from passerby.report import Report

__all__ = [
    "AuditResult",
    "Finding",
    "Hide",
    "ManualCovers",
    "ModelError",
    "OutputError",
    "PasserbyError",
    "Progress",
    "Report",
    "Settings",
    "SettingsError",
    "SourceError",
    "__version__",
    "audit",
    "redact",
]

_LATER = {
    **dict.fromkeys(("AuditResult", "Finding", "Progress", "audit", "redact"), "passerby.engine"),
    "ManualCovers": "passerby.covers_file",
    "Report": "passerby.report",
}
"""Loaded on first use: they import the codecs and the inference library, which `--help` need not wait for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'passerby' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)
