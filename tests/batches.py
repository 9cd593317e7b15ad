"""What tests of many files share: clips of a drawn street, and who hears of the progress."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av

from passerby.batch import Job, Outcome
from passerby.engine import Progress


def short(source: Path, to: Path, begin: int, count: int = 10) -> None:
    with av.open(str(source)) as video, av.open(str(to), "w") as made:
        stream = made.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number, picture in enumerate(video.decode(video=0)):
            if begin <= number < begin + count:
                made.mux(stream.encode(av.VideoFrame.from_ndarray(picture.to_ndarray(), format="yuv420p")))
        made.mux(stream.encode(None))


class Log:
    """What is told. at_step: called with each file's progress."""

    def __init__(self, at_step: Callable[[Job], None] = lambda job: None) -> None:
        self.warnings: list[str] = []
        self.at_step = at_step

    def started(self, job: Job) -> None: ...

    def progressed(self, job: Job, progress: Progress) -> None:
        self.at_step(job)

    def ended(self, outcome: Outcome) -> None: ...

    def warned(self, says: str) -> None:
        self.warnings.append(says)
