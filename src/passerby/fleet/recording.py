"""Records one camera: stores each fragment, then publishes it. Opening and reopening the camera is the runner's job."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from passerby.archive import CameraWriter
from passerby.archive.writer import LONGEST_HOLE_90K
from passerby.errors import OutputError, Superseded
from passerby.media.segments import TICKS_PER_S, Fragment

LONGEST_AWAY_S = LONGEST_HOLE_90K / TICKS_PER_S  # after a longer gap a new object begins anyway

Publish = Callable[[str, Fragment], None]


class Recording:
    """Used by the camera's thread; `trouble` may be read from any."""

    def __init__(
        self, camera: str, writer: CameraWriter, publish: Publish, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """publish: called with every fragment once it is recorded."""
        self._camera, self._writer, self._publish, self._monotonic_s = camera, writer, publish, monotonic_s
        self._kept_s = monotonic_s()
        self.trouble: str | None = None
        """Why nothing is being recorded, in words. None: everything that arrived is."""
        self.is_superseded = False
        """Whether another machine records the camera now: nothing is kept any more."""

    def keep(self, fragment: Fragment) -> None:
        """Records first: nobody may watch what is not recorded. A failure is reported in `trouble`."""
        if self.is_superseded:
            return
        try:
            is_kept = self._writer.append(fragment)
        except OutputError as error:
            self.is_superseded = isinstance(error, Superseded)
            self.trouble = str(error)
            return
        if not is_kept:  # it follows a key frame that could not be recorded
            return
        self._kept_s = self._monotonic_s()
        if fragment.is_key:  # only then were the disk and the catalogue used
            self.trouble = None
        if self.trouble is None:
            self._publish(self._camera, fragment)

    def end_if_away(self, for_s: float) -> None:
        """End the open object if nothing more can be added to it. for_s: how long nothing will arrive from now on.

        Only its writer maintains an open object: that of a camera that never returns would be kept for ever.
        """
        if self._monotonic_s() + for_s - self._kept_s > LONGEST_AWAY_S:
            with suppress(OutputError):  # it is released anyway: `Archive.maintain` finishes it, or says why it cannot
                self._writer.close()

    def close(self) -> None:
        """Raises OutputError; the object is then finished later."""
        self._writer.close()
