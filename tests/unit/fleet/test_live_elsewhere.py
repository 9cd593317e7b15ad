"""What goes between machines: fragments that follow each other or begin anew, states that grow old, interest that
lapses, and requests that change nothing of what is covered."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.fleet.ask_messages import pack_asked, unpack_asked
from passerby.fleet.interest import LAPSES_AFTER_S, Interest, pack_interest, unpack_interest
from passerby.fleet.live_feed import LiveFeed, Viewer
from passerby.fleet.live_messages import PART_BYTES, LiveReader, pack_live
from passerby.fleet.state_messages import StatesHeard, pack_states_of
from passerby.media.camera import CameraState, CameraStatus
from passerby.media.requests import Rebase, ShowView, Watched
from passerby.media.segments import Fragment, InitSegment

CAMERA, IN_GOP = "yard", 4
INIT = InitSegment("one", b"the init", 320, 192, "avc1.64001e")


def fragment(number: int, size: int = 5) -> Fragment:
    return Fragment(INIT, number, 1, number % IN_GOP == 0, f"{number:05}".encode() * (size // 5), activity=7)


def sent(numbers: range, token: int = 3, process: str = "p", size: int = 5) -> list[list[bytes]]:
    """The parts of each fragment, as one node sends them."""
    feed = LiveFeed()
    viewer = Viewer(feed, CAMERA)
    found = []
    for number in numbers:
        feed.publish(CAMERA, fragment(number, size))
        found += [pack_live(each, token, process) for each in iter(viewer.take, None)]
    return found


def read(reader: LiveReader, messages: list[list[bytes]]) -> list[Fragment]:
    return [found for parts in messages for part in parts if (found := reader.read(part))]


def test_fragments_arrive_as_they_were() -> None:
    large = sent(range(6), size=2 * PART_BYTES)
    assert {len(parts) for parts in large} == {2, 3}, "the first of a GOP has the init segment too"
    assert read(LiveReader(), large) == [fragment(number, 2 * PART_BYTES) for number in range(6)]


def test_what_is_sent_again_for_somebody_who_comes_later_comes_once() -> None:
    early, late = LiveReader(), LiveReader()
    messages = sent(range(7))
    assert read(early, messages) == [fragment(number) for number in range(7)]
    again = messages[4:]
    assert read(late, messages[5:] + again) == [fragment(number) for number in (4, 5, 6)]
    assert read(early, again) == []


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(0, 70)))
def test_whatever_is_lost_each_piece_follows_or_is_a_key_frame(lost: set[int]) -> None:
    parts = [part for parts in sent(range(30), size=PART_BYTES + 5) for part in parts]
    got = read(LiveReader(), [[part] for number, part in enumerate(parts) if number not in lost])
    assert all(each == fragment(each.start_90k, PART_BYTES + 5) for each in got), "and none is torn"
    for before, after in zip([None, *got], got, strict=False):
        assert after.is_key or (before is not None and after.start_90k == before.start_90k + 1)


def test_a_node_that_lost_the_camera_is_not_shown_any_more() -> None:
    reader = LiveReader()
    assert len(read(reader, sent(range(8), token=3, process="old"))) == 8
    assert len(read(reader, sent(range(4, 8), token=9, process="new"))) == 4
    assert read(reader, sent(range(8, 16), token=3, process="old")) == []
    assert len(read(reader, sent(range(8, 12), token=9, process="again"))) == 4, "a node that was restarted"


@pytest.mark.parametrize("message", [b"", b"\x00", b"\x00\x00\x00\x02[]", b"\xff\xff\xff\xff{}", b"\x00\x00\x00\x02{}"])
def test_what_is_no_fragment_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):
        LiveReader().read(message)


def test_interest_lapses_when_nothing_more_is_heard() -> None:
    now_s = 0.0
    interest = Interest(lambda: now_s)
    assert interest.note("one", frozenset({"gate", "yard"})) == {"gate", "yard"}
    assert interest.note("two", frozenset({"gate"})) == {"gate"}, "it needs a key frame too"
    now_s = LAPSES_AFTER_S - 1
    assert interest.note("two", frozenset({"gate"})) == frozenset()
    now_s = LAPSES_AFTER_S + 0.1
    assert interest.cameras() == {"gate"}, "the first is gone"
    assert interest.note("two", frozenset()) == frozenset()
    assert interest.cameras() == frozenset()


def test_interest_comes_through_and_nothing_else_does() -> None:
    assert unpack_interest(pack_interest("p", {"gate"})) == ("p", frozenset({"gate"}))
    wild = json.dumps({"version": 1, "process": "p", "cameras": ["gate", ">", "a.b", 7, None]}).encode()
    assert unpack_interest(wild) == ("p", frozenset({"gate"}))
    for junk in (b"", b"7", b"{}", b"\xff"):
        with pytest.raises(ValueError):
            unpack_interest(junk)


def test_only_what_changes_no_cover_can_be_asked() -> None:
    for request in (Rebase(), ShowView(5.0)):
        assert unpack_asked(pack_asked(request)) == request
    with pytest.raises(ValueError):
        pack_asked(Watched(True))
    for junk in (b"", b"{}", b"7", b'{"what": "run"}', b'{"what": "show-view", "for_s": "x"}'):
        with pytest.raises(ValueError):
            unpack_asked(junk)
    assert unpack_asked(b'{"what": "show-view", "for_s": 1e9}') == ShowView(60.0), "not for ever"


class Heard:
    """States with a clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.of = StatesHeard(5.0, lambda: round(self.now_s * 90_000), lambda: self.now_s)

    def note(self, node: str, token: int, state: CameraState) -> None:
        for message in pack_states_of(node, {CAMERA: (token, state)}):
            self.of.note(message, node)

    @property
    def state(self) -> CameraState:
        return self.of.states([CAMERA])[CAMERA]


