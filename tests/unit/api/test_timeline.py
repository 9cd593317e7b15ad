"""What was recorded, over HTTP: it plays, only whole ranges of one camera go out, and every look is noted before."""

from __future__ import annotations

import io
import re

import av
import pytest
from fastapi.testclient import TestClient

from passerby.access.cameras import CameraFacts
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, FRAME_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, ON_SQLITE_ALONE, House, OpenHouse

RANGE = {"from_90k": BEGIN_90K, "to_90k": BEGIN_90K + 120 * TICKS_PER_S}
PATH = "/api/cameras/gate/timeline"


@pytest.fixture
def full(open_house: OpenHouse) -> House:
    """Two cameras that recorded: the gate half a minute, a gap, ten seconds; the yard ten seconds, still open."""
    house = open_house(clock=MovingClock(BEGIN_90K + 200 * TICKS_PER_S))
    for name, times in (("gate", [*steady(30), *steady(10, BEGIN_90K + 60 * TICKS_PER_S)]), ("yard", [*steady(10)])):
        house.installation.cameras.add(name, CameraFacts(address=ADDRESS))
        writer = house.archive.writer(name)
        for fragment in recorded(times):
            writer.append(fragment)
        if name == "gate":
            writer.close()
    house.archive.maintain(house.installation.keep(), house.clock.now_90k())
    house.add_user("kim", Role.OPERATOR, sees_all=True)
    return house


@pytest.fixture
def kim(full: House) -> TestClient:
    return full.signed_in("kim")


def keys(house: House) -> list[str]:
    return sorted(house.archive._places.rows.keys())


def looks(house: House, what: str) -> list[tuple[str, str, str | None, int | None, int | None]]:
    found = [each for each in house.installation.audit.list() if each.what == what]
    return [(each.who, each.through, each.camera, each.from_90k, each.to_90k) for each in found]


def played(client: TestClient, camera: str = "gate") -> list[int]:
    """As a player does it: playlist, init, byte ranges; the times of all pictures, decoded."""
    base = f"/api/cameras/{camera}/timeline/"
    text = client.get(f"{base}playlist.m3u8", params=RANGE).text
    init, found = b"", list[int]()
    size_and_offset = ("", "")
    for line in text.splitlines():
        if tag := re.fullmatch(r'#EXT-X-MAP:URI="(.*)"', line):
            init = client.get(base + tag[1]).content
        elif tag := re.fullmatch(r"#EXT-X-BYTERANGE:(\d+)@(\d+)", line):
            size_and_offset = (tag[1], tag[2])
        elif line and not line.startswith("#"):
            size, offset = map(int, size_and_offset)
            done = client.get(base + line, headers={"Range": f"bytes={offset}-{offset + size - 1}"})
            assert done.status_code == 206 and len(done.content) == size
            with av.open(io.BytesIO(init + done.content), "r") as file:
                found += [picture.pts or 0 for picture in file.decode(video=0)]
    return found


def test_what_was_recorded_plays(kim: TestClient) -> None:
    assert played(kim) == [*steady(30), *steady(10, BEGIN_90K + 60 * TICKS_PER_S)]
    assert played(kim, "yard") == list(steady(8)), "an object that is being written, up to its last whole GOP"


@pytest.mark.parametrize("is_handed_in_late", [False, True])
def test_what_was_recorded_under_a_fencing_token_plays(full: House, kim: TestClient, is_handed_in_late: bool) -> None:
    full.installation.cameras.add("hall", CameraFacts(address=ADDRESS))
    writer = full.archive.writer("hall", token=1700000000123)
    for fragment in recorded(steady(10)):
        writer.append(fragment)
    writer.close()
    if is_handed_in_late:
        full.archive.raise_fences(["hall"], 1700000000999)
        full.archive._hand_in = lambda: 1700000001000
    assert full.archive.maintain(full.installation.keep(), full.clock.now_90k()) == []
    assert played(kim, "hall") == list(steady(10))


def test_the_playlist_is_one_that_players_understand(kim: TestClient) -> None:
    done = kim.get(f"{PATH}/playlist.m3u8", params=RANGE)
    assert done.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    lines = done.text.splitlines()
    assert lines[0] == "#EXTM3U" and lines[-1] == "#EXT-X-ENDLIST" and "#EXT-X-TARGETDURATION:2" in lines
    assert lines.count("#EXT-X-DISCONTINUITY") == 1, "the gap"
    dates = [line.partition(":")[2] for line in lines if line.startswith("#EXT-X-PROGRAM-DATE-TIME")]
    assert dates == ["2026-09-21T14:15:00.000Z", "2026-09-21T14:16:00.000Z"]


