"""Events and counts over HTTP: who sees which, what users may do about them, what is noted, and what is new at once."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from passerby.access.cameras import CameraFacts
from passerby.access.installation import catalogue_url
from passerby.api import events as event_routes
from passerby.catalogue.database import open_database
from passerby.catalogue.rows import Rows
from passerby.config.rule import LineRule
from passerby.events.records import EventRecords
from passerby.media.events import CameraEvent, EventKind
from passerby.media.segments import MINUTE_90K, TICKS_PER_S
from passerby.media.series import Measure, Minute
from passerby.rules.access import Action, Role
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, House, OpenHouse

AT = BEGIN_90K + 10 * TICKS_PER_S


def records(house: House) -> EventRecords:
    return EventRecords(Rows(open_database(catalogue_url(house.folder, house.config)), house.clock))


def crossed(camera: str = "gate", start_90k: int = AT, rule: str = "door") -> CameraEvent:
    return CameraEvent(camera, rule, EventKind.LINE_CROSSED, "people", start_90k, start_90k, 1, "right")


@pytest.fixture
def house(open_house: OpenHouse) -> House:
    """The gate was added at BEGIN_90K, when there was an event of an earlier gate, and has half a minute of recordings.
    kim sees all, vic and olu the gate; adam is an admin too, who sees the yard."""
    house = open_house(clock=MovingClock(BEGIN_90K))
    installation = house.installation
    for group in ("street", "back"):
        installation.groups.add(group, "")
    records(house).add([crossed(start_90k=BEGIN_90K - 9)])
    for name, group in (("gate", "street"), ("yard", "back")):
        installation.cameras.add(name, CameraFacts(address=ADDRESS, groups=frozenset({group})))
    house.clock.move(200)
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(30)):
        writer.append(fragment)
    writer.close()
    records(house).add([crossed(), crossed("yard"), crossed(start_90k=AT + 5, rule="exit")])
    house.add_user("kim", Role.OPERATOR, sees_all=True)
    house.add_user("vic", Role.VIEWER, groups=("street",))
    house.add_user("olu", Role.OPERATOR, groups=("street",))
    house.add_user("adam", Role.ADMIN, Role.VIEWER, groups=("back",))
    return house


def ids(client: TestClient, **params: Any) -> list[int]:
    done = client.get("/api/events", params=params)
    assert done.status_code == 200, done.text
    return [each["id"] for each in done.json()["events"]]


def noted(house: House, *what: str) -> list[tuple[str, str, str | None, str]]:
    return [(r.who, r.what, r.camera, r.about) for r in reversed(house.installation.audit.list()) if r.what in what]


def test_each_sees_events_of_their_cameras_since_these_were_added(house: House) -> None:
    kim, vic, adam = (house.signed_in(name) for name in ("kim", "vic", "adam"))
    assert (ids(kim), ids(vic), ids(adam)) == ([4, 3, 2, 1], [4, 2], [3])
    assert [c.get("/api/events/unread").json()["count"] for c in (kim, vic, adam)] == [4, 2, 1]
    for id, seen in ((1, False), (2, True), (3, False), (4, True), (99, False)):
        assert (vic.get(f"/api/events/{id}").status_code == 200) == seen
        assert vic.get(f"/api/events/{id}/still.jpg").status_code == (200 if seen else 404)
    params = {"from_90k": BEGIN_90K - 10, "to_90k": AT + 100}
    assert [each["id"] for each in vic.get("/api/cameras/gate/events", params=params).json()] == [4, 2]
    assert vic.get("/api/cameras/yard/events", params=params).status_code == 403
    assert adam.get("/api/cameras/gate/counts", params=params).status_code == 403


def test_filters_and_pages(house: House) -> None:
    kim = house.signed_in("kim")
    assert ids(kim, camera="gate", rule="door") == [2, 1]
    assert ids(kim, kind="crowd") == [] and ids(kim, is_open=True) == [] and ids(kim, state=["seen", "done"]) == []
    assert ids(kim, from_90k=AT, to_90k=AT + 1) == [3, 2]
    first = kim.get("/api/events", params={"most": 3}).json()
    last = first["events"][-1]
    rest = kim.get("/api/events", params={"before_90k": last["start_90k"], "before_id": last["id"]}).json()
    assert first["has_more"] and not rest["has_more"] and [each["id"] for each in rest["events"]] == [1]
    refused = kim.get("/api/events", params={"before_90k": 5})
    assert refused.status_code == 422 and refused.json()["said"]["code"] == "events-cursor-half"


def test_a_state_and_a_comment_are_kept_and_noted_with_who(house: House) -> None:
    olu, vic = house.signed_in("olu"), house.signed_in("vic")
    changed = olu.put("/api/events/2/state", json={"state": "false"}).json()
    assert (changed["state"], changed["state_who"]) == ("false", "olu")
    assert olu.post("/api/events/2/comments", json={"text": "A dog"}).status_code == 201
    shown = vic.get("/api/events/2").json()
    assert [(c["who"], c["text"]) for c in shown["comments"]] == [("olu", "A dog")]
    assert shown["event"]["comments"] == 1 and ids(vic, state="new") == [4]
    assert noted(house, "event:state", "event:comment") == [
        ("olu", "event:state", "gate", "event 2, door: new to false"),
        ("olu", "event:comment", "gate", "event 2, door"),
    ]
    for path in ("2/state", "3/state"):
        assert vic.put(f"/api/events/{path}", json={"state": "done"}).status_code == 403
    assert olu.put("/api/events/3/state", json={"state": "done"}).status_code == 404
    assert olu.post("/api/events/1/comments", json={"text": "?"}).status_code == 404
    assert olu.get("/api/events/precision").json() == [{"camera": "gate", "rule": "door", "right": 0, "false": 1}]


def test_a_still_is_a_look_at_the_recording(house: House) -> None:
    vic = house.signed_in("vic")
    done = vic.get("/api/events/2/still.jpg")
    assert done.content[:2] == b"\xff\xd8" and done.headers["x-passerby-at-90k"] == str(AT)
    looks = [each for each in house.installation.audit.list() if each.what == "still:see"]
    assert [(r.who, r.camera, r.from_90k, r.to_90k) for r in looks] == [("vic", "gate", AT, AT)]


def test_an_export_is_the_recording_with_some_seconds_around(house: House) -> None:
    olu, vic = house.signed_in("olu"), house.signed_in("vic")
    done = olu.get("/api/events/2/export.mp4")
    assert done.status_code == 200 and done.headers["content-type"] == "video/mp4" and len(done.content) > 1000
    (look,) = [each for each in house.installation.audit.list() if each.what == "recording:export"]
    assert (look.from_90k, look.to_90k) == (AT - 5 * TICKS_PER_S, AT + 5 * TICKS_PER_S)
    assert vic.get("/api/events/2/export.mp4").status_code == 403
    assert olu.get("/api/events/3/export.mp4").status_code == 404


def test_an_event_whose_recording_is_gone_says_so_in_one_sentence(house: House) -> None:
    olu = house.signed_in("olu")
    records(house).add([crossed(start_90k=AT + 3600 * TICKS_PER_S)])
    assert olu.get("/api/events/2/export.mp4", params={"only_ask": True}).status_code == 204
    house.clock.move(3600)
    olu = house.signed_in("olu")
    for path in ("export.mp4", "still.jpg"):
        none = olu.get(f"/api/events/5/{path}")
        assert (none.status_code, none.json()["message"]) == (404, "there is no recording of this event")
    house.clock.move(72 * 3600)
    house.archive.maintain(house.installation.keep(), house.clock.now_90k())
    olu = house.signed_in("olu")
    for path in ("export.mp4", "export.mp4?only_ask=true", "still.jpg"):
        gone = olu.get(f"/api/events/2/{path}")
        assert (gone.status_code, gone.json()["said"]["code"]) == (404, "event-recording-gone")
        assert gone.json()["message"] == (
            "the recording of this event is gone: recordings of camera 'gate' are kept for 72 hours"
        )
    assert not [each for each in house.installation.audit.list() if each.what == "recording:export"]


def streamed(text: str) -> list[int]:
    data = [json.loads(line) for line in re.findall(r"^data: (.*)$", text, re.MULTILINE)]
    assert [each["id"] for each in data] == [int(id) for id in re.findall(r"^id: (\d+)$", text, re.MULTILINE)]
    return [each["id"] for each in data]


def test_who_listens_gets_new_events_within_a_second_and_only_their_own(house: House) -> None:
    vic, got = house.signed_in("vic"), list[int]()
    house.clock.move(0)
    begun_s, took_s = time.monotonic(), list[float]()

    def listen() -> None:
        text = vic.get("/api/events/new", params={"within_s": 0.9}).text
        took_s.append(time.monotonic() - begun_s)
        got.extend(streamed(text))

    thread = threading.Thread(target=listen)
    thread.start()
    until_s = time.monotonic() + 10
    while not house.app.state.event_feed._listeners and time.monotonic() < until_s:
        time.sleep(0.01)
    records(house).add([crossed(start_90k=AT + 7), crossed("yard", AT + 7)])
    house.clock.move(1)  # the answer ends with the batch that comes
    thread.join(10)
    assert got == [5] and "text/event-stream" in vic.get("/api/events/new?within_s=0").headers["content-type"]


def test_who_comes_back_gets_what_they_missed(house: House) -> None:
    vic = house.signed_in("vic")
    done = vic.get("/api/events/new?within_s=0", headers={"Last-Event-ID": "1"})
    assert streamed(done.text) == [2, 4]
    assert streamed(vic.get("/api/events/new?within_s=0").text) == []


def test_whose_group_lost_the_camera_hears_no_more_of_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    vic = house.signed_in("vic")
    real = event_routes._seen_now

    def after_a_change(*args: Any) -> Any:
        house.installation.cameras.change("gate", CameraFacts(address=None, groups=frozenset({"back"})))
        return real(*args)

    monkeypatch.setattr(event_routes, "_seen_now", after_a_change)
    done = vic.get("/api/events/new?within_s=0", headers={"Last-Event-ID": "1"})
    assert streamed(done.text) == []


def test_a_token_for_counts_alone_gets_counts_alone(house: House) -> None:
    records(house).count([crossed(), crossed(), crossed(start_90k=AT + 60 * TICKS_PER_S)])
    waiting = Minute("till", Measure.WAITING, 0.0, count=2, mean=1.5, most=3, waited_s=31.0)
    nobody = Minute("door", Measure.CROSSED, 0.0, count=0, way="left")
    house.installation.presence.add("gate", [(BEGIN_90K // MINUTE_90K, each) for each in (waiting, nobody)])
    user = house.installation.users.find("kim")
    assert user
    secret, _ = house.installation.tokens.add(user, "statistics", frozenset({Action.SEE_COUNTS}), 1)
    program = house.client()
    program.headers["Authorization"] = f"Bearer {secret}"
    params: dict[str, Any] = {
        "from_90k": BEGIN_90K, "to_90k": BEGIN_90K + 7200 * TICKS_PER_S, "per": "minute", "zone": "Europe/Riga"
    }  # fmt: skip
    done = program.get("/api/cameras/gate/counts", params=params).json()
    assert done["rules"] == ["door"]
    assert [(c["way"], c["start_90k"], c["count"], c["minutes"]) for c in done["counts"]] == [
        ("left", BEGIN_90K, 0, 1), ("right", BEGIN_90K, 2, 1), ("right", BEGIN_90K + 60 * TICKS_PER_S, 1, 1),
    ]  # fmt: skip
    assert done["zones"] == ["till"]
    assert done["present"] == [
        {"rule": "till", "start_90k": BEGIN_90K, "minutes": 1, "mean": 1.5, "most": 3, "left": 2, "waited_s": 31.0}
    ]
    table = program.get("/api/cameras/gate/counts.csv", params=params)
    assert table.text.splitlines() == [
        "camera,rule,way,start,count,mean,most,left,waited_s,minutes",
        "gate,door,left,2026-09-21T17:15+03:00,0,,,,,1", "gate,door,right,2026-09-21T17:15+03:00,2,,,,,1",
        "gate,door,right,2026-09-21T17:16+03:00,1,,,,,1", "gate,till,,2026-09-21T17:15+03:00,,1.5,3,2,31.0,1",
    ]  # fmt: skip
    assert program.get("/api/events").status_code == 403
    wrong = program.get("/api/cameras/gate/counts", params={**params, "zone": "../../etc/passwd"})
    assert wrong.status_code == 422 and wrong.json()["said"]["code"] == "not-a-time-zone"


def test_a_rule_named_like_a_formula_stays_text_in_a_spreadsheet(house: House) -> None:
    records(house).count([crossed(rule="=2+5")])
    params = {"from_90k": BEGIN_90K, "to_90k": BEGIN_90K + 60 * TICKS_PER_S}
    assert ",'=2+5," in house.signed_in("kim").get("/api/cameras/gate/counts.csv", params=params).text


def test_metrics_say_how_many_are_in_zones_now(house: House) -> None:
    installation = house.installation
    now = house.clock.now_90k() // MINUTE_90K
    for ago, rule, people in ((20, "yard", 9.0), (3, "hall", 7.0), (1, "hall", 2.5), (1, "desk", 4.0)):
        its = Minute(rule, Measure.PRESENT, 0.0, mean=people, most=5)
        if rule == "desk":
            its = Minute(rule, Measure.WAITING, 0.0, count=2, mean=people, most=5, waited_s=30.0)
        installation.presence.add("gate", [(now - ago, its)])
    house.add_user("root", Role.ADMIN)
    text = house.signed_in("root").get("/metrics").text
    assert 'passerby_zone_people{camera="gate",rule="hall"} 2.5' in text, "of the newest minute"
    assert 'passerby_zone_people_peak{camera="gate",rule="hall"} 5.0' in text
    assert 'passerby_zone_waited_seconds{camera="gate",rule="desk"} 30.0' in text
    assert 'passerby_zone_waited_seconds{camera="gate",rule="hall"}' not in text
    assert 'rule="yard"' not in text, "what is old is not how it is now"


def test_alerts_are_switched_by_operators_of_the_camera_and_admins(house: House) -> None:
    olu, vic, adam = (house.signed_in(name) for name in ("olu", "vic", "adam"))
    assert vic.put("/api/cameras/gate/alerts", json={"is_on": False}).status_code == 403
    assert olu.put("/api/cameras/yard/alerts", json={"is_on": False}).status_code == 403, "not in her groups"
    for _ in range(2):
        assert olu.put("/api/cameras/gate/alerts", json={"is_on": False}).json()["has_alerts"] is False
    assert [(e["name"], e["has_alerts"]) for e in adam.get("/api/cameras").json()] == [("gate", False), ("yard", True)]
    assert adam.put("/api/cameras/gate/alerts", json={"is_on": True}).json()["has_alerts"] is True
    assert adam.put("/api/cameras/nowhere/alerts", json={"is_on": True}).status_code == 404
    assert noted(house, "alerts:off", "alerts:on") == [
        ("olu", "alerts:off", "gate", ""), ("adam", "alerts:on", "gate", ""),
    ]  # fmt: skip
    assert olu.put("/api/cameras/gate/alerts", json={"is_on": False}).status_code == 200
    house.installation.cameras.remove("gate")
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    assert house.installation.alerts.off() == frozenset(), "another camera of the name begins with its alerts on"


def test_metrics_count_crossings_of_the_day(house: House) -> None:
    rule = LineRule(kind="line", name="door", line=((0.1, 0.5), (0.9, 0.5)))
    house.installation.rules.add("gate", rule, is_enabled=True, who="kim")
    records(house).count([crossed(), crossed(), crossed(start_90k=AT - 86400 * TICKS_PER_S)])
    house.add_user("root", Role.ADMIN)
    root = house.signed_in("root")
    assert "passerby_line_crossings_total{" not in root.get("/metrics").text, "nothing is recorded"
    counting = Minute("door", Measure.CROSSED, 0.0, count=0, way="left")
    house.installation.presence.add("gate", [(house.clock.now_90k() // MINUTE_90K - 2, counting)])
    text = root.get("/metrics").text
    assert 'passerby_line_crossings_total{camera="gate",rule="door",way="left"} 0.0' in text
    assert 'passerby_line_crossings_total{camera="gate",rule="door",way="right"} 2.0' in text


@pytest.mark.promise
def test_no_answer_about_events_has_a_place_for_who_it_was(house: House) -> None:
    """Promise 3: what is answered has these fields and no others. None can hold a track's id, a crop of a person or a
    description: `text` is of a user's comment, the rest are figures, names of cameras, rules and users, and words of
    lists."""
    may_have = {
        "EventShown": {"id", "camera", "rule", "kind", "objects", "way", "start_90k", "end_90k", "is_open", "count",
                       "state", "state_who", "state_90k", "comments"},
        "EventPage": {"events", "has_more"}, "Unread": {"count"},
        "RulePrecision": {"camera", "rule", "right", "false"},
        "EventWithComments": {"event", "comments"}, "EventComment": {"who", "at_90k", "text"},
        "PresentShown": {"rule", "start_90k", "minutes", "mean", "most", "left", "waited_s"},
        "Counts": {"rules", "counts", "zones", "present"},
        "CountShown": {"rule", "way", "start_90k", "count", "minutes"},
    }  # fmt: skip
    described = house.app.openapi()
    schemas = described["components"]["schemas"]
    used: set[str] = set()
    for path, methods in described["paths"].items():
        if "/events" in path or "/counts" in path:
            for route in methods.values():
                for status, answer in route["responses"].items():
                    if status.startswith("2"):
                        for kind, body in answer.get("content", {}).items():
                            assert kind in ("application/json", "text/event-stream", "text/csv", "image/jpeg")
                            used |= set(re.findall(r"schemas/(\w+)", str(body)))
    for _ in range(3):
        used |= {name for each in used for name in re.findall(r"schemas/(\w+)", str(schemas[each].get("properties")))}
    assert used - {"EventKind", "EventState"} == may_have.keys()
    for name, fields in may_have.items():
        assert schemas[name]["properties"].keys() == fields, name
