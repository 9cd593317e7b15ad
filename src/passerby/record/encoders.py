"""Which encoder to use for a codec, with which options, and which ones work on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import av
import cv2
from av.codec.hwaccel import HWAccel
from av.video.codeccontext import VideoCodecContext

from passerby.errors import OutputError, SettingsError

Codec = Literal["h264", "hevc", "av1"]
Kind = Literal["software", "nvenc", "vaapi", "qsv"]

HARDWARE: tuple[Kind, ...] = ("nvenc", "qsv", "vaapi")
os.environ.setdefault("SVT_LOG", "1")  # else SVT-AV1 prints a page of its settings for every file
PROBE_SIZE_PX = (256, 256)  # hardware encoders refuse much smaller pictures


@dataclass(frozen=True, slots=True)
class Encoder:
    """One encoder of FFmpeg. best_quality..worst_quality: the range of its constant quality number."""

    name: str
    codec: Codec
    kind: Kind
    quality_option: str
    worst_quality: int
    options: dict[str, str] = field(default_factory=dict)
    device: str | None = None
    """The kind of device to which pictures are uploaded."""
    codec_tag: str | None = None


# a53cc, udu_sei: captions and user data attached to decoded pictures must not reach the output.
_X264 = {"preset": "veryfast", "a53cc": "0", "udu_sei": "0"}
_CPU_AVX512_SKX = 256  # OpenCV's number; its Python module has no name for it
if cv2.checkHardwareSupport(_CPU_AVX512_SKX):
    # With AVX-512, x264 gives different bytes each time for the same frames (seen with its macroblock tree), and nobody
    # could verify that a cover lets nothing through. AVX2 is as fast: 0.82 s of CPU against 0.85 s.
    _X264["x264-params"] = "asm=AVX2,FMA3,BMI2,LZCNT"
# At 1080p x264 takes 60 MB with these, 151 without, and a quarter less time. bus.mp4 gets a tenth larger.
_X264_LARGE = {"rc-lookahead": "2", "bf": "0"}
LARGE_PX = 1920 * 1080 * 3 // 4
_X265 = {"preset": "superfast", "a53cc": "0", "udu_sei": "0", "x265-params": "log-level=error:info=0"}
_SVT = {"preset": "10"}
_NVENC = {"preset": "p4", "rc": "vbr", "b": "0", "a53cc": "0"}
_VAAPI = {"rc_mode": "CQP", "sei": "0"}

ENCODERS: tuple[Encoder, ...] = (
    Encoder("libx264", "h264", "software", "crf", 51, _X264),
    Encoder("libx265", "hevc", "software", "crf", 51, _X265, codec_tag="hvc1"),
    Encoder("libsvtav1", "av1", "software", "crf", 63, _SVT),
    Encoder("h264_nvenc", "h264", "nvenc", "cq", 51, _NVENC),
    Encoder("hevc_nvenc", "hevc", "nvenc", "cq", 51, _NVENC, codec_tag="hvc1"),
    Encoder("av1_nvenc", "av1", "nvenc", "cq", 63, {k: v for k, v in _NVENC.items() if k != "a53cc"}),
    Encoder("h264_qsv", "h264", "qsv", "global_quality", 51, {"a53cc": "0"}),
    Encoder("hevc_qsv", "hevc", "qsv", "global_quality", 51, codec_tag="hvc1"),
    Encoder("av1_qsv", "av1", "qsv", "global_quality", 51),
    Encoder("h264_vaapi", "h264", "vaapi", "qp", 51, _VAAPI, device="vaapi"),
    Encoder("hevc_vaapi", "hevc", "vaapi", "qp", 51, _VAAPI, device="vaapi", codec_tag="hvc1"),
    Encoder("av1_vaapi", "av1", "vaapi", "qp", 63, {"rc_mode": "CQP"}, device="vaapi"),
)


@dataclass(frozen=True, slots=True)
class EncoderState:
    """Whether an encoder works here, tested with one small picture; why_not: its error message."""

    encoder: Encoder
    works: bool
    why_not: str | None = None


def list_encoders() -> list[EncoderState]:
    """Every encoder that passerby knows, each tested on this machine. Takes about a second."""
    return [try_encoder(encoder) for encoder in ENCODERS]


def try_encoder(encoder: Encoder) -> EncoderState:
    """Encode one small picture with it."""
    width, height = PROBE_SIZE_PX
    try:
        context = VideoCodecContext.create(encoder.name, "w", hwaccel=hwaccel_of(encoder))
        if not isinstance(context, VideoCodecContext):
            raise ValueError(f"{encoder.name} encodes no video")
        context.width, context.height = width, height
        context.pix_fmt = pixel_format_for(encoder, "yuv420p", width, height)
        context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
        context.options = dict(encoder.options)
        picture = av.VideoFrame(width, height, "yuv420p")
        for plane in picture.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        picture.pts, picture.time_base = 0, Fraction(1, 25)
        works = bool(sum(p.size for p in [*context.encode(picture), *context.encode(None)]))
    except (
        av.FFmpegError,
        av.codec.codec.UnknownCodecError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        return EncoderState(encoder, False, str(error))
    return EncoderState(encoder, works, None if works else "it gave nothing out")


def choose_encoder(codec: Codec, asked: Literal["auto", "software", "nvenc", "vaapi", "qsv"], quality: int) -> Encoder:
    """The encoder to use. auto: the first hardware one that works, else software. Raises OutputError, SettingsError."""
    kinds: tuple[Kind, ...] = (*HARDWARE, "software") if asked == "auto" else (asked,)
    for kind in kinds:
        encoder = next((e for e in ENCODERS if e.codec == codec and e.kind == kind), None)
        if encoder is not None and (kind == "software" or try_encoder(encoder).works):
            _check_quality(encoder, quality)
            return encoder
    present = [s.encoder.kind for s in list_encoders() if s.works and s.encoder.codec == codec]
    raise OutputError(
        f"couldn't encode {codec} with {asked}: it does not work on this machine",
        hint=f"for {codec} there is {', '.join(present) or 'nothing'} here",
    )


def _check_quality(encoder: Encoder, quality: int) -> None:
    if quality > encoder.worst_quality:
        raise SettingsError(
            f"quality {quality} is beyond what {encoder.name} knows", hint=f"0 (best) to {encoder.worst_quality}"
        )


def for_size(encoder: Encoder, width: int, height: int) -> Encoder:
    """The encoder, for large pictures with options that make it keep fewer of them."""
    if encoder.name != "libx264" or width * height < LARGE_PX:
        return encoder
    return replace(encoder, options={**encoder.options, **_X264_LARGE})


def strip_of(encoder: Encoder) -> str | None:
    """The bit stream filter that removes what an encoder writes about itself and its settings (SEI messages)."""
    return {"h264": "filter_units=remove_types=6", "hevc": "filter_units=remove_types=39|40"}.get(encoder.codec)


def hwaccel_of(encoder: Encoder) -> HWAccel | None:
    return HWAccel(encoder.device) if encoder.device else None


def pixel_format_for(encoder: Encoder, picture_format: str, width: int, height: int) -> str:
    """The encoder's input format for pictures of that format: the same if possible, else the nearest.

    H.264 and HEVC do not support odd sizes with subsampled chroma, so such pictures are encoded as 4:4:4; AV1 does.
    """
    if encoder.kind != "software":
        return "p010le" if picture_format.endswith("10le") and encoder.codec != "h264" else "nv12"
    known = [f.name for f in av.Codec(encoder.name, "w").video_formats or ()]
    wanted = picture_format
    if encoder.codec != "av1" and ((width % 2 and "444" not in wanted) or (height % 2 and "420" in wanted)):
        wanted = wanted.replace("420", "444").replace("422", "444")
    if wanted in known:
        return wanted
    wanted = wanted.replace("yuvj", "yuv")
    return wanted if wanted in known else wanted.replace("422", "420").replace("444", "420")
