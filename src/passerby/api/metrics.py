"""Figures for Prometheus, gathered when it asks."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, Info, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from passerby.archive import Archive
from passerby.version import __version__


def metrics_text(states: Mapping[str, str], archive: Archive) -> tuple[bytes, str]:
    """The text and its media type. states: by camera."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    Info("passerby", "Which version this is.", registry=registry).info({"version": __version__})
    state = Gauge(
        "passerby_camera_state", "1 for the state that a camera is in.", ["camera", "state"], registry=registry
    )
    for camera, what in states.items():
        state.labels(camera, what).set(1)
    recorded = Gauge("passerby_recorded_bytes", "All recordings together.", registry=registry)
    recorded.set(archive.total_bytes())
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4
