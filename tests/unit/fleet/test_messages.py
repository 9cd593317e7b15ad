"""What workers and their parent tell each other comes through whole, and nothing else can."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.fleet.messages import (
    Ask,
    Drop,
    Order,
    Reader,
    Run,
    States,
    Stop,
    pack_fragment,
    pack_init,
    pack_order,
    pack_states,
    read_order,
)  # fmt: skip
from passerby.fleet.plan import CameraPlan
from passerby.media.boxes import BoxShare
from passerby.media.camera import BoxNow, CameraState, CameraStatus, ViewNow
from passerby.media.health import Check, Finding, Verdict
from passerby.media.requests import Rebase, ShowView, Watched
from passerby.media.segments import Fragment, InitSegment
from passerby.settings import Settings

PLAN = CameraPlan(
    camera="yard",
    address="rtsp://admin:s3cr3t@10.0.0.9/1",
    settings=Settings(mode="cover"),
    not_people=(BoxShare(0.1, 0.2, 0.2, 0.5), BoxShare(1 / 3, 0.0, 0.5, 1.0)),
)


@pytest.mark.parametrize(
    "order",
    [Run(PLAN), Drop("yard"), Ask("yard", Rebase()), Ask("yard", Watched(True)), Ask("yard", ShowView(10.0)), Stop()],
)
def test_orders(order: Order) -> None:
    assert read_order(pack_order(order)) == order
    assert "s3cr3t" not in repr(order)


@given(st.dictionaries(st.text(max_size=9), st.sampled_from(CameraStatus), max_size=4), st.text(max_size=30))
def test_states(of: dict[str, CameraStatus], reason: str) -> None:
    found = tuple(Finding(check, verdict, reason, 7) for check in Check for verdict in Verdict)
    view = ViewNow(2**60, (640, 360), False, (BoxNow("people", (0.25, -0.1, 0.5, 1.1234)),))
    by_camera = {
        camera: CameraState(what, reason, 2**62, 0.25, (("read", 3),), found, 9, "it fails", view)
        for camera, what in of.items()
    }
    states = States(by_camera, ready=True, stuck=tuple(of)[:1], left_out=len(of))
    assert Reader().read(pack_states(states)) == states


@given(st.binary(), st.integers(0, 2**62), st.booleans(), st.integers(0, 255))
def test_fragments(data: bytes, start_90k: int, is_key: bool, activity: int) -> None:
    init = InitSegment("an id", b"ftyp moov", 640, 360, "avc1.64001e")
    fragment = Fragment(init, start_90k, 27_000, is_key, data, activity)
    reader = Reader()
    assert reader.read(pack_init("yard", init)) is None
    assert reader.read(pack_fragment("yard", fragment)) == ("yard", fragment)


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="no order"):
        read_order(pack_states(States({})))
    with pytest.raises(ValueError, match="a worker sends nothing"):
        Reader().read(pack_order(Stop()))
