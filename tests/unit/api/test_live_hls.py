"""Live as HLS: a playlist that goes on, whose GOPs keep their numbers."""

from __future__ import annotations

import re

import pytest

from passerby.access.cameras import CameraFacts
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, ON_SQLITE_ALONE, House, OpenHouse

pytestmark = ON_SQLITE_ALONE

PLAYLIST = "/api/cameras/gate/live/playlist.m3u8"


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    house = open_house(clock=MovingClock(BEGIN_90K + 10 * TICKS_PER_S))
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    house.add_user("kim", Role.VIEWER, sees_all=True)
    return house


def numbered(text: str) -> dict[str, tuple[int, int]]:
    """By byte range: the number of its GOP, and of the discontinuities before it, as a player counts."""
    sequences = re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)\n#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)", text)
    assert sequences
    number, breaks = int(sequences[1]), int(sequences[2])
    found: dict[str, tuple[int, int]] = {}
    for line in text.splitlines():
        breaks += line == "#EXT-X-DISCONTINUITY"
        if line.startswith("#EXT-X-BYTERANGE:"):
            found[line] = number, breaks
            number += 1
    return found


def test_gops_keep_their_numbers_while_time_goes_on_and_over_a_gap(house: House) -> None:
    kim, writer = house.signed_in("kim"), house.archive.writer("gate")
    times = [*steady(40), *steady(20, BEGIN_90K + 45 * TICKS_PER_S)]
    fragments = recorded(times)
    seen: dict[str, tuple[int, int]] = {}
    texts = []
    for fragment in fragments:
        writer.append(fragment)
        house.clock.move(max(0.0, (fragment.start_90k - house.clock.now_90k()) / TICKS_PER_S))
        if fragment.is_key and fragment.start_90k >= BEGIN_90K + 10 * TICKS_PER_S:
            done = kim.get(PLAYLIST)
            assert done.status_code == 200 and "#EXT-X-ENDLIST" not in done.text
            now = numbered(done.text)
            assert all(seen[each] == now[each] for each in seen.keys() & now.keys())
            assert seen.keys() & now.keys() or not seen
            seen |= now
            texts.append(done.text)
    numbers = [number for number, _ in seen.values()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "each one higher than the last"
    assert len({breaks for _, breaks in seen.values()}) == 2 and any("#EXT-X-DISCONTINUITY\n" in t for t in texts)
    uri = next(line for line in texts[-1].splitlines() if line.startswith("../timeline/objects/"))
    assert kim.get(f"/api/cameras/gate/live/{uri}").status_code == 200
    writer.close()


def test_without_a_picture_it_is_said_and_each_look_is_noted(house: House) -> None:
    kim = house.signed_in("kim")
    assert kim.get(PLAYLIST).status_code == 404
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(10)):
        writer.append(fragment)
    assert kim.get(PLAYLIST).is_success and kim.get(PLAYLIST).is_success
    looks = [each for each in house.installation.audit.list() if each.what == "live:watch"]
    assert len(looks) == 1 and looks[0].camera == "gate"
    writer.close()
