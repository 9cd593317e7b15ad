"""The section `metrics`: metrics for Prometheus."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Section


class Metrics(Section):
    """Metrics for Prometheus at /metrics."""

    is_public: bool = Field(
        False, description="Serve them without a token. Danger: anybody can then read the cameras' names and states."
    )
