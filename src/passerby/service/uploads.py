"""Lets recordings leave this machine when its settings allow it, and as fast as they allow."""

from __future__ import annotations

import threading

from passerby.archive.uploads import UploadStopped
from passerby.clock import Clock
from passerby.config.cluster import Cluster
from passerby.pace import Pace


class PolicyUploads:
    """See `archive.uploads.Uploads`. Thread-safe."""

    def __init__(self, settings: Cluster, clock: Clock) -> None:
        limit = settings.max_upload_kilobytes_per_s
        self.policy = settings.upload_policy
        self.pace = Pace(limit * 1000 if limit else None, clock)
        self._clock = clock
        self._stopping = threading.Event()

    @property
    def is_needed(self) -> bool:
        """Whether recordings are not simply sent when they end."""
        return self.policy.stays or self.pace.is_limited

    def may_begin(self) -> bool:
        local = self._clock.now_utc().astimezone()
        is_due = self.policy.may_begin(local.weekday(), local.hour * 60 + local.minute)
        return is_due and not self._stopping.is_set()

    def wait(self, size: int) -> None:
        if self._stopping.wait(self.pace.wait_s(size)):
            raise UploadStopped

    def stop(self) -> None:
        """From now on nothing leaves. What is on its way is given up."""
        self._stopping.set()
