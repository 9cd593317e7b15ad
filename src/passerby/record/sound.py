"""Carries the sound of the source into the output, in sync with the picture. Off by default: voices identify people."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from passerby.media.stream import MAX_GAP_S

TIMEOUT_S = 30.0
MAX_BACK_S = 1.0  # a larger step back means another clock
USUAL_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}
COPIED = {
    "mp4": {"aac", "mp3", "mp3float", "ac3", "eac3", "alac"},
    "mov": {"aac", "mp3", "mp3float", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le"},
    "webm": {"opus", "libopus", "vorbis"},
}
"""What is copied unchanged, by container; everything else is re-encoded. Matroska takes everything."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Which source's sound to keep, and from when to when in seconds on its container's clock; None: unbounded."""

    path: Path
    from_s: float | None = None
    until_s: float | None = None


class SoundTracks:
    """All sound tracks of one source and their output."""

    def __init__(self, container: OutputContainer, sound: Sound, container_name: str) -> None:
        self._out = container
        self._sound = sound
        self._source = av.open(
            f"file:{sound.path.absolute()}",
            metadata_errors="replace",
            timeout=TIMEOUT_S,
            container_options={"protocol_whitelist": "file"},
        )
        self._origin_s = Fraction(0)
        try:
            streams = [s for s in self._source.streams.audio if s.codec_context is not None]
            self._tracks = {s.index: _Track(container, s, container_name) for s in streams}
        except BaseException:
            self._source.close()
            raise
        self._packets = self._wanted(streams)
        self._next: av.Packet[AudioStream] | None = next(self._packets, None)

    def write_until(self, time_s: float, origin_s: Fraction) -> None:
        """Mux the sound up to time_s of the output. origin_s: the time in the source that is zero in the output."""
        self._origin_s = origin_s
        while self._next is not None and _time_s(self._next) - float(origin_s) <= time_s:
            self._write(self._next)
            self._next = next(self._packets, None)

    def finish(self) -> None:
        """Mux everything that is left."""
        self.write_until(float("inf"), self._origin_s)
        for track in self._tracks.values():
            self._out.mux(track.flush())

    def close(self) -> None:
        self._next = None
        self._packets.close()
        self._source.close()

    def _wanted(self, streams: list[AudioStream]) -> Generator[av.Packet[AudioStream], None, None]:
        if not streams:
            return
        if self._sound.from_s:
            self._source.seek(max(0, int(self._sound.from_s * av.time_base)))
        for packet in self._source.demux(tuple(streams)):
            if packet.pts is None or not packet.size:
                continue
            begins_s, lasts_s = _time_s(packet), float((packet.duration or 0) * packet.time_base)
            if self._sound.from_s is not None and begins_s + lasts_s <= self._sound.from_s:
                continue
            if self._sound.until_s is not None and begins_s >= self._sound.until_s:
                continue
            self._tracks[packet.stream_index].follow_on(packet)
            yield packet

    def _write(self, packet: av.Packet[AudioStream]) -> None:
        self._out.mux(self._tracks[packet.stream_index].take(packet, self._origin_s))


class _Track:
    """One sound track: copied if the container supports it, else re-encoded."""

    def __init__(self, container: OutputContainer, stream: AudioStream, container_name: str) -> None:
        self._last_s: float | None = None
        self._shift = 0
        allowed = COPIED.get(container_name)
        self._encode = allowed is not None and stream.codec_context.name not in allowed
        if self._encode:
            self._out = _add_encoded(container, stream, container_name)
        else:
            self._out = container.add_stream_from_template(stream)

    def take(self, packet: av.Packet[AudioStream], origin_s: Fraction) -> list[av.Packet[AudioStream]]:
        """The output packets for one packet of the source."""
        if self._encode:
            return [out for frame in packet.decode() for out in self._encoded(frame, origin_s)]
        shift = round(origin_s / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - shift
        packet.dts = None if packet.dts is None else packet.dts - shift
        packet.stream = self._out
        return [packet]

    def follow_on(self, packet: av.Packet[AudioStream]) -> None:
        """If the clock jumps, as that of the picture does, sound continues without a gap."""
        begins_s = _time_s(packet) + float(self._shift * packet.time_base)
        if self._last_s is not None and not -MAX_BACK_S <= begins_s - self._last_s <= MAX_GAP_S:
            self._shift += round((self._last_s - begins_s) / packet.time_base)
        packet.pts = (packet.pts or 0) + self._shift
        packet.dts = None if packet.dts is None else packet.dts + self._shift
        self._last_s = _time_s(packet) + float((packet.duration or 0) * packet.time_base)

    def flush(self) -> list[av.Packet[AudioStream]]:
        """What the encoder still holds."""
        return self._out.encode(None) if self._encode else []

    def _encoded(self, frame: av.AudioFrame, origin_s: Fraction) -> list[av.Packet[AudioStream]]:
        if frame.pts is not None and frame.time_base:
            frame.pts -= round(origin_s / frame.time_base)
        return self._out.encode(frame)


def _add_encoded(container: OutputContainer, stream: AudioStream, container_name: str) -> AudioStream:
    opus = container_name == "webm"
    out = container.add_stream("libopus" if opus else "aac", 48_000 if opus else stream.codec_context.sample_rate)
    assert isinstance(out, AudioStream)
    layout = stream.codec_context.layout
    # Raw sound often only has a number of channels, not a layout; encoders need one.
    out.codec_context.layout = (
        USUAL_LAYOUTS.get(layout.nb_channels, "stereo") if "channels" in layout.name else layout.name
    )
    return out


def _time_s(packet: av.Packet[AudioStream]) -> float:
    return float((packet.pts or 0) * packet.time_base)
