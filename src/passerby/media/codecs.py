"""What people call a video codec."""

from __future__ import annotations

_TITLES = {
    "h264": "H.264", "hevc": "H.265", "av1": "AV1", "libdav1d": "AV1", "vp8": "VP8", "vp9": "VP9", "mjpeg": "MJPEG",
    "h263": "H.263", "mpeg1video": "MPEG-1", "mpeg2video": "MPEG-2", "mpeg4": "MPEG-4 Part 2",
    "msmpeg4": "Microsoft MPEG-4 v3", "msmpeg4v2": "Microsoft MPEG-4 v2", "rawvideo": "uncompressed",
    "wmv1": "WMV 7", "wmv2": "WMV 8", "wmv3": "WMV 9", "dvvideo": "DV", "prores": "ProRes", "ffv1": "FFV1",
}  # fmt: skip


def codec_title(name: str) -> str:
    """name: FFmpeg's. Of a codec that is not listed here: the same."""
    return _TITLES.get(name, name)
