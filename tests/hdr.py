"""Makes HDR of a standard video: the same light on a screen, in BT.2020 and PQ or HLG at 10 bits, as telephones film.

Written from BT.2100 and BT.2087 apart from `passerby.media.hdr`, so that each checks the other.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

PQ, HLG = 16, 18
WHITE_NITS = 203.0
TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def signal(rgb: npt.NDArray[np.uint8], transfer: int) -> npt.NDArray[np.float64]:
    """R'G'B' from 0 to 1 of an sRGB picture, its white at 203 cd/m²."""
    share = np.arange(256) / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)[rgb]
    nits = np.clip(light @ TO_2020.T, 0, 1) * WHITE_NITS
    if transfer == PQ:
        y = (nits / 10_000) ** 0.1593017578125
        return np.asarray(((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375)
    scene = (nits / 1000) ** (1 / 1.2)
    low = np.sqrt(3 * np.minimum(scene, 1 / 12))
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.asarray(np.where(scene <= 1 / 12, low, high))


def hdr_picture(rgb: npt.NDArray[np.uint8], transfer: int) -> av.VideoFrame:
    """A yuv420p10le picture of limited range with its tags."""
    red, green, blue = np.moveaxis(signal(rgb, transfer), -1, 0)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    planes = [64 + 876 * luma, 512 + 896 * (blue - luma) / 1.8814, 512 + 896 * (red - luma) / 1.4746]
    height, width = luma.shape
    picture = av.VideoFrame(width, height, "yuv420p10le")
    for place, values in zip(picture.planes, planes, strict=True):
        if place.height < height:
            values = values.reshape(height // 2, 2, width // 2, 2).mean((1, 3))
        lines = np.zeros((place.height, place.line_size // 2), np.uint16)
        lines[:, : values.shape[1]] = np.rint(values)
        place.update(lines.tobytes())
    picture.color_range, picture.color_primaries, picture.color_trc, picture.colorspace = 1, 9, transfer, 9
    return picture


def hdr_copy(source: Path, out: Path, transfer: int) -> Path:
    """A video again, in HDR, as HEVC."""
    with av.open(str(source)) as clear, av.open(str(out), "w") as made:
        video = clear.streams.video[0]
        options = {"x265-params": "log-level=error:info=0", "crf": "16", "preset": "superfast"}
        stream = made.add_stream("libx265", video.average_rate or Fraction(25), options=options)
        stream.width, stream.height, stream.pix_fmt = video.width, video.height, "yuv420p10le"
        context = stream.codec_context
        context.color_range, context.color_primaries, context.color_trc, context.colorspace = 1, 9, transfer, 9
        for number, frame in enumerate(clear.decode(video)):
            picture = hdr_picture(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8), transfer)
            picture.pts, picture.time_base = number, 1 / (video.average_rate or Fraction(25))
            made.mux(stream.encode(picture))
        made.mux(stream.encode(None))
    return out
