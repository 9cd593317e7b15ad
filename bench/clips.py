"""The clips that are measured: real footage where it is, cut to length, and a street that is drawn at 1080p."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from process import run_for_text

DRAWN_SIZE = (1920, 1080)
DRAWN_S = 20
LONG_TIMES = 3  # memory that grows with length shows at three times the length
DRAW = "import sys; from passerby.capture.drawn import draw_street; draw_street(sys.argv[1], {seconds}, {size})"


@dataclass(frozen=True, slots=True)
class Clip:
    """A video to measure on. boxes: who is in it, if anybody knows. frames, bytes: of this file."""

    path: Path
    boxes: Path | None
    frames: int
    bytes: int


class ClipMissing(Exception):
    """The footage is not on this machine."""


def shared_folder() -> Path:
    """Where footage and measures are: $PASSERBY_SHARED, or the folder `shared` beside the checkout."""
    return Path(os.environ.get("PASSERBY_SHARED") or Path(__file__).resolve().parent.parent.parent / "shared")


class Clips:
    """Clips by name, made when first asked for. end_s: how much of each is used; None for all."""

    def __init__(self, shared: Path, work: Path, end_s: float | None = None) -> None:
        self._shared = shared
        self._work = work
        self._end_s = end_s
        self._made: dict[str, Clip] = {}

    def get(self, name: str) -> Clip:
        """`street` and `street-long` are drawn; all others are files of the footage. Raises ClipMissing."""
        if name not in self._made:
            self._made[name] = self._street(name) if name.startswith("street") else self._footage(name)
        return self._made[name]

    def stills(self, name: str) -> Path:
        """A folder of stills with its boxes in NAME.tsv. Raises ClipMissing."""
        folder = self._shared / "footage" / name
        if not (folder / f"{name}.tsv").is_file():
            raise ClipMissing(f"there is no {folder / name}.tsv")
        return folder

    def _footage(self, name: str) -> Clip:
        path = self._shared / "footage" / name
        if not path.is_file():
            raise ClipMissing(f"there is no {path}")
        boxes = path.with_suffix(".people.txt")
        used = path if self._end_s is None else cut(path, self._work / f"cut-{name}", self._end_s)
        return Clip(used, boxes if boxes.is_file() else None, count_frames(used), used.stat().st_size)

    def _street(self, name: str) -> Clip:
        path = self._work / f"{name}.mp4"
        if name == "street":
            seconds = DRAWN_S if self._end_s is None else self._end_s
            # In a process of its own: what draws is large, and this one must stay small (see process.py).
            run_for_text([sys.executable, "-c", DRAW.format(seconds=seconds, size=DRAWN_SIZE), str(path)])
        else:
            repeat(self.get("street").path, path, LONG_TIMES)
        return Clip(path, None, count_frames(path), path.stat().st_size)


def cut(source: Path, output: Path, end_s: float) -> Path:
    """The packets of the video up to end_s, as they are: every tool gets the very same frames."""
    return _copy(source, output, 1, end_s)


def repeat(source: Path, output: Path, times: int) -> Path:
    """The same video so many times in a row. It must begin with a key frame, as files do."""
    return _copy(source, output, times, None)


def _copy(source: Path, output: Path, times: int, end_s: float | None) -> Path:
    with av.open(str(output), "w") as copy:
        stream = None
        shift = 0
        for _ in range(times):
            with av.open(str(source)) as clear:
                video = clear.streams.video[0]
                stream = stream or copy.add_stream_from_template(video)
                ends = [shift]
                for packet in clear.demux(video):
                    if packet.dts is None or packet.time_base is None:
                        continue
                    if end_s is not None and packet.dts * packet.time_base >= Fraction(end_s):
                        break
                    ends.append(shift + (packet.pts or packet.dts) + (packet.duration or 1))
                    packet.pts = None if packet.pts is None else packet.pts + shift
                    packet.dts += shift
                    packet.stream = stream
                    copy.mux(packet)
                shift = max(ends)
    return output


def count_frames(path: Path) -> int:
    """Frames of the first video stream, counted by their packets."""
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)
