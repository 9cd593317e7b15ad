"""The cameras of a campaign: planted patterns who walk, sent over RTSP and HTTP with faults; and a drawn one."""

from __future__ import annotations

import functools
import random
from dataclasses import replace

import av
import cv2
import numpy as np

from passerby.capture.drawn.cameras import FPS, DrawnCamera
from passerby.capture.drawn.courses import Placed
from passerby.capture.drawn.scenes import PLATFORM, SIZE_WH, person_box_xyxy
from passerby.media.frames import plane_views
from passerby.testing.patterns import FOUND_AT, likeness, pattern
from passerby.testing.rtsp import AccessUnit, Feed, Script
from passerby.testing.web import WebCamera
from tests.planted import walked

LOGIN = ("admin", "s3cr3t-planted")
RTSP = ("yard", "gate", "platform")
"""Names of the cameras that are sent over RTSP, each at /NAME. The pattern is in every picture of each."""
WEB = "lane"
"""That of one which sends MJPEG over HTTP, the same way."""
CAMERAS = (*RTSP, WEB, "street")
WIDTHS_PX = (320, 640)
CHEST_PX = 36  # of a pattern of 48: cells of 3 pixels
_WALKS_PX = 3  # from one picture to the next
CONFIG = """
[sources]
networks = ["127.0.0.0/8"]
drawn = true
[[camera]]
name = "street"
address = "drawn:street"
"""


def config(port: int, web_url: str, keep_hours: float, catalogue_url: str | None) -> str:
    """The service's configuration. keep_hours: of the camera `gate`, so that recordings go meanwhile."""
    user, password = LOGIN
    toml = CONFIG if catalogue_url is None else f'[storage]\ncatalogue = "{catalogue_url}"\n{CONFIG}'
    toml += f'[[camera]]\nname = "{WEB}"\naddress = "{web_url}"\n'
    for name in RTSP:
        toml += f'[[camera]]\nname = "{name}"\naddress = "rtsp://{user}:{password}@127.0.0.1:{port}/{name}"\n'
        toml += f"keep_hours = {keep_hours}\n" if name == "gate" else ""
    return toml


def feeds() -> dict[str, Feed]:
    return {"/yard": walked(), "/gate": walked(7), "/platform": crossed()}


@functools.cache
def crossed() -> Feed:
    """The drawn platform, 640 by 360 at 5 a second; whoever walks wears the pattern on the chest."""
    drawn = DrawnCamera(PLATFORM, 8)

    def picture(number: int, width: int, height: int) -> av.VideoFrame:
        made = drawn.frame(number)
        before = {id(each.pose): each for each in PLATFORM.placed((number - 1) / FPS)}
        luma = plane_views(made)[0]
        for each in PLATFORM.placed(number / FPS):
            if _walks(each, list(before.values())):
                _wear(luma, each)
        return made

    feed = Feed.drawn("h264", SIZE_WH, FPS, 40 * FPS, 2 * FPS, picture)
    shown = np.ascontiguousarray(plane_views(picture(6 * FPS, *SIZE_WH))[0], np.uint8)
    assert likeness(shown) >= FOUND_AT, "the pattern would be found"
    return feed


def _walks(each: Placed, before: list[Placed]) -> bool:
    """Nobody was where this one is: who stands wears nothing, as a pattern that never moves is a poster."""
    return each.is_person and all(
        abs(each.x - other.x) + abs(each.feet_y - other.feet_y) > _WALKS_PX / SIZE_WH[1] for other in before
    )


def _wear(luma: np.ndarray, each: Placed) -> None:
    left, top, right, bottom = person_box_xyxy(each)
    x, y = (left + right - CHEST_PX) // 2, top + (bottom - top) // 4
    if x >= 0 and x + CHEST_PX <= luma.shape[1]:
        luma[y : y + CHEST_PX, x : x + CHEST_PX] = cv2.resize(pattern(), (CHEST_PX, CHEST_PX),
                                                              interpolation=cv2.INTER_AREA)  # fmt: skip


def web_camera() -> WebCamera:
    return WebCamera("mjpeg", walked(11, "mjpeg"), login=LOGIN)


def random_web_camera(rng: random.Random) -> WebCamera:
    """The same with one fault."""
    well, after = web_camera(), rng.randint(3, 40)
    return rng.choice(
        [
            replace(well, mute=True), replace(well, cut_after=after), replace(well, drip_after=after, drip_byte_s=0.05),
            replace(well, drip_after=0), replace(well, login=("admin", "another")), WebCamera("page"),
            WebCamera("page", moved_to="http://169.254.169.254/latest"),
        ]
    )  # fmt: skip


def spoiled(feed: Feed, rng: random.Random) -> Feed:
    """The same with wrong bytes in every fourth picture."""

    def spoil(unit: AccessUnit) -> AccessUnit:
        nals = [bytearray(nal) for nal in unit.nals]
        longest = max(nals, key=len)
        for _ in range(rng.randint(1, 20)):
            longest[rng.randrange(1, len(longest))] = rng.randrange(256)
        return replace(unit, nals=tuple(bytes(nal) for nal in nals))

    return replace(feed, units=tuple(spoil(unit) if rng.random() < 0.25 else unit for unit in feed.units))


def random_script(rng: random.Random) -> Script:
    """One fault of a camera, soon after it plays. No freeze: here a background is learned within three seconds, and who
    is frozen for so long would belong to it."""
    after = rng.randint(3, 40)
    return rng.choice(
        [
            Script(mute=True), Script(describe_status=503), Script(rejects_everybody=True), Script(cut_after=after),
            Script(loop_after=after + 25), Script(silence_after=after),
            Script(jump_after=after, jump_s=rng.choice([-7200, -3, 5, 86_400])),
            Script(drip_after=after, drip_byte_s=0.05), Script(lose_one_in=rng.randint(5, 60)),
            Script(resize_after=after, resized=walked(9)), Script(bare_sdp=True, lose_one_in=20),
        ]
    )  # fmt: skip
