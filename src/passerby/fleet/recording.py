"""What one camera records: kept first, then published. Opening the camera, and opening it again, is the runner's."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from passerby.archive import CameraWriter
from passerby.archive.writer import LONGEST_HOLE_90K
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S, Fragment

LONGEST_AWAY_S = LONGEST_HOLE_90K / TICKS_PER_S  # after a longer one a new object begins anyhow

Publish = Callable[[str, Fragment], None]


class Recording:
    """Used by the camera's thread; `trouble` may be asked from any."""

    def __init__(
        self, camera: str, writer: CameraWriter, publish: Publish, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """publish: is given every fragment once it was recorded."""
        self._camera, self._writer, self._publish, self._monotonic_s = camera, writer, publish, monotonic_s
        self._kept_s = monotonic_s()
        self.trouble: str | None = None
        """Why nothing is recorded now, in words. None: all is, as far as anything came."""

    def keep(self, fragment: Fragment) -> None:
        """Recorded first: nobody watches what there is no record of. Where it cannot be, that is told."""
        try:
            is_kept = self._writer.append(fragment)
        except OutputError as error:
            self.trouble = str(error)
            return
        if not is_kept:  # what follows a key frame that could not be kept
            return
        self._kept_s = self._monotonic_s()
        if fragment.is_key:  # only then were the disk and the catalogue asked
            self.trouble = None
        if self.trouble is None:
            self._publish(self._camera, fragment)

    def end_if_away(self, for_s: float) -> None:
        """End the open object where nothing can be added to it any more. for_s: how long nothing will come from now on.

        An open object is tended by nobody but its writer: of a camera that never comes back it would be kept for ever.
        """
        if self._monotonic_s() + for_s - self._kept_s > LONGEST_AWAY_S:
            with suppress(OutputError):  # let go of all the same: `Archive.maintain` finishes it, or says why it cannot
                self._writer.close()

    def close(self) -> None:
        """Raises OutputError; the object is finished later then."""
        self._writer.close()
