"""The health of a camera: the measurements of its pictures, and the findings from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """What is checked, the worst first."""

    SIGNAL = "signal"
    FROZEN = "frozen"
    LOOPED = "looped"
    OBSTRUCTED = "obstructed"
    MOVED = "moved"
    BLURRED = "blurred"
    DARK = "dark"
    GLARE = "glare"
    BITRATE = "bitrate"
    FRAME_RATE = "frame-rate"
    CLOCK = "clock"


class Verdict(StrEnum):
    """Unknown: there is too little to judge by. It is not an alarm."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check of one camera. reason: a sentence for people. since_90k: its start, UTC in 1/90000 s."""

    check: Check
    verdict: Verdict
    reason: str
    since_90k: int


@dataclass(frozen=True, slots=True)
class FrameDifference:
    """How much changed within about a third of a second, between two key frames if there is room between them.

    calm, block: mean change of a block in grey levels, of the block that only a quarter exceed, so where nothing moves,
    and of the block that changed most. keys: key frames since the previous measurement; without an encoder every
    picture is one. is_same: the picture is identical to the previous measurement's, bit for bit. key_calm: how much the
    newest key frame differs from the one before, at the median block; None if there was none. leap: the same between
    this and the previous measurement.
    """

    calm: float
    block: float
    keys: int
    is_same: bool
    key_calm: float | None = None
    leap: float = 0.0


@dataclass(frozen=True, slots=True)
class Light:
    """Grey levels 0..255. low, high: 5 % are darker or brighter. blown: share of pixels at maximum brightness."""

    low: float
    middle: float
    high: float
    blown: float


@dataclass(frozen=True, slots=True)
class ViewSeen:
    """A picture compared with the reference. kept: share of the reference's edges that are still in place. cells_kept:
    share of the picture's cells with enough of them. shift: the shift of the whole picture, as a share of its width;
    None if it was not measured or could not be."""

    kept: float
    cells_kept: float
    shift: float | None = None


@dataclass(frozen=True, slots=True)
class PictureSeen:
    """detail: mean steepness, grey levels per pixel. fineness: the greatest steepness compared with that of a much
    smaller picture. view: None if there is no reference."""

    light: Light
    detail: float
    fineness: float
    view: ViewSeen | None


@dataclass(frozen=True, slots=True)
class Print:
    """A fingerprint that recognises a picture when it repeats. Nothing can be made out in it.

    code: a hash of some thousand exact samples. cells: mean luma of 9 rows of 16, several times a second, otherwise
    None. fine: the same of 18 rows of 32, more often.
    """

    at_s: float
    code: int
    cells: bytes | None
    fine: bytes | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The measurements of one frame. at_s: its time, UTC in seconds. Values that not every frame has are mostly
    None."""

    at_s: float
    print: Print
    stirred: FrameDifference | None = None
    picture: PictureSeen | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What a source has sent since it was opened. key_bytes: size of its newest key frame, as coded; None if unknown.
    keys: number of key frames. is_replay: it is a file that is played in a loop on request."""

    frames: int
    keys: int = 0
    key_bytes: int | None = None
    clock_jumps: int = 0
    is_replay: bool = False
