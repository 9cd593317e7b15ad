"""Converts any decoded picture to the form of all frames: planar YUV, progressive, one size."""

from __future__ import annotations

from fractions import Fraction

import av
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from passerby.media.frames import PICTURE_FORMATS

_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND
TAG_OF_MATRIX = {Colorspace.ITU709: 1, Colorspace.ITU601: 5}  # H.273's number for each


def nearest_format(format: av.VideoFormat, of_rgb: str) -> str:
    """The format in `PICTURE_FORMATS` that loses least: chroma is not reduced, and at most 10 bits are kept. of_rgb:
    what 8-bit RGB becomes."""
    if format.name in PICTURE_FORMATS:
        return format.name
    deep = "10le" if max(c.bits for c in format.components) > 8 else ""
    if is_rgb(format):
        return of_rgb + deep
    if len(format.components) < 3:  # gray, with or without alpha
        return "yuv420p" + deep
    halved_across = format.chroma_width(16) < 16
    halved_down = format.chroma_height(16) < 16
    if not halved_across:
        return "yuv444p" + deep
    return ("yuv420p" if halved_down else "yuv422p") + deep


class PictureFitter:
    """Converts the pictures of one stream. Those that already fit are passed on without a copy.

    The first picture sets the size and format for all. RGB becomes YUV by rgb_matrix and rgb_range, in of_rgb: in a
    video 4:2:0, since few browsers play the H.264 that a GIF would become otherwise.
    """

    def __init__(
        self,
        rgb_matrix: Colorspace = Colorspace.ITU709,
        rgb_range: ColorRange = ColorRange.MPEG,
        of_rgb: str = "yuv420p",
    ) -> None:
        self._reformatter = VideoReformatter()
        self._of_rgb = of_rgb
        self._rgb_matrix = rgb_matrix
        self._rgb_range = rgb_range
        self.size: tuple[int, int] | None = None
        """Width and height that every picture gets; None before the first."""
        self._format: str | None = None

    def fit(self, picture: av.VideoFrame) -> av.VideoFrame:
        """The picture in the format and size of the stream."""
        if self.size is None or self._format is None:
            self.size = (picture.width, picture.height)
            self._format = nearest_format(picture.format, self._of_rgb)
        if (
            picture.format.name == self._format
            and (picture.width, picture.height) == self.size
            and _lines_run_down(picture)
        ):
            return picture
        return self._convert(picture, self.size, self._format)

    def _convert(self, picture: av.VideoFrame, size: tuple[int, int], format: str) -> av.VideoFrame:
        if is_rgb(picture.format):
            return self._convert_rgb(picture, size, format)
        gray = len(picture.format.components) < 3  # swscale takes all gray as full range
        full = gray or picture.color_range == ColorRange.JPEG
        out = self._reformatter.reformat(
            picture,
            width=size[0],
            height=size[1],
            format=format,
            interpolation=_EXACT,
            threads=1,
            src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        )
        out.colorspace = picture.colorspace
        out.color_trc, out.color_primaries = picture.color_trc, picture.color_primaries
        return out

    def _convert_rgb(self, picture: av.VideoFrame, size: tuple[int, int], format: str) -> av.VideoFrame:
        out = self._reformatter.reformat(
            picture,
            width=size[0],
            height=size[1],
            format=format,
            interpolation=_EXACT,
            threads=1,
            dst_colorspace=self._rgb_matrix,
            dst_color_range=self._rgb_range,
        )
        out.colorspace = TAG_OF_MATRIX[self._rgb_matrix]
        out.color_trc, out.color_primaries = picture.color_trc, picture.color_primaries
        return out


def is_rgb(format: av.VideoFormat) -> bool:
    """Whether a format has red, green and blue, directly or in a palette."""
    return format.is_rgb or format.has_palette


def _lines_run_down(picture: av.VideoFrame) -> bool:
    return all(plane.line_size > 0 for plane in picture.planes)


class Deinterlacer:
    """Turns each interlaced picture into one progressive picture. Until the first interlaced one, pictures bypass it.

    One picture comes out for each one that goes in, in order but later, together with its attached data.
    """

    def __init__(self, time_base: Fraction) -> None:
        self._time_base = time_base
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[int, int, str] | None = None

    def push(self, picture: av.VideoFrame) -> list[av.VideoFrame]:
        """Takes a picture; returns those that are ready."""
        shape = (picture.width, picture.height, picture.format.name)
        if self._graph is None:
            if not picture.interlaced_frame:
                return [picture]
            self._start(picture)
        elif shape != self._shape:
            ready = self.flush()
            return ready + self.push(picture)
        assert self._graph is not None
        self._graph.vpush(picture)
        return self._pull()

    def flush(self) -> list[av.VideoFrame]:
        """The pictures still inside. Afterwards it starts afresh."""
        if self._graph is None:
            return []
        self._graph.vpush(None)
        ready = self._pull()
        self._graph = None
        return ready

    def _start(self, picture: av.VideoFrame) -> None:
        graph = av.filter.Graph()
        graph.threads = 1
        source = graph.add(
            "buffer",
            video_size=f"{picture.width}x{picture.height}",
            pix_fmt=picture.format.name,
            time_base=str(self._time_base),
            pixel_aspect="1/1",
            colorspace=str(int(picture.colorspace)),
            range=str(int(picture.color_range)),
        )
        # send_frame: one picture out per picture in. deint=interlaced: progressive ones pass untouched.
        graph.link_nodes(
            source, graph.add("bwdif", "mode=send_frame:parity=auto:deint=interlaced"), graph.add("buffersink")
        )
        graph.configure()
        self._graph = graph
        self._shape = (picture.width, picture.height, picture.format.name)

    def _pull(self) -> list[av.VideoFrame]:
        assert self._graph is not None
        ready = []
        while True:
            try:
                ready.append(self._graph.vpull())
            except (av.error.BlockingIOError, av.error.EOFError):
                return ready
