"""What the cameras of one process share: the detectors, and the queues that use them."""

from __future__ import annotations

from passerby.closing import Closing
from passerby.engine.live.queue import FairQueue
from passerby.engine.looks import Detectors
from passerby.media import Kind


class Shared(Closing):
    """Detectors are used only in the queue `looks`, so they need no lock. `learning` is for work that takes long."""

    def __init__(self, detectors: Detectors | None = None) -> None:
        """Loads every network. Raises ModelError."""
        # One thread: the other cores are busy with decoders, encoders and other processes with their own cameras.
        self.detectors = detectors or Detectors(threads=1)
        self.detectors.of(Kind, self.detectors.video_threads)
        self.looks = FairQueue("passerby-looks")
        self.learning = FairQueue("passerby-learning")

    def close(self) -> None:
        """Call it after the cameras are closed."""
        self.looks.close()
        self.learning.close()
