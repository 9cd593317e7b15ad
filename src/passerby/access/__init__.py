"""Who may come in, which cameras there are, who looked: rows of the catalogue. What they may do is for rules/."""

from passerby.access.installation import Installation

__all__ = ["Installation"]
