"""What the cameras of one process share: the detectors, and the queues that use them."""

from __future__ import annotations

from passerby.closing import Closing
from passerby.engine.live.queue import FairQueue
from passerby.engine.passes import Detectors
from passerby.media import Kind


class Shared(Closing):
    """Detectors run only in the queue `detection`, so they need no lock. `learning` is for work that takes long."""

    def __init__(self, detectors: Detectors | None = None) -> None:
        """Loads every network. Raises ModelError."""
        # One thread: the other cores are busy with decoders, encoders and other processes with their own cameras.
        self.detectors = detectors or Detectors(threads=1)
        self.detectors.of(Kind, self.detectors.video_threads)
        self.detection = FairQueue("passerby-detect")
        self.learning = FairQueue("passerby-learning")

    def close(self) -> None:
        """Call it after the cameras are closed."""
        self.detection.close()
        self.learning.close()
