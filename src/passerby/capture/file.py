"""Opens a video file as a source of frames. What can be wrong with a file is left to `probe` and `decode`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path

from passerby.capture.probe import open_container
from passerby.capture.sample import sample
from passerby.capture.source import VideoSource
from passerby.media.frames import RawFrame


def open_source(path: str | PathLike[str], start_s: float | None = None, end_s: float | None = None) -> VideoSource:
    """The frames of a video file from start_s to before end_s, seconds from its start. Use it in a `with` block.

    The first frame is decoded at once, so that undecodable files fail here.
    Raises SourceError: missing, empty, a folder, not a video, sound only, no decoder, no frame, absurd size or colours.
    """
    container, stream = open_container(Path(path))
    try:
        return VideoSource(Path(path), container, stream, start_s, end_s)
    except BaseException:
        container.close()
        raise


def sample_frames(
    path: str | PathLike[str],
    times_s: Sequence[float] | None = None,
    count: int = 40,
    start_s: float | None = None,
    end_s: float | None = None,
) -> Iterator[RawFrame]:
    """A sparse sample of a file: up to `count` frames spread over it, or frames near `times_s`, in order of time.

    Cheap on long files: if there are enough key frames, only those are decoded. Damaged frames are left out.
    `index` counts the samples, not the frames of the file. Raises SourceError as `open_source` does.
    """
    return sample(Path(path), times_s, count, start_s, end_s)
