"""Detects files that give decoding times instead of presentation times. What to do is left to `timestamps`."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import av

from passerby.capture.probe import open_container

PACKETS = 40
PICTURES = 12  # with the usual three B pictures in a row, two are enough


def is_timed_by_decoding(path: Path, stream_index: int) -> bool:
    """Whether the decoder reorders pictures although the times of their packets are in order.

    Only files that may be affected are decoded for this, and only their beginning.
    """
    container, stream = open_container(path)
    with container:
        if stream.index != stream_index or not _may_be(container, stream):
            return False
    container, stream = open_container(path)
    with container:
        stream.codec_context.thread_count = 1
        try:
            times = [picture.pts for picture in islice(container.decode(stream), PICTURES)]
        except (av.FFmpegError, OSError):  # the error is reported where the file is read
            return False
    return any(a is not None and b is not None and b < a for a, b in pairwise(times))


def _may_be(container: av.container.InputContainer, stream: av.VideoStream) -> bool:
    """Whether presentation and decoding time differ by the same amount in every packet."""
    distances = set()
    try:
        for packet in islice(container.demux(stream), PACKETS):
            if packet.size and packet.pts is not None and packet.dts is not None:
                distances.add(packet.pts - packet.dts)
    except (av.FFmpegError, OSError):
        return False
    return len(distances) == 1
