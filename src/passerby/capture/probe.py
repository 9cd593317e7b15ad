"""Opens a file, or explains in one sentence why it cannot be read as video. Decoding is left to `decode`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.capture.kinds import content_of
from passerby.errors import SourceError, os_reason
from passerby.media import hdr
from passerby.media.endings import STILLS, suffix_of
from passerby.media.still_kinds import Content
from passerby.names import kind_of

OPEN_TIMEOUT_S = 15.0
READ_TIMEOUT_S = 30.0  # a sleeping disk or a network share may take seconds
SMALLEST_SIDE_PX = 16
LARGEST_SIDE_PX = 16384  # 16K; beyond it one frame alone would take gigabytes

# FFmpeg plays text files and lists of other files as video. A list could make passerby read any file or address.
NOT_VIDEO_FORMATS = frozenset(
    {
        "tty",
        "bin",
        "xbin",
        "adf",
        "idf",
        "lavfi",
        "concat",
        "hls",
        "dash",
        "sdp",
        "imf",
        "ffmetadata",
        "srt",
        "ass",
        "webvtt",
    }
)


OTHER_COLOURS = {8: "YCgCo", 14: "ICtCp", 15: "IPT (Dolby Vision)", 16: "YCgCo-R", 17: "YCgCo-R"}
"""By the matrix's number in ITU-T H.273."""
DOLBY_TAGS = frozenset({"dvh1", "dvhe", "dva1", "dvav", "dav1"})
"""Tags of Dolby Vision that is not HDR10 or HLG without its own data: decoders show it green and violet."""


class SoundOnly(SourceError):
    """The file is intact, but its only picture is that of a cover."""


def open_container(path: Path) -> tuple[InputContainer, VideoStream]:
    """The container, opened with timeouts, and its video stream. The caller closes it. Raises SourceError."""
    if checked_content(path).is_still(path.name):
        raise SourceError(f"couldn't play '{path}': it is a still picture", hint="name a video")
    return _open_video(path)


def has_pictures(path: Path) -> bool:
    """Whether a file is or may be a picture or a video, whatever its name: by its content, or because FFmpeg can play
    it. Sound with a picture of its cover is neither."""
    try:
        content = checked_content(path)
    except SourceError:
        return False
    if content.still:
        return True
    try:
        _open_video(path)[0].close()
    except SoundOnly:
        return False
    except SourceError:
        return content.is_video
    return True


def _open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    container = _open(path)
    try:
        return container, _video_stream(container, path)
    except BaseException:
        container.close()
        raise


def checked_content(path: Path) -> Content:
    """What a file is by its content. Refuses anything but a regular file that is not empty."""
    there = kind_of(path)
    if there is None and not _is_forbidden(path):
        raise SourceError(f"couldn't open '{path}': there is no such file", hint="check the name and the folder")
    if there == "folder":
        raise SourceError(f"couldn't open '{path}': it is a folder", hint="name a file in it")
    if there == "other":
        raise SourceError(f"couldn't open '{path}': it is not a regular file", hint="copy the video to a file first")
    try:
        content = content_of(path)
    except OSError as error:
        raise SourceError(f"couldn't open '{path}': {os_reason(error)}", hint="check its permissions") from error
    if content is None:
        raise SourceError(f"couldn't read '{path}': the file is empty", hint="copy it again from where it came")
    return content


def _is_forbidden(path: Path) -> bool:
    """Whether its folder may not be read, so that nothing is known about the file."""
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _open(path: Path) -> InputContainer:
    try:
        # "file:" and the whitelist: a name like "concat:a|b" or a list inside the file must not reach anything else.
        container = av.open(
            _Nameless(path) if suffix_of(path.name) in STILLS else f"file:{path.absolute()}",
            "r",
            container_options={"protocol_whitelist": "file"},
            metadata_errors="replace",
            timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S),
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SourceError(
            f"couldn't read '{path}': {_why_not_opened(path, error)}", hint="is it a video, copied whole?"
        ) from error
    if NOT_VIDEO_FORMATS.intersection(container.format.name.split(",")):
        container.close()
        raise SourceError(
            f"couldn't read '{path}': it is text or a list of files, not a video", hint="name the video itself"
        )
    if _is_still_format(container.format.name):
        container.close()
        raise SourceError(
            f"couldn't read '{path}': it is a still picture of a kind that passerby does not read",
            hint="convert it to JPEG, PNG or TIFF first",
        )
    return container


