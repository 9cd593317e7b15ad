"""Every message between machines, as bytes that are kept under `vectors/messages`.

A folder for each version: this one's, and those before that it must read. When the version is raised:

    python -m tests.golden_messages tests/vectors/messages

and delete the folders that nobody needs to read any more. What a later version adds to a message gets its default in
the samples here, so that they are what older files say too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from passerby.fleet.ask_messages import pack_asked, unpack_asked
from passerby.fleet.control import Session, pack_session, pack_table, unpack_session, unpack_table
from passerby.fleet.interest import pack_interest, unpack_interest
from passerby.fleet.live_feed import Numbered
from passerby.fleet.live_messages import LiveReader, pack_live
from passerby.fleet.report_messages import NodeReport
from passerby.fleet.state_messages import StatesHeard, pack_states_of
from passerby.media.camera import BoxNow, CameraState, CameraStatus, ViewNow
from passerby.media.health import Check, Finding, Verdict
from passerby.media.requests import Rebase, ShowView
from passerby.media.segments import Fragment, InitSegment
from passerby.rules.placement import Holding, SiteSlots, Table
from passerby.version import __version__

FOLDER = Path(__file__).parent / "vectors" / "messages"
NODE, CAMERA, TOKEN, PROCESS = "north-1", "gate", 1790000000123, "0123456789abcdef"
STATE = CameraState(
    CameraStatus.RECORDING, "all is well", 160_000_000_000_000, 0.5, (("read", 3),),
    (Finding(Check.FROZEN, Verdict.OK, "all is well", 160_000_000_000_000),), 159_000_000_000_000, "it fails",
    ViewNow(160_000_000_000_090, (640, 360), False, (BoxNow("people", (0.25, 0.125, 0.5, 1.0)),)),
)  # fmt: skip
INIT = InitSegment("an id", b"ftyp moov", 640, 360, "avc1.64001e")
KEY_FRAME = Fragment(INIT, 160_000_000_000_000, 180_000, True, b"moof mdat", 7)
NEXT = Fragment(INIT, 160_000_000_180_000, 180_000, False, b"moof mdat 2", 0)


@dataclass(frozen=True)
class Golden:
    """says: what it means. pack: makes it. read: what one reads. is_json: it is one JSON object."""

    says: object
    pack: Callable[[], bytes]
    read: Callable[[bytes], object]
    is_json: bool = True


def read_states(data: bytes) -> tuple[str | None, dict[str, CameraState]]:
    heard = StatesHeard(9.0, lambda: 0, lambda: 0.0)
    heard.note(data, NODE)
    return heard.node_of(CAMERA), heard.states([CAMERA])


def read_live(first: bytes) -> Callable[[bytes], object]:
    """first: what must have come before."""

    def read(data: bytes) -> object:
        reader = LiveReader()
        if first:
            reader.read(first)
        return reader.read(data)

    return read


def _live(fragment: Fragment, index: int) -> bytes:
    (part,) = pack_live(Numbered(4, index, fragment), TOKEN, PROCESS)
    return part


OLD_TABLE = Table(
    16, {3: Holding(NODE, PROCESS, TOKEN), 9: Holding("ворота", "f" * 16, 7)}, frozenset({"b"}), frozenset({"c"})
)
TABLE = replace(OLD_TABLE, shares={NODE: 0.5}, sites={"North": SiteSlots(16, 8)}, quarantine={CAMERA: 3}, losses={9: 2})
SESSION = Session(NODE, PROCESS, 1.5, "North", 0.25)
REPORT = NodeReport(
    version="0.1.0", schema_known="0027", since_90k=160_000_000_000_000, at_90k=160_000_000_000_090, site="North",
    load=0.25, strain=0.5, spool="0123abcd", stays=True, trouble="the clock is wrong",
    alarms=(["store", None, "the disk is full", 7, 2],),
    cameras={CAMERA: ["recording", "all is well", 160_000_000_000_000]},
)  # fmt: skip

MESSAGES: dict[str, Golden] = {
    "table.json": Golden(TABLE, lambda: pack_table(TABLE), unpack_table),
    "session.json": Golden(SESSION, lambda: pack_session(SESSION), unpack_session),
    "report.json": Golden(REPORT, REPORT.pack, NodeReport.read),
    "states.json": Golden(
        (NODE, {CAMERA: STATE}), lambda: next(iter(pack_states_of(NODE, {CAMERA: (TOKEN, STATE)}))), read_states
    ),
    "watched.json": Golden(
        (PROCESS, frozenset({CAMERA, "yard"})), lambda: pack_interest(PROCESS, {CAMERA, "yard"}), unpack_interest
    ),
    "ask-rebase.json": Golden(Rebase(), lambda: pack_asked(Rebase()), unpack_asked),
    "ask-show-view.json": Golden(ShowView(10.0), lambda: pack_asked(ShowView(10.0)), unpack_asked),
    "live-key-frame.bin": Golden(KEY_FRAME, lambda: _live(KEY_FRAME, 0), read_live(b""), is_json=False),
    "live-next.bin": Golden(NEXT, lambda: _live(NEXT, 1), read_live(_live(KEY_FRAME, 0)), is_json=False),
}
SAID_THEN: dict[str, dict[str, object]] = {
    "before-0.1.0": {
        "report.json": REPORT.model_copy(update={"schema_known": "", "strain": None, "spool": "", "stays": False}),
        "session.json": Session(NODE, PROCESS, 1.5, strain=None),
        "table.json": OLD_TABLE,
    },
}
"""Where a version said less: what its messages mean."""


def main(to: Path) -> None:
    folder = to / __version__
    folder.mkdir(parents=True, exist_ok=True)
    for name, golden in MESSAGES.items():
        (folder / name).write_bytes(golden.pack())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
