"""Tells the catalogue at once which cameras this node records now: who had them before is refused from then on."""

from __future__ import annotations

import logging
import threading

from passerby.access import Installation
from passerby.archive import Archive
from passerby.errors import PasserbyError
from passerby.fleet.keeper import Keeper
from passerby.ongoing import Ongoing

log = logging.getLogger("passerby.worker")


class NewFences:
    """`are_due` from any thread; `raise_new` in one of its own: the session is renewed while the catalogue is away."""

    def __init__(self, installation: Installation, archive: Archive, keeper: Keeper) -> None:
        self._installation, self._archive, self._keeper = installation, archive, keeper
        self._due = threading.Event()
        self._raised: dict[str, int] = {}
        self._trouble = Ongoing(log.warning)

    def are_due(self) -> None:
        """This node has other cameras now."""
        self._due.set()

    def raise_new(self) -> None:
        if not self._due.is_set():
            return
        self._due.clear()
        try:
            self._raise()
            self._trouble.note(None)
        except PasserbyError as error:  # the first recording under the new token does the same
            self._due.set()
            self._trouble.note(str(error))

    def _raise(self) -> None:
        """Unless they were given away in order: then who had them goes on until the first recording."""
        now: dict[str, int] = {}
        for camera in self._installation.cameras.list():
            token = self._keeper.token_of(camera.name)
            if token is not None:
                now[camera.name] = token
        new = {
            camera: token
            for camera, token in now.items()
            if self._raised.get(camera) != token and self._keeper.takes_over(camera)
        }
        for token in set(new.values()):
            self._archive.raise_fences([camera for camera, its in new.items() if its == token], token)
        if now.keys() != self._raised.keys():
            log.info("this node has %d cameras", len(now))
        self._raised = now