def test_activity_and_gaps_are_told(kim: TestClient) -> None:
    timeline = kim.get(PATH, params={**RANGE, "parts": 12}).json()
    assert len(timeline["activity"]) == 12
    spans = [
        ((g["from_90k"] - BEGIN_90K) / TICKS_PER_S, (g["to_90k"] - BEGIN_90K) / TICKS_PER_S) for g in timeline["gaps"]
    ]
    assert spans == [(30, 60), (70, 120)]


def test_an_export_is_one_file_and_leaves_nothing_behind(full: House, kim: TestClient) -> None:
    before = sorted(full.folder.rglob("*"))
    done = kim.get(f"{PATH}/export.mp4", params=RANGE)
    assert done.status_code == 200 and int(done.headers["content-length"]) == len(done.content)
    assert "content-encoding" not in done.headers, "video is small already"
    assert 'filename="gate-20260921-141500Z.mp4"' in done.headers["content-disposition"]
    with av.open(io.BytesIO(done.content), "r") as file:
        assert len(list(file.decode(video=0))) == 200
    assert [p for p in sorted(full.folder.rglob("*")) if p not in before] == []
    assert looks(full, "recording:export") == [("kim", "session", "gate", RANGE["from_90k"], RANGE["to_90k"])]


def test_who_only_asks_whether_an_export_can_be_made_gets_nothing_and_looks_at_nothing(
    full: House, kim: TestClient
) -> None:
    done = kim.get(f"{PATH}/export.mp4", params={**RANGE, "only_ask": True})
    assert (done.status_code, done.content) == (204, b"")
    nothing = kim.get(f"{PATH}/export.mp4", params={"from_90k": 0, "to_90k": 90000, "only_ask": True})
    assert nothing.status_code == 404 and "nothing is recorded" in nothing.json()["message"]
    assert looks(full, "recording:export") == []
    for _ in range(3):  # asking takes no place from who exports
        assert kim.get(f"{PATH}/export.mp4", params={**RANGE, "only_ask": True}).status_code == 204
    assert kim.get(f"{PATH}/export.mp4", params=RANGE).status_code == 200


def test_a_still_is_the_picture_of_its_time(full: House, kim: TestClient) -> None:
    at = BEGIN_90K + 5 * TICKS_PER_S + 100
    done = kim.get(f"{PATH}/still.jpg", params={"at_90k": at})
    assert done.headers["content-type"] == "image/jpeg"
    assert int(done.headers["x-passerby-at-90k"]) == at // FRAME_90K * FRAME_90K
    with av.open(io.BytesIO(done.content), "r") as file:
        picture = next(file.decode(video=0))
    assert (picture.width, picture.height) == (96, 64)
    assert looks(full, "still:see") == [("kim", "session", "gate", at, at)]


def test_health_says_whether_there_is_a_newest_still(full: House, kim: TestClient) -> None:
    newest_90k = [*steady(10, BEGIN_90K + 60 * TICKS_PER_S)][-1]
    for set_by_s, expected in ((0, None), (-100, newest_90k)):
        full.clock.set_utc(set_by_s)
        at_90k = kim.get("/api/cameras/gate/health").json()["newest_still_at_90k"]
        done = kim.get("/api/cameras/gate/still.jpg")
        if expected is None:
            assert (at_90k, done.status_code) == (None, 404)
        else:
            assert newest_90k <= at_90k < newest_90k + FRAME_90K
            assert int(done.headers["x-passerby-at-90k"]) == newest_90k


def entries(house: House, what: str) -> list[tuple[float, float]]:
    """What the API says that somebody looked at, in seconds since the recording began."""
    if house.installation.users.find("ann") is None:
        house.add_user("ann", Role.AUDITOR)
    found = house.signed_in("ann").get("/api/audit", params={"what": what}).json()
    times = ((each["from_90k"] - BEGIN_90K, each["to_90k"] - BEGIN_90K) for each in found)
    return [(from_90k / TICKS_PER_S, to_90k / TICKS_PER_S) for from_90k, to_90k in times]


def test_a_thumbnail_is_small_and_noted_as_playing_is(full: House, kim: TestClient) -> None:
    writer = full.archive.writer("yard")
    for fragment in recorded(steady(6, BEGIN_90K + 100 * TICKS_PER_S), (640, 360)):
        writer.append(fragment)
    writer.close()
    path = "/api/cameras/yard/timeline/thumbnail.jpg"
    for seconds in (100, 101.5, 103):
        at = BEGIN_90K + round(seconds * TICKS_PER_S)
        done = kim.get(path, params={"at_90k": at})
        assert done.headers["content-type"] == "image/jpeg" and done.headers["cache-control"] == "no-store"
        assert int(done.headers["x-passerby-at-90k"]) == at // (2 * TICKS_PER_S) * 2 * TICKS_PER_S
        with av.open(io.BytesIO(done.content), "r") as file:
            picture = next(file.decode(video=0))
        assert (picture.width, picture.height) == (320, 180)
    assert len(looks(full, "timeline:watch")) == 2, "one for each piece that a picture is of"
    assert entries(full, "timeline:watch") == [(100, 104)]
    assert looks(full, "still:see") == []
    nothing = kim.get(path, params={"at_90k": BEGIN_90K + 50 * TICKS_PER_S})
    assert (nothing.status_code, nothing.content) == (204, b"")


