"""Paints the cover of each frame of one source into a fresh picture. The only maker of `RedactedFrame`s."""

from __future__ import annotations

import av
import cv2
import numpy as np

from passerby.media import Cover, RawFrame, RedactedFrame
from passerby.media.frames import Plane, plane_views
from passerby.paint.canvas import Canvas
from passerby.paint.palette import COLOURS, NEUTRAL, samples_of, tables
from passerby.paint.region import Patch, Region
from passerby.paint.soften import soften
from passerby.settings import Style

Planes = tuple[Plane, Plane, Plane]


MANY_PATCHES = 24
"""From about here on the calls for each patch cost more than the pixels of a whole picture."""


class Redactor:
    """Covers the frames of one source, in order.

    style: what is drawn over what is hidden; `silhouette`, `solid` and `background` make the output a function of
    the uncovered pixels alone, `mosaic` and `blur` do not. quiet: blocks that changed by less than sensor noise keep
    the pixels shown before, so that an encoder can skip them; for fixed cameras. Not safe to share between threads.
    """

    def __init__(self, style: Style = "silhouette", *, quiet: bool = False) -> None:
        self._style = style
        self._quiet = quiet
        self._look: tuple[object, ...] = ()
        self._colours: Planes
        self._region: Region
        self._canvas: Canvas | None = None

    def redact(self, frame: RawFrame, cover: Cover) -> RedactedFrame:
        """The frame with its cover painted on. The frame's own picture is only read.

        Hidden chroma: any sample of which a luma pixel is hidden, so shown luma at an edge may have a cover's tint.
        A picture of another size, format or colour description than the one before starts anew.
        """
        if cover.whole is not None:
            self.forget()  # what comes after may be another scene
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
        for patch in self._patches(frame):
            self._paint(patch, planes, out_planes)
        return self._finish(frame, out, region.hidden)

    def forget(self) -> None:
        """Drops the canvas: after a cut, nothing of the scene before is shown again."""
        self._look, self._canvas = (), None

    def _suit(self, picture: av.VideoFrame) -> None:
        """Makes the memory and the colours for pictures like this one, if the last was different."""
        look = (picture.width, picture.height, picture.format.name, picture.colorspace, picture.color_range)
        if look == self._look:
            return
        self._look = look
        base = picture.format.name[:7].replace("yuvj", "yuv")
        self._region = Region(picture.width, picture.height, int("444" not in base), int("420" in base))
        self._colours = tables({} if self._style == "solid" else COLOURS, picture)
        remembers = self._quiet or self._style == "background"
        self._canvas = Canvas(plane_views(picture), quiet=self._quiet) if remembers else None

    def _patches(self, frame: RawFrame) -> list[Patch]:
        """Where to paint: each shape by itself, or with many flat ones the whole picture in one go."""
        patches = self._region.patches
        if len(patches) > MANY_PATCHES and self._style not in ("mosaic", "blur"):
            return [Patch.whole(frame.width, frame.height)]
        return patches

    def _paint(self, patch: Patch, planes: Planes, out: Planes) -> None:
        region = self._region
        for i, (source, made, colours) in enumerate(zip(planes, out, self._colours, strict=True)):
            shift = (region.shift_x, region.shift_y) if i else (0, 0)
            part = patch.of_chroma(*shift)
            marks = (region.chroma if i else region.luma)[part]
            if self._style == "mosaic" or self._style == "blur":
                cv2.copyTo(soften(source, patch.span, shift, self._style), marks, made[part])
                continue
            if self._style == "background" and self._canvas is not None:
                if self._canvas.all_seen:
                    return  # the canvas is already there
                marks = np.asarray(cv2.bitwise_and(marks, self._canvas.unseen[min(i, 1)][part]), np.uint8)
            cv2.copyTo(cv2.LUT(marks, colours), marks, made[part])

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
    """A picture of one dark colour. Not a pixel of the source is read."""
    made = _fresh(picture)
    for plane, sample in zip(plane_views(made), samples_of(NEUTRAL, picture), strict=True):
        plane[:] = sample
    return made
