"""Tries addresses of cameras: see `api.ports.Services.try_camera`."""

from __future__ import annotations

import threading

from passerby.config import Config
from passerby.engine.live.trial import CameraTrial
from passerby.fleet.trial import try_apart
from passerby.service.configured import base_plan


class Trials:
    """Thread-safe."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._room = threading.BoundedSemaphore(2)  # each takes a processor for seconds: recording comes first

    def try_camera(self, address: str, transport: str, trust_any_certificate: bool) -> CameraTrial:
        """address: SECRET. Blocks for seconds."""
        if not self._room.acquire(blocking=False):
            return CameraTrial(reason="others are testing cameras (hint: try again in a minute)")
        try:
            return try_apart(base_plan(self._config, address, transport, trust_any_certificate))
        finally:
            self._room.release()
