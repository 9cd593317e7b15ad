"""Finds out what is in view in a video, for events and counts: the way of a redaction, without making pictures."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from os import PathLike
from typing import Literal

from passerby.capture import VideoSource, open_source
from passerby.engine.choose import choose_mode
from passerby.engine.examiner import Examiner
from passerby.engine.observer import Observer
from passerby.engine.passes import Detectors
from passerby.engine.progress import OnProgress, Progress
from passerby.engine.threads import ahead, telling_last
from passerby.media import InView
from passerby.settings import Settings

DETECT_EVERY_S = 0.2  # at 0.5 s, one crossing in ten of campus.avi is missed


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed. mode, why: see `choose_mode`. whole: frames of which nothing is known, since they are damaged
    or nothing was established yet. duration_s: from the first frame to the last."""

    mode: Literal["reveal", "cover"]
    why: str
    frames: int
    whole: int
    duration_s: float


def observe(
    source: str | PathLike[str],
    note: Callable[[InView], None],
    *,
    detect_every_s: float = DETECT_EVERY_S,
    settings: Settings | None = None,
    wants_changes: bool = False,
    wants_vehicles: bool = False,
    progress: OnProgress | None = None,
    detectors: Detectors | None = None,
) -> Observed:
    """Calls `note` with what is in view in each frame of a video, in order. settings: of a redaction; the defaults if
    None. wants_changes, wants_vehicles: see `Observer`.

    Raises SourceError or ModelError, and DetectorError if at the end the detectors do not find what they must find:
    then nobody knows what happened.
    """
    detectors = detectors or Detectors(threads=os.cpu_count())
    with open_source(source) as video:
        observer = Observer(note, detect_every_s, lambda: wants_changes, lambda: wants_vehicles)
        observed = _observe(video, settings or Settings(), observer, detectors, progress)
    detectors.prove()
    return observed


def _observe(
    video: VideoSource, settings: Settings, observer: Observer, detectors: Detectors, progress: OnProgress | None
) -> Observed:
    def tell(stage: Literal["learning", "observing"], done: int, total: int | None, fps: float = 0.0) -> None:
        if progress:
            progress(Progress(stage, done, total, fps))

    chosen = choose_mode(video, settings, detectors, lambda done, total: tell("learning", done, total), observer)
    examiner, started = chosen.examiner, time.perf_counter()
    frames = whole = 0
    last_s = start_s = float(video.start_pts * video.time_base)

    def hand_over(examiner: Examiner) -> int:
        """Returns how many frames were hidden whole."""
        hidden = 0
        while (ready := examiner.pop()) is not None:
            observer.note(ready.in_view)
            hidden += ready.cover.whole is not None
        examiner.ended_tracks.clear()  # of covers, which nobody sees here
        return hidden

    with closing(ahead(video)) as decoded:
        for frame, is_last in telling_last(decoded):
            examiner.push(examiner.detect(frame, is_last=is_last))
            frames, last_s = frames + 1, frame.time_s
            whole += hand_over(examiner)
            tell("observing", frames, video.frame_count_estimate, frames / (time.perf_counter() - started))
    examiner.end()
    whole += hand_over(examiner)
    return Observed(chosen.mode, chosen.why, frames, whole, round(last_s - start_s, 3))
