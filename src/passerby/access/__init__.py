"""Users, cameras and the audit: rows of the catalogue. What users may do is decided in rules/."""

from passerby.access.installation import Installation

__all__ = ["Installation"]
