"""The section `metrics`: metrics for Prometheus."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Section


class Metrics(Section):
    """Figures for Prometheus at /metrics."""

    is_public: bool = Field(
        False, description="Show them without a token. Danger: they tell the cameras' names and states to everybody."
    )