def test_each_piece_that_was_fetched_is_noted_and_those_of_one_look_are_told_as_one(
    full: House, kim: TestClient
) -> None:
    played(kim)
    played(kim)
    pieces = looks(full, "timeline:watch")
    assert len(pieces) == 20 and pieces[-1] == ("kim", "session", "gate", BEGIN_90K, BEGIN_90K + 2 * TICKS_PER_S)
    assert entries(full, "timeline:watch") == [(60, 70), (0, 30)], "nothing was fetched of the gap"
    full.clock.move(61)
    played(kim)
    assert len(looks(full, "timeline:watch")) == 40
    assert entries(full, "timeline:watch") == [(60, 70), (0, 30)] * 2
    played(full.signed_in("kim"))
    assert len(looks(full, "timeline:watch")) == 60, "another session is another look"


def test_only_what_was_fetched_is_told(full: House, kim: TestClient) -> None:
    found = full.archive.find(next(key for key in keys(full) if key.startswith("gate/")))
    assert found is not None
    _, day, name = found.key.split("/")
    middle = found.gops[5]
    asked = {"Range": f"bytes={middle.offset}-{middle.offset + middle.size}"}
    assert kim.get(f"{PATH}/objects/{day}/{name}", headers=asked).status_code == 206
    assert entries(full, "timeline:watch") == [(10, 14)], "with the first byte of the next"
    header = {"Range": f"bytes=0-{found.gops[0].offset - 1}"}
    assert kim.get(f"{PATH}/objects/{day}/{name}", headers=header).status_code == 206
    assert (0, 0) in entries(full, "timeline:watch"), "no picture is in it"


def test_an_overview_is_no_look_at_pictures_and_ends_now(full: House, kim: TestClient) -> None:
    hour = {"from_90k": BEGIN_90K, "to_90k": BEGIN_90K + 3600 * TICKS_PER_S}
    for _ in range(3):
        assert kim.get(PATH, params=hour).status_code == 200
        assert kim.get(f"{PATH}/playlist.m3u8", params=hour).status_code == 200
        full.clock.move(1)
    assert entries(full, "timeline:watch") == []
    assert entries(full, "timeline:overview") == [(0, 200)], "it is 200 s after the recording began"


