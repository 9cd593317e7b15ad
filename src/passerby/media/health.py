"""How a camera is: what is measured of its pictures, in numbers, and what was found by that."""

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
    """One check of one camera. reason: a sentence for people. since_90k: UTC in 1/90000 s, from when it has been so."""

    check: Check
    verdict: Verdict
    reason: str
    since_90k: int


@dataclass(frozen=True, slots=True)
class FrameDifference:
    """How much changed within about a third of a second, between two key frames wherever there is room between them.

    calm, block: mean change of a block, grey levels: of one that only a quarter of all exceed, so where nothing
    moves, and of the one that changed most. keys: key frames since the last of these; of pictures that are not coded
    each is one. is_same: the picture is the same as in the last of these, to the last bit. key_calm: how much the
    newest key frame differs from the one before, where half of the blocks differ by less; None where there was none.
    leap: the same between this and the last of these.
    """

    calm: float
    block: float
    keys: int
    is_same: bool
    key_calm: float | None = None
    leap: float = 0.0


@dataclass(frozen=True, slots=True)
class Light:
    """Grey levels 0..255. low, high: of which 5 % are darker, brighter. blown: share that is as bright as can be."""

    low: float
    middle: float
    high: float
    blown: float


@dataclass(frozen=True, slots=True)
class ViewSeen:
    """A picture against the reference. kept: share of the reference's edges that are where they were; cells_kept: share
    of the picture's cells where enough of them are. shift: how far all of it lies apart, share of the picture's width;
    None where that was not looked for, or could not be told."""

    kept: float
    cells_kept: float
    shift: float | None = None


@dataclass(frozen=True, slots=True)
class PictureSeen:
    """detail: mean steepness, grey levels a pixel. fineness: how steep it is at its steepest, against a much smaller
    picture. view: None where there is no reference."""

    light: Light
    detail: float
    fineness: float
    view: ViewSeen | None


@dataclass(frozen=True, slots=True)
class Print:
    """What a picture is known by if it comes again; nobody could see anything in it.

    code: of some thousand samples to the last bit. cells: mean luma of 9 rows of 16, some times a second, else None.
    fine: of 18 rows of 32, oftener.
    """

    at_s: float
    code: int
    cells: bytes | None
    fine: bytes | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one frame. at_s: its time, UTC in seconds. What is not measured in every frame is None in most."""

    at_s: float
    print: Print
    stirred: FrameDifference | None = None
    picture: PictureSeen | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What has come from a source since it was opened. key_bytes: of its newest key frame, as coded; None where that
    cannot be told. keys: how many there were. is_replay: it is a file played over and over, as was asked for."""

    frames: int
    keys: int = 0
    key_bytes: int | None = None
    clock_jumps: int = 0
    is_replay: bool = False
