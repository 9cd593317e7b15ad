"""Paints the cover of each frame of one source into a fresh picture. The only maker of `RedactedFrame`s."""

from __future__ import annotations

from dataclasses import replace

import av
import cv2
import numpy as np

from passerby.media import Cover, RawFrame, RedactedFrame
from passerby.media.frames import Plane, plane_views
from passerby.media.look import NEUTRAL
from passerby.paint.canvas import Canvas
from passerby.paint.flat import FlatPaint
from passerby.paint.palette import samples_of, samples_of_kinds
from passerby.paint.region import Area, Region
from passerby.paint.soften import Softening, soften
from passerby.settings import Style

Planes = tuple[Plane, Plane, Plane]


class Redactor:
    """Covers the frames of one source, in order.

    style: what is drawn over hidden parts. `silhouette`, `solid` and `background` make the output a function of the
    uncovered pixels only; `mosaic` and `blur` do not. quiet: blocks that changed by less than sensor noise keep the
    pixels shown before, so that an encoder can skip them; for fixed cameras. Do not share between threads.
    """

    def __init__(self, style: Style = "silhouette", *, quiet: bool = False) -> None:
        self._style = style
        self._quiet = quiet
        self._look: tuple[object, ...] = ()
        self._flat: tuple[FlatPaint, FlatPaint]  # of luma and of chroma
        self._region: Region
        self._canvas: Canvas | None = None
        self._painted: RedactedFrame | None = None

    def redact(self, frame: RawFrame, cover: Cover) -> RedactedFrame:
        """The frame with its cover painted on. The frame's own picture is not changed.

        A chroma sample is hidden if any of its luma pixels is, so shown luma at an edge may have a cover's tint.
        If the size, format or colour description differs from the previous picture's, it starts afresh.
        """
        if cover.whole is not None:
            self.forget()  # the next frame may be another scene
            return self._finish(frame, _flat(frame.picture), 1.0)
        self._suit(frame.picture)
        planes, region = frame.planes(), self._region
        region.draw(cover)
        if self._canvas is not None:
            self._canvas.observe(planes, region)
        out = _fresh(frame.picture)
        out_planes = plane_views(out)
        for made, source in zip(out_planes, planes if self._canvas is None else self._canvas.planes, strict=True):
            np.copyto(made, source)
        if self._style == "mosaic" or self._style == "blur":
            self._soften(planes, out_planes, self._style)
        elif not (self._style == "background" and self._canvas is not None and self._canvas.all_seen):
            for area in region.areas:
                self._paint(area, out_planes)
        return self._finish(frame, out, region.hidden)

    def redact_or_repeat(self, frame: RawFrame, cover: Cover) -> RedactedFrame:
        """Like `redact`, but if the cover says that nothing is new, returns the same picture as before, so that it need
        not be encoded. For live frames, which are handed on one by one."""
        if cover.again and self._painted is not None:
            return replace(self._painted, index=frame.index, pts=frame.pts, time_base=frame.time_base)
        painted = self.redact(frame, cover)
        self._painted = painted
        return painted

    def forget(self) -> None:
        """Drops the canvas: after a cut, nothing of the previous scene may be shown again."""
        self._look, self._canvas, self._painted = (), None, None

    def _suit(self, picture: av.VideoFrame) -> None:
        """Prepares memory and colours for pictures like this one, if the last was different."""
        tags = (picture.colorspace, picture.color_range, picture.color_trc)
        look = (picture.width, picture.height, picture.format.name, *tags)
        if look == self._look:
            return
        self._look = look
        base = picture.format.name[:7].replace("yuvj", "yuv")
        shift_x, shift_y = int("444" not in base), int("420" in base)
        self._region = Region(picture.width, picture.height, shift_x, shift_y)
        like, colours = plane_views(picture), samples_of_kinds(picture, solid=self._style == "solid")
        self._flat = (
            FlatPaint({kind: samples[:1] for kind, samples in colours.items()}, like[0]),
            FlatPaint({kind: samples[1:] for kind, samples in colours.items()}, like[1]),
        )
        self._canvas = None
        if self._quiet or self._style == "background":
            for_background = self._style == "background"
            self._canvas = Canvas(like, shift_x, shift_y, quiet=self._quiet, for_background=for_background)

    def _paint(self, area: Area, out: Planes) -> None:
        """Paints flat colours; in the style `background`, only over what was never seen."""
        region = self._region
        parts = area.of_luma, area.of_chroma(region.shift_x, region.shift_y)
        for i, (part, marks, planes) in enumerate(
            zip(parts, (region.luma, region.chroma), (out[:1], out[1:]), strict=True)
        ):
            hidden = marks[part]
            if self._style == "background" and self._canvas is not None:
                hidden = np.asarray(cv2.bitwise_and(hidden, self._canvas.unseen[i][part]), np.uint8)
            self._flat[i].paint([plane[part] for plane in planes], hidden, region.kinds)

    def _soften(self, planes: Planes, out: Planes, how: Softening) -> None:
        """Softens shape by shape, since each has its own grid."""
        region = self._region
        for span in region.spans:
            area = Area.of_span(span, region.width, region.height)
            for i, (source, made) in enumerate(zip(planes, out, strict=True)):
                shift = (region.shift_x, region.shift_y) if i else (0, 0)
                part = area.of_chroma(*shift)
                marks = (region.chroma if i else region.luma)[part]
                cv2.copyTo(soften(source, span, shift, how), marks, made[part])

    @staticmethod
    def _finish(frame: RawFrame, picture: av.VideoFrame, hidden: float) -> RedactedFrame:
        picture.pts, picture.time_base = frame.pts, frame.time_base
        return RedactedFrame(picture, frame.index, frame.pts, frame.time_base, hidden)


def _fresh(picture: av.VideoFrame) -> av.VideoFrame:
    """A new picture of the same size, format and colour tags. Side data (GPS, captions) and metadata stay behind."""
    made = av.VideoFrame(picture.width, picture.height, picture.format.name)
    made.colorspace, made.color_range = picture.colorspace, picture.color_range
    made.color_trc, made.color_primaries = picture.color_trc, picture.color_primaries
    return made


def _flat(picture: av.VideoFrame) -> av.VideoFrame:
    """A picture of one dark colour. No pixel of the source is read."""
    made = _fresh(picture)
    for plane, sample in zip(plane_views(made), samples_of(NEUTRAL, picture), strict=True):
        plane[:] = sample
    return made