def test_nothing_goes_out_where_the_look_cannot_be_noted(
    full: House, kim: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, day, name = next(each for each in keys(full) if each.startswith("gate/")).split("/")

    def full_disk(*_: object, **__: object) -> None:
        raise OutputError("couldn't write an audit record in the catalogue: disk full")

    monkeypatch.setattr(full.installation.audit, "note", full_disk)
    asked = {
        f"{PATH}/objects/{day}/{name}": {},
        f"{PATH}/playlist.m3u8": RANGE,
        f"{PATH}/export.mp4": RANGE,
        f"{PATH}/still.jpg": {"at_90k": BEGIN_90K},
        f"{PATH}/thumbnail.jpg": {"at_90k": BEGIN_90K},
        PATH: RANGE,
    }
    for path, params in asked.items():
        done = kim.get(path, params=params)
        assert done.status_code == 503 and len(done.content) < 300, path


@pytest.mark.parametrize(
    ("byte_range", "code"),
    [("bytes=0-9", 206), ("bytes=10-", 206), ("bytes=-10", 416), ("bytes=0-9,20-29", 416), ("bytes=99999999-", 416),
     ("bytes=9-2", 416), ("pieces=0-9", 416), ("bytes=0-999999999999", 206)],
)  # fmt: skip
@ON_SQLITE_ALONE
def test_ranges_of_bytes(full: House, kim: TestClient, byte_range: str, code: int) -> None:
    key = next(each for each in keys(full) if each.startswith("gate/"))
    found = full.archive.find(key)
    size = found.size if found else None
    _, day, name = key.split("/")
    done = kim.get(f"{PATH}/objects/{day}/{name}", headers={"Range": byte_range})
    assert done.status_code == code
    if code == 206:
        first, last = map(int, re.findall(r"\d+", done.headers["content-range"])[:2])
        whole = kim.get(f"{PATH}/objects/{day}/{name}").content
        assert len(whole) == size and done.content == whole[first : last + 1]


def test_the_bytes_of_one_camera_are_not_reached_through_another(full: House, kim: TestClient) -> None:
    key = next(each for each in keys(full) if each.startswith("yard/"))
    _, day, name = key.split("/")
    if any(each == f"gate/{day}/{name}" for each in keys(full)):
        full.archive._places.rows.mark_deleting([f"gate/{day}/{name}"])
    assert kim.get(f"{PATH}/objects/{day}/{name}").status_code == 404
    for sneaky in ("..%2F..%2Fcatalogue.sqlite3", "../../../secrets.key", "%2e%2e/x.mp4"):
        assert kim.get(f"{PATH}/objects/{day}/{sneaky}").status_code in (403, 404, 422)


def test_what_is_being_deleted_is_not_shown(full: House, kim: TestClient) -> None:
    for key in [each for each in keys(full) if each.startswith("gate/")]:
        full.archive._places.rows.mark_deleting([key])
        _, day, name = key.split("/")
        assert kim.get(f"{PATH}/objects/{day}/{name}").status_code == 404
    assert kim.get(f"{PATH}/playlist.m3u8", params=RANGE).status_code == 404


@ON_SQLITE_ALONE
@pytest.mark.parametrize("path", ["", "/playlist.m3u8", "/export.mp4"])
@pytest.mark.parametrize("span_s", [0, -5, 400 * 86400])
def test_impossible_ranges_are_refused_in_words(kim: TestClient, path: str, span_s: int) -> None:
    params = {"from_90k": BEGIN_90K, "to_90k": BEGIN_90K + span_s * TICKS_PER_S}
    done = kim.get(PATH + path, params=params)
    assert done.status_code == 422 and "a range of time must be longer than 0" in done.json()["message"]


def test_nothing_recorded_is_said_in_words(kim: TestClient) -> None:
    nothing = {"from_90k": 0, "to_90k": 90000}
    for path, params in (("/playlist.m3u8", nothing), ("/export.mp4", nothing), ("/still.jpg", {"at_90k": 5})):
        done = kim.get(PATH + path, params=params)
        assert done.status_code == 404 and "nothing is recorded" in done.json()["message"]


def test_what_another_camera_of_the_name_recorded_is_for_who_sees_all_cameras(full: House, kim: TestClient) -> None:
    """Removed and added again, it opens nothing older to the groups that it is in now."""
    key, *_ = (each for each in keys(full) if each.startswith("gate/"))
    full.installation.groups.add("hall", "")
    full.add_user("lee", Role.OPERATOR, groups=("hall",))
    full.installation.cameras.remove("gate")
    full.installation.cameras.add("gate", CameraFacts(address=ADDRESS, groups=frozenset({"hall"})))
    lee, old = full.signed_in("lee"), f"{PATH}/objects/{key.removeprefix('gate/')}"
    full.clock.set_utc(-130)  # so that the last minute, too, has something of the other camera
    asked = {
        f"{PATH}/playlist.m3u8": RANGE, f"{PATH}/export.mp4": RANGE, f"{PATH}/still.jpg": {"at_90k": BEGIN_90K},
        f"{PATH}/thumbnail.jpg": {"at_90k": BEGIN_90K},
        old: {}, "/api/cameras/gate/still.jpg": {}, "/api/cameras/gate/live/playlist.m3u8": {},
    }  # fmt: skip
    for path, params in asked.items():
        assert kim.get(path, params=params).status_code == 200, path
        assert lee.get(path, params=params).status_code == (204 if "thumbnail" in path else 404), path
    timeline = lee.get(PATH, params=RANGE).json()
    assert not any(timeline["activity"]) and timeline["gaps"] == [RANGE]
    full.clock.set_utc(130)

    new_90k = full.clock.now_90k() + TICKS_PER_S
    writer = full.archive.writer("gate")
    for fragment in recorded([*steady(10, new_90k)]):
        writer.append(fragment)
    later = {"from_90k": BEGIN_90K, "to_90k": new_90k + 20 * TICKS_PER_S}
    assert lee.get(f"{PATH}/export.mp4", params=later).status_code == 200
    timeline = lee.get(PATH, params=later).json()
    assert timeline["gaps"][0] == {"from_90k": BEGIN_90K, "to_90k": new_90k}
    playlist = lee.get(f"{PATH}/playlist.m3u8", params=later).text
    lines = [line for line in playlist.splitlines() if line.startswith("objects/")]
    assert lines and old.removeprefix(f"{PATH}/") not in lines
    assert {lee.get(f"{PATH}/{line}").status_code for line in lines} == {200}
    writer.close()


def test_a_camera_that_was_never_there_before_has_all_of_its_recordings(full: House) -> None:
    """Also those that a clock put before it was added."""
    full.installation.groups.add("hall", "")
    full.add_user("lee", Role.VIEWER, groups=("hall",))
    full.installation.cameras.change("gate", CameraFacts(groups=frozenset({"hall"})))
    assert played(full.signed_in("lee")) == played(full.signed_in("kim"))