WELL = CameraState(CameraStatus.RECORDING, "all is well", 7, figures=(("read", 3.0),))


def test_a_camera_of_which_nothing_is_heard_is_unknown_since_then() -> None:
    heard = Heard()
    assert heard.state.what is CameraStatus.UNKNOWN and heard.state.since_90k == 100 * 90_000
    assert heard.of.states([CAMERA], is_complete=False) == {}
    heard.note("a", 3, WELL)
    heard.now_s = 104.9
    assert heard.state == WELL and heard.of.lost([CAMERA]) == frozenset()
    heard.now_s = 105.1
    assert heard.state == CameraState(CameraStatus.UNKNOWN, "nothing was heard of it from node a", 100 * 90_000)
    assert heard.of.lost([CAMERA]) == {CAMERA}


def test_of_two_nodes_the_one_with_the_higher_token_is_believed() -> None:
    heard = Heard()
    failed = CameraState(CameraStatus.FAILED, "its address is wrong", 9)
    heard.note("a", 3, WELL)
    heard.note("b", 4, failed)
    heard.note("a", 3, WELL)
    assert heard.state == failed
    heard.now_s += 6
    heard.note("a", 3, WELL)
    assert heard.state.what is CameraStatus.UNKNOWN, "who lost it cannot say how it is"


def test_an_old_report_says_since_when_it_is_unknown() -> None:
    heard = Heard()
    heard.of.note_last_known("a", 77, [CAMERA])
    assert heard.state == CameraState(CameraStatus.UNKNOWN, "nothing was heard of it from node a", 77)
    heard.note("b", 4, WELL)
    heard.of.note_last_known("a", 99, [CAMERA])
    assert heard.state == WELL


@pytest.mark.parametrize("message", [b"", b"[]", b"{}", b'{"node": "a", "cameras": {"gate": [1, "recording", ""]}}'])
def test_what_are_no_states_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError):
        Heard().of.note(message, "a")


def test_a_node_speaks_for_itself_only() -> None:
    heard = Heard()
    for message in pack_states_of("a", {CAMERA: (9, WELL)}):
        with pytest.raises(ValueError):
            heard.of.note(message, "b")
    assert heard.of.node_of(CAMERA) is None
