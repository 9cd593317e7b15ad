"""Makes a still of what a camera should see: established background, with the rest covered as in every frame."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from passerby.background import Background
from passerby.media import Cover, RawFrame
from passerby.media.frames import plane_views
from passerby.paint import Redactor
from passerby.record import encode_still

QUALITY = 20


def reference_still(background: Background) -> bytes:
    """A JPEG of the background's own size, up to 640 pixels wide."""
    rows, columns = background.established.shape
    picture = av.VideoFrame(columns, rows, "yuv444p")
    known = background.established
    for made, plane in zip(plane_views(picture), background.picture, strict=True):
        np.copyto(made, plane * known)
    picture.pts, picture.time_base = 0, Fraction(1)
    unknown = None if known.all() else ~known
    redacted = Redactor("solid").redact(RawFrame(picture, 0, 0, Fraction(1)), Cover((), unknown))
    return encode_still(redacted, "mjpeg", QUALITY)
