"""Metrics for Prometheus, gathered on request."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from passerby.api.alarms import standing
from passerby.api.ports import Services
from passerby.events.periods import Per
from passerby.media.alarms import AlarmKind
from passerby.media.camera import CameraState
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.version import __version__

_DAY_90K = 86400 * TICKS_PER_S
RECENT_90K = 10 * MINUTE_90K
"""What is older is not how it is now: the camera is off, or its rule is gone."""


def metrics_text(services: Services, words: Mapping[str, str]) -> tuple[bytes, str]:
    """The text and its media type. words: the state of each camera. Raises OutputError."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Gathered([*_of_all(services), *_of_cameras(services, words)]))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Gathered(Collector):
    """Metrics gathered beforehand, so that errors occur outside of the registry."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        return self._families


def _of_all(services: Services) -> Iterator[Metric]:
    yield InfoMetricFamily("passerby", "The version of passerby.", {"version": __version__})
    recorded = services.archive.total_bytes()
    yield GaugeMetricFamily("passerby_recorded_bytes", "The size of all recordings.", recorded)
    free = GaugeMetricFamily("passerby_data_free_bytes", "Free space where the data folder is.")
    free.add_metric([], _free_bytes(services.scratch))
    yield free
    alarms = GaugeMetricFamily("passerby_alarms", "Broken promises, by kind.", labels=["kind"])
    counted = Counter(each.alarm.kind for each in standing(services))
    for kind in AlarmKind:
        alarms.add_metric([kind], counted[kind])
    yield alarms


def _of_cameras(services: Services, words: Mapping[str, str]) -> Iterator[Metric]:
    states = GaugeMetricFamily(
        "passerby_camera_state", "1 for the state that a camera is in.", labels=["camera", "state"]
    )
    for camera, word in words.items():
        states.add_metric([camera, word], 1)
    yield states
    current = services.fleet.states() if services.fleet else {}
    for figure, does in (
        ("read", "came from a camera"),
        ("left_out", "were left out because this machine is too slow"),
    ):
        yield _pictures({camera: current[camera] for camera in words if camera in current}, figure, does)
    ages = GaugeMetricFamily(
        "passerby_newest_recording_age_seconds", "How long ago the newest recording ended.", labels=["camera"]
    )
    now_90k = services.installation.clock.now_90k()
    for camera, end_90k in services.archive.newest_ends(words).items():
        ages.add_metric([camera], max(0, now_90k - end_90k) / TICKS_PER_S)
    yield ages
    yield _crossings(services, words, now_90k)
    yield from _present(services, words, now_90k)


def _pictures(states: Mapping[str, CameraState], figure: str, does: str) -> Metric:
    """For cameras that are open; restarts from zero each time a camera is opened, as Prometheus expects of counters."""
    says = f"Pictures that {does}, since it was opened."
    pictures = CounterMetricFamily(f"passerby_pictures_{figure}", says, labels=["camera"])
    for camera, state in states.items():
        if (count := dict(state.figures).get(figure)) is not None:
            pictures.add_metric([camera], count)
    return pictures


def _crossings(services: Services, cameras: Mapping[str, str], now_90k: int) -> Metric:
    """Restarts from zero each day, as Prometheus expects of counters: the sum of years would take long. A line that
    has not been counting for some minutes is left out: that nobody crossed is not known."""
    installation = services.installation
    says = "Crossings of a line, since midnight UTC."
    crossings = CounterMetricFamily("passerby_line_crossings", says, labels=["camera", "rule", "way"])
    known = [each for each in installation.rules.lines() if each[0] in cameras]
    counting = installation.tallies.counting(known, now_90k - RECENT_90K)
    for (camera, rule, way), count in installation.tallies.since(counting, now_90k - now_90k % _DAY_90K).items():
        crossings.add_metric([camera, rule, way], count)
    return crossings


def _present(services: Services, cameras: Mapping[str, str], now_90k: int) -> Iterator[Metric]:
    """Of the latest minute that is known, at most some minutes ago: what is not known is left out, not zero."""
    people, most, waited = (
        GaugeMetricFamily(f"passerby_zone_{name}", f"{says}, in the newest minute.", labels=["camera", "rule"])
        for name, says in (
            ("people", "How many were in a zone or queue on average"),
            ("people_peak", "The most who were in a zone or queue at once"),
            ("waited_seconds", "How long those who left a queue had waited on average"),
        )
    )
    installation = services.installation
    for camera in cameras:
        recent = installation.presence.between(camera, now_90k - RECENT_90K, now_90k + MINUTE_90K, Per.MINUTE, UTC)
        newest = {each.rule: each for each in recent}  # they are in order of time
        for rule, each in newest.items():
            people.add_metric([camera, rule], each.mean)
            most.add_metric([camera, rule], each.most)
            if each.waited_s is not None:
                waited.add_metric([camera, rule], each.waited_s)
    yield from (people, most, waited)


def _free_bytes(folder: Path) -> float:
    try:
        return shutil.disk_usage(folder).free
    except OSError:  # its disk is gone: free space is unknown, everything else is reported
        return float("nan")