class _Nameless:
    """A file whose name is hidden from FFmpeg, which would take a video named `.jpg` for a still."""

    def __init__(self, path: Path) -> None:
        file = path.open("rb")
        self.read, self.seek, self.tell, self.close = file.read, file.seek, file.tell, file.close


def _is_still_format(name: str) -> bool:
    """Whether this is FFmpeg's format for stills. Not JPEG: videos of single JPEGs begin like that too."""
    return (name.endswith("_pipe") and name != "jpeg_pipe") or name in ("image2", "ico", "jpegxl_anim", "apng", "webp")


def _why_not_opened(path: Path, error: Exception) -> str:
    if isinstance(error, TimeoutError | av.error.ExitError):
        return f"opening it took longer than {OPEN_TIMEOUT_S:g} s"
    if isinstance(error, av.FFmpegError) and _is_mp4(path):
        return "it is cut short, and the index that was to stand at its end is missing"
    if isinstance(error, av.error.EOFError):
        return "it ends before its first frame"
    return "it is not a video, or too damaged to tell"


def _is_mp4(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(12)[4:8] == b"ftyp"


def video_streams(container: InputContainer) -> list[VideoStream]:
    """All video streams except pictures of covers."""
    return [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = video_streams(container)
    if not streams:
        if container.streams.audio:
            raise SoundOnly(f"couldn't read '{path}': it has sound but no video", hint="name a file with a video track")
        raise SourceError(f"couldn't read '{path}': there is no video in it", hint="name a file with a video track")
    best = container.streams.best("video")
    stream = next((s for s in streams if best is not None and s.index == best.index), streams[0])
    _check_decodable(container, stream, path)
    check_size(stream.codec_context.width, stream.codec_context.height, path)
    return stream


def _check_decodable(container: InputContainer, stream: VideoStream, path: Path) -> None:
    if stream.codec_context is None:
        raise SourceError(
            f"couldn't read '{path}': there is no decoder for its video ({codec_name(container)})",
            hint="convert it to H.264 first",
        )
    if str(stream.codec_context.codec_tag).lower() in DOLBY_TAGS:
        raise SourceError(
            f"couldn't read '{path}': it is in Dolby Vision, which cannot be decoded here",
            hint="convert it to standard dynamic range first",
        )


def check_matrix(colorspace: int, path: Path) -> None:
    """Refuses colours that are not Y'CbCr: they cannot be converted to a picture that detectors know."""
    if colorspace in OTHER_COLOURS:
        raise SourceError(
            f"couldn't read '{path}': its colours are in {OTHER_COLOURS[colorspace]}, which is not supported",
            hint="convert it to standard dynamic range first",
        )


def codec_name(container: InputContainer) -> str:
    """FFmpeg's name for a codec that it cannot decode. PyAV gives it only in FFmpeg's own description of the file."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        described = re.search(r"Video: (?:none \()?([^\s,/]+)", cast(Any, container).dumps_format())
    finally:
        av.logging.set_level(level)
    return described[1] if described else "unknown"


def check_transfer(color_trc: int, path: Path) -> None:
    """Refuses HDR in stills: written stills cannot be marked as HDR."""
    if color_trc in hdr.NAMES:
        raise SourceError(
            f"couldn't read '{path}': its HDR transfer {hdr.NAMES[color_trc]} is not supported in stills",
            hint="convert it to standard dynamic range first",
        )


def check_size(width: int, height: int, path: Path) -> None:
    """Refuses sizes too small to see anything or too large for memory. 0 x 0: unknown until the first frame."""
    if width == 0 and height == 0:
        return
    if min(width, height) < SMALLEST_SIDE_PX or max(width, height) > LARGEST_SIDE_PX:
        raise SourceError(
            f"couldn't read '{path}': a picture of {width}x{height} is not within "
            f"{SMALLEST_SIDE_PX} to {LARGEST_SIDE_PX} pixels a side",
            hint="scale it first",
        )
