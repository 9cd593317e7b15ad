"""Creates the parts of a service and connects them. It starts none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passerby.access import Installation
from passerby.access.installation import catalogue_url
from passerby.api import Services
from passerby.archive import Archive, split_days
from passerby.archive.retention import Space
from passerby.config import Config
from passerby.fleet.worker import Places
from passerby.folders import emptied
from passerby.jobs import Jobs, Limits
from passerby.notify.alarms import Alarms
from passerby.notify.configured import ConfiguredNotifier
from passerby.service.configured import ConfiguredFleet
from passerby.service.trials import Trials


@contextmanager
def opened(data: Path, installation: Installation) -> Iterator[Services]:
    config = installation.config
    space = space_of(config)
    url, store = catalogue_url(data, config), config.storage.recordings
    split_days(url)  # no other machine writes there
    with Archive(data, catalogue_url=url, store=store, space=space) as archive:
        fleet = ConfiguredFleet(installation, Places(data, data / "backgrounds", url, store))
        jobs = make_jobs(data, installation)
        notifier = ConfiguredNotifier(installation)
        yield Services(
            installation, archive, emptied(data / "exports"), fleet,
            Trials(config).try_camera, jobs,
            Alarms(installation.clock), notifier,
        )  # fmt: skip


def space_of(config: Config) -> Space:
    """How much space recordings may take."""
    return Space(_bytes(config.storage.max_gigabytes), _bytes(config.storage.min_free_gigabytes) or 0)


def make_jobs(data: Path, installation: Installation) -> Jobs:
    """The jobs that redact users' uploads."""
    config = installation.config.redact
    limits = Limits(config.max_bytes, config.max_files, config.keep_minutes * 60, config.max_files_per_user)
    return Jobs(data / "redactions", installation.clock, limits)


def _bytes(gigabytes: float | None) -> int | None:
    return None if gigabytes is None else round(gigabytes * 1e9)
