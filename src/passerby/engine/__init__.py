"""Redacts one source: wires the stages together in order. The stages do the work."""

from passerby.engine.audit import AuditResult, Finding, audit
from passerby.engine.observe import Observed, observe
from passerby.engine.observe_still import observe_still
from passerby.engine.passes import Detectors
from passerby.engine.progress import Progress
from passerby.engine.run import redact

__all__ = ["AuditResult", "Detectors", "Finding", "Observed", "Progress", "audit", "observe", "observe_still", "redact"]
