"""Tries a camera before it is added: what it sends and one redacted still, or a message saying why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from passerby.capture.live.options import LiveOptions
from passerby.capture.live.source import open_live
from passerby.engine.passes import Detectors, kinds_to_find
from passerby.engine.still import examine_proved
from passerby.errors import SourceError, Trouble
from passerby.media import Cover, Kind, RawFrame
from passerby.net.address import Address
from passerby.paint import Redactor, thumbnail
from passerby.record import encode_still
from passerby.rules.coverage import Policy
from passerby.settings import Settings

COUNTED = 15  # frames: enough to tell 12.5 a second from 15
LONGEST_S = 4.0
STILL_WIDTH_PX = 640
STILL_QUALITY = 28


@dataclass(frozen=True, slots=True)
class CameraTrial:
    """The result of trying a camera.

    reason: why it gave no picture, one sentence without secrets; None if it gave one. trouble: the same as a code.
    size_wh: pixels. fps: measured over its first frames. still: a redacted JPEG, upright. covered: why the whole still
    is covered, if it is.
    """

    reason: str | None = None
    trouble: Trouble | None = None
    size_wh: tuple[int, int] | None = None
    codec: str | None = None
    fps: float | None = None
    still: bytes | None = field(default=None, repr=False)
    covered: str | None = None


def try_camera(
    address: Address | str,
    options: LiveOptions | None = None,
    *,
    settings: Settings | None = None,
    detectors: Detectors | None = None,
) -> CameraTrial:
    """Opens a camera for a few seconds. Its problems never raise; they are in the result. Raises ModelError.

    detectors: None covers the whole still. With detectors it is covered as the settings say, like any still: what no
    pass at any scale finds is shown.
    """
    settings = settings or Settings()
    try:
        with open_live(address, options) as source:
            frames = _first_of(islice(source, COUNTED))
            codec = source.codec
    except SourceError as error:
        return CameraTrial(reason=str(error), trouble=getattr(error, "trouble", None))
    newest, count, lasted_s = frames
    fps = round((count - 1) / lasted_s, 1) if lasted_s > 0 else None
    cover = _cover(newest, settings, detectors)
    redacted = Redactor(settings.style).redact(newest, cover)
    still = encode_still(thumbnail(redacted, STILL_WIDTH_PX, newest.turn), "mjpeg", STILL_QUALITY)
    return CameraTrial(
        size_wh=(newest.width, newest.height), codec=codec, fps=fps, still=still, covered=cover.whole
    )  # fmt: skip


def _first_of(frames: islice[RawFrame]) -> tuple[RawFrame, int, float]:
    """The last of the first frames, how many there were, and over how many seconds."""
    newest = first = next(frames)
    count = 1
    for newest in frames:
        count += 1
        if newest.time_s - first.time_s >= LONGEST_S:
            break
    return newest, count, newest.time_s - first.time_s


def _cover(frame: RawFrame, settings: Settings, detectors: Detectors | None) -> Cover:
    if detectors is None:
        return Cover(whole="nobody looked for people in it")
    if frame.damaged:
        return Cover(whole="damaged in the source")
    policy = Policy.of(settings, plates_found=detectors.finds(Kind.PLATE), turn=frame.turn)
    _, cover = examine_proved(frame, detectors, kinds_to_find(policy.kinds, detectors), policy)
    return cover
