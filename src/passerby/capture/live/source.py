"""Opens a live source and gives its frames with times in UTC. Connecting to each kind is left to `kinds`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction

from passerby.capture.live.drawn import drawn_shots
from passerby.capture.live.kinds import open_device, open_http, open_rtsp
from passerby.capture.live.loop import looped_shots
from passerby.capture.live.options import LiveOptions, Opened, Shot
from passerby.capture.live.stream import OnPacket, StreamReader
from passerby.capture.live.words import check_kind
from passerby.capture.picture import PictureFitter
from passerby.capture.probe import LARGEST_SIDE_PX, SMALLEST_SIDE_PX
from passerby.capture.source import VideoSource, turn_of
from passerby.closing import Closing
from passerby.errors import SourceUnavailable, Trouble
from passerby.media import hdr
from passerby.media.frames import RawFrame
from passerby.media.health import Flow
from passerby.media.segments import TICKS_PER_S
from passerby.media.stream import StreamFormat
from passerby.net.address import Address

TIME_BASE = Fraction(1, TICKS_PER_S)


def open_live(
    address: Address | str, options: LiveOptions | None = None, on_packet: OnPacket | None = None
) -> LiveSource:
    """Opens a camera, or something that acts as one. Use it in a `with` block. Blocks until the first picture arrives.

    Kinds: rtsp:// and rtsps:// (H.264, HEVC, MJPEG), http:// and https:// (MJPEG or HLS), file: (played in a loop),
    /dev/videoN, drawn: (a scene of people who do not exist). on_packet: gets each CLEAR coded packet of an RTSP or HTTP
    source as it comes, before it is decoded, the first ones while this opens it. It is called in the thread that reads,
    must be quick and must not raise. Raises SourceUnavailable, whose `trouble` says what is wrong; its text never
    contains a password.
    """
    options = options or LiveOptions()
    place = Address.parse(address) if isinstance(address, str) else address
    return LiveSource(place, options, on_packet)


class LiveSource(Closing):
    """The frames of one live source, once, from one thread.

    Iterating never ends by itself: it raises SourceUnavailable when nothing more will come, and when the picture size
    changes (trouble CHANGED: open it again at once). After `stop` it ends quietly. Frames: `pts` is UTC in ticks of
    1/90000 s and always increases. If the source is silent, there is a gap in the times.
    """

    def __init__(self, address: Address, options: LiveOptions, on_packet: OnPacket | None = None) -> None:
        """See `open_live`."""
        self.address = address
        self._stop = threading.Event()
        self._fitter = PictureFitter()
        self._opened: Opened | None = None
        self._reader: StreamReader | None = None
        self._index = 0
        self._file_codec: str | None = None
        try:
            self._shots = self._open(options, on_packet)
            first = next(self._shots, None)
            if first is None:
                raise SourceUnavailable(Trouble.NO_PICTURE, f"'{address.shown}' was stopped before its first picture")
            self._first: RawFrame | None = self._frame(first)
            self.format = _describe(self._first, first.aspect)
        except BaseException:
            self.close()
            raise

    def _open(self, options: LiveOptions, on_packet: OnPacket | None) -> Iterator[Shot]:
        check_kind(self.address, options.reach)
        if self.address.kind == "file":
            return looped_shots(self.address, options, self._stop.is_set, self._note_file)
        if self.address.kind == "drawn":
            return drawn_shots(self.address, options, self._stop.is_set)
        openers: dict[str, Callable[[Address, LiveOptions], Opened]] = {
            "rtsp": open_rtsp, "http": open_http, "device": open_device,
        }  # fmt: skip
        self._opened = openers[self.address.kind](self.address, options)
        on_packet = None if self.address.kind == "device" else on_packet  # its packets may not be coded at all
        self._reader = StreamReader(self.address, self._opened, options, self._stop.is_set, on_packet)
        return iter(self._reader)

    @property
    def flow(self) -> Flow:
        """What has come so far."""
        reader = self._reader
        if reader is None:
            return Flow(self._index, is_replay=self.address.kind == "file")
        return Flow(self._index, reader.keys, reader.key_bytes, self.clock_jumps)

    @property
    def clock_jumps(self) -> int:
        """How often the source's own clock has jumped, forward or back."""
        return self._reader.times.clock_jumps if self._reader else 0

    @property
    def codec(self) -> str | None:
        """FFmpeg's name of its video codec; None if it is not coded."""
        return self._opened.stream.codec_context.name if self._opened else self._file_codec

    @property
    def is_coded(self) -> bool:
        """Whether its pictures come from an encoder that works now, as those of a file do not."""
        return self._opened is not None

    def _note_file(self, source: VideoSource) -> None:
        self._file_codec = source.codec_name

    def __repr__(self) -> str:
        return f"LiveSource({self.address.shown!r})"

    def stop(self) -> None:
        """May be called from any thread. The reading thread ends with the next packet, or at its timeout."""
        self._stop.set()

    def close(self) -> None:
        """Releases the source. Call it from the thread that reads it."""
        self._stop.set()
        self._first = None
        if self._opened is not None:
            self._opened.close()

    def __iter__(self) -> Iterator[RawFrame]:
        first, self._first = self._first, None
        if first is not None:
            yield first
            del first
        for shot in self._shots:
            yield self._frame(shot)

    def _frame(self, shot: Shot) -> RawFrame:
        picture = shot.picture
        _check(self.address, picture.width, picture.height, int(picture.color_trc))
        frame = RawFrame(self._fitter.fit(picture), self._index, shot.at_90k, TIME_BASE, shot.damaged, turn_of(picture))
        self._index += 1
        return frame


def _check(address: Address, width: int, height: int, transfer: int) -> None:
    if min(width, height) < SMALLEST_SIDE_PX or max(width, height) > LARGEST_SIDE_PX:
        said = f"couldn't use '{address.shown}': a picture of {width}x{height} is too small or too large"
        raise SourceUnavailable(Trouble.UNKNOWN_CODEC, said, "set the camera to another size")
    if transfer in hdr.NAMES:
        said = f"couldn't use '{address.shown}': its HDR transfer {hdr.NAMES[transfer]} is not supported"
        raise SourceUnavailable(Trouble.UNKNOWN_CODEC, said, "set the camera to standard dynamic range")


def _describe(first: RawFrame, aspect: Fraction | None) -> StreamFormat:
    picture = first.picture
    return StreamFormat(
        width=first.width,
        height=first.height,
        pixel_format=picture.format.name,
        time_base=TIME_BASE,
        sample_aspect_ratio=aspect,
        color_range=int(picture.color_range),
        color_primaries=int(picture.color_primaries),
        color_trc=int(picture.color_trc),
        colorspace=int(picture.colorspace),
        turn=first.turn,
    )
