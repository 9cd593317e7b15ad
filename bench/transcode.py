"""The plain transcode that passerby is measured against: decode and encode, nothing between.

    transcode.py SOURCE OUTPUT ENCODER OPTIONS_JSON THREADS

It imports PyAV and nothing of passerby, so that its cost is that of decoding and encoding alone.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction

import av
from av.video.stream import VideoStream


def transcode(source: str, output: str, encoder: str, options: dict[str, str], threads: int) -> None:
    """Every frame of the first video stream, with its own time, at the source's size and pixel format."""
    with av.open(source) as clear, av.open(output, "w") as coded:
        decoded = clear.streams.video[0]
        decoded.thread_type, decoded.codec_context.thread_count = "AUTO", threads
        stream = coded.add_stream(encoder, decoded.average_rate or Fraction(25), options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = decoded.width, decoded.height
        stream.pix_fmt = decoded.pix_fmt or "yuv420p"
        stream.codec_context.thread_count = threads
        stream.codec_context.time_base = decoded.time_base or Fraction(1, 90_000)
        for frame in clear.decode(decoded):
            frame.pict_type = 0  # the encoder chooses, not the source
            coded.mux(stream.encode(frame))
        coded.mux(stream.encode(None))


if __name__ == "__main__":
    _, source, output, encoder, options, threads = sys.argv
    transcode(source, output, encoder, json.loads(options), int(threads))
