"""Makes small sample files with real codecs: whole ones, strange ones and broken ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from passerby.media import RawFrame, RedactedFrame

CODEC_AND_SUFFIX = [
    ("libx264", ".mp4"),
    ("libx264", ".mkv"),
    ("libx265", ".mp4"),
    ("mpeg4", ".avi"),
    ("mpeg4", ".mp4"),
    ("mjpeg", ".avi"),
    ("libvpx-vp9", ".webm"),
    ("libx264", ".ts"),
]


@dataclass(frozen=True)
class Recipe:
    """What a sample video is like. pts: ticks of time_base, one per frame; by default even steps at rate."""

    codec: str = "libx264"
    width: int = 96
    height: int = 64
    count: int = 24
    pixel_format: str = "yuv420p"
    rate: int = 25
    time_base: Fraction = Fraction(1, 12800)
    pts: Sequence[int] | None = None
    options: dict[str, str] = field(default_factory=dict)
    gop: int = 12
    turn: int = 0
    aspect: Fraction | None = None
    tags: tuple[int, int, int, int] | None = None
    """Range, primaries, transfer, matrix."""
    metadata: dict[str, str] = field(default_factory=dict)
    sound: str | None = None
    sound_rate: int = 48_000
    container_options: dict[str, str] = field(default_factory=dict)
    draw: Callable[[int, int, int], np.ndarray] | None = None

    def times(self) -> list[int]:
        if self.pts is not None:
            return list(self.pts)
        step = Fraction(1, self.rate) / self.time_base
        return [round(i * step) for i in range(self.count)]


def drawn(index: int, width: int, height: int) -> np.ndarray:
    """Picture number `index`: a gradient, and a bright block that moves 2 px a frame. RGB, (height, width, 3) uint8."""
    rows, columns = np.mgrid[0:height, 0:width]
    rgb = np.stack([columns * 200 // width, rows * 200 // height, (columns + rows + 3 * index) % 200], -1).astype(
        np.uint8
    )
    left = (2 * index) % max(1, width - 12)
    rgb[8:20, left : left + 12] = (250, 240, 60)
    return rgb


def make_video(path: Path, recipe: Recipe | None = None) -> list[int]:
    """Write a sample; its times in ticks of the recipe's time base."""
    recipe = recipe or Recipe()
    times = recipe.times()
    with av.open(str(path), "w", container_options=recipe.container_options) as container:
        container.metadata.update(recipe.metadata)
        video = _add_video(container, recipe)
        sound = _add_sound(container, recipe) if recipe.sound else None
        for index, pts in enumerate(times):
            container.mux(video.encode(_picture(recipe, index, pts)))
        container.mux(video.encode(None))
        if sound:
            seconds = float((times[-1] - times[0]) * recipe.time_base) + 1 / recipe.rate
            _write_sound(container, sound, seconds)
    return times


def _add_video(container: av.container.OutputContainer, recipe: Recipe) -> VideoStream:
    video = container.add_stream(
        recipe.codec, recipe.rate, options=recipe.options, width=recipe.width, height=recipe.height,
        time_base=recipe.time_base,
    )  # fmt: skip
    assert isinstance(video, VideoStream)
    context = video.codec_context
    context.pix_fmt = recipe.pixel_format
    context.gop_size = recipe.gop
    context.thread_count = 1
    if recipe.tags:
        context.color_range, context.color_primaries, context.color_trc, context.colorspace = recipe.tags
    if recipe.aspect:
        context.sample_aspect_ratio = recipe.aspect
    if recipe.turn:
        video.set_display_rotation(-recipe.turn)
    return video


def _picture(recipe: Recipe, index: int, pts: int) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray((recipe.draw or drawn)(index, recipe.width, recipe.height), format="rgb24")
    picture = rgb.reformat(format=recipe.pixel_format)
    picture.pts, picture.time_base = pts, recipe.time_base
    return picture


def _add_sound(container: av.container.OutputContainer, recipe: Recipe) -> AudioStream:
    sound = container.add_stream(str(recipe.sound), recipe.sound_rate)
    assert isinstance(sound, AudioStream)
    sound.codec_context.layout = "mono"
    return sound


def _write_sound(container: av.container.OutputContainer, stream: AudioStream, seconds: float) -> None:
    """A tone that begins half way, so that being in step can be heard."""
    rate = stream.codec_context.sample_rate
    count = int(seconds * rate)
    wave = (12000 * np.sin(np.arange(count) * 2 * np.pi * 1000 / rate)).astype(np.int16)
    wave[: count // 2] = 0
    for start in range(0, count, 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, start : start + 1024], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def damage_packets(path: Path, which: Sequence[int], seed: int = 1) -> list[int]:
    """Overwrite the payload of some video packets with noise, leaving their first 24 bytes; their times in ticks."""
    rng = np.random.default_rng(seed)
    spots = []
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.video[0]) if p.size]
        spots = [(packets[i].pos, packets[i].size, packets[i].pts) for i in which]
    data = bytearray(path.read_bytes())
    for position, size, _pts in spots:
        assert position is not None
        keep = min(24, size // 3)
        data[position + keep : position + size] = rng.integers(0, 256, size - keep, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    return [pts or 0 for _, _, pts in spots]


def redacted(frame: RawFrame) -> RedactedFrame:
    """The frame as if redaction had hidden nothing, for tests of what comes after. The scenes here hold nobody."""
    return RedactedFrame(frame.picture, frame.index, frame.pts, frame.time_base, 0.0)


def redacted_picture(
    index: int, pts: int, time_base: Fraction, size: tuple[int, int] = (96, 64), format: str = "yuv420p"
) -> RedactedFrame:
    """A redacted frame of a drawn scene."""
    rgb = av.VideoFrame.from_ndarray(drawn(index, *size), format="rgb24")
    return RedactedFrame(rgb.reformat(format=format), index, pts, time_base, 0.0)


def footage(name: str) -> Path:
    """A clip of the shared footage; skips the test where there is none."""
    shared = Path(os.environ.get("PASSERBY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    path = shared / "footage" / name
    if not path.exists():
        pytest.skip(f"no footage '{name}': set PASSERBY_SHARED to the folder that holds footage/")
    return path


def make_sound(path: Path) -> None:
    """A file with a little AAC and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", 48_000)
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts = 48_000, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
