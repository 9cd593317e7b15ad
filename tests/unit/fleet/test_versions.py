"""Machines with different versions of passerby: messages of the version before are read, those of a later one are read
or refused in a sentence, and no node stops for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.fleet.control import (
    ControlAway,
    Session,
    pack_session,
    pack_table,
    unpack_session,
    unpack_table,
    unreadable_session,
)
from passerby.fleet.keeper import Keeper
from passerby.fleet.live_messages import LiveReader
from passerby.fleet.report_messages import NodeReport, lagging
from passerby.fleet.state_fields import state_fields, state_of
from passerby.fleet.wire import OtherFormat, Unreadable
from passerby.media.camera import CameraStatus
from passerby.media.health import Verdict
from passerby.rules.placement import Holding, Table
from passerby.version import __version__
from tests.golden_messages import (
    FOLDER,
    MESSAGES,
    REPORT,
    SAID_THEN,
    STATE,
    TABLE,
    read_states,
)  # fmt: skip

KEPT = sorted(FOLDER.glob("*/*"))
JSON = {name: each for name, each in MESSAGES.items() if each.is_json}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
MORE = st.dictionaries(st.text(max_size=6).map(lambda name: f"later_{name}"), ANYTHING, max_size=3)


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_kept_messages_mean_what_they_meant(file: Path) -> None:
    golden = MESSAGES[file.name]
    assert golden.read(file.read_bytes()) == SAID_THEN.get(file.parent.name, {}).get(file.name, golden.says)


def test_what_this_version_sends_is_kept() -> None:
    """If this fails, the format has changed: see `fleet.wire`, then write this version's files anew."""
    kept = {file.name: file.read_bytes() for file in (FOLDER / __version__).iterdir()}
    assert kept == {name: golden.pack() for name, golden in MESSAGES.items()}
    assert len({file.parent for file in KEPT}) > 1, "and the version before is read too"


@pytest.mark.parametrize("name", JSON)
@given(more=MORE)
def test_keys_of_a_later_version_are_read_past(name: str, more: dict[str, Any]) -> None:
    golden = JSON[name]
    said = json.loads(golden.pack()) | {key: _finite(value) for key, value in more.items()}
    read = golden.read(json.dumps(said).encode())
    assert (replace(read, more={}) if isinstance(read, Table) else read) == golden.says


def _finite(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_constant=lambda _: None)


@pytest.mark.parametrize("name", JSON)
@given(number=st.integers(2, 2**70) | st.integers(max_value=0))
def test_another_format_is_refused_in_a_sentence(name: str, number: int) -> None:
    said = json.loads(JSON[name].pack())
    key = "format" if "format" in said else "version"
    with pytest.raises(OtherFormat) as refused:
        JSON[name].read(json.dumps(said | {key: number}).encode())
    says = str(refused.value)
    assert f"has format {number}, and passerby here reads 1: update the machines one version at a time" in says


def test_a_live_fragment_of_another_format_is_refused() -> None:
    sent = MESSAGES["live-key-frame.bin"].pack()
    with pytest.raises(OtherFormat, match="a live fragment has format 2"):
        LiveReader().read(sent.replace(b'"version":1', b'"version":2'))


@pytest.mark.parametrize("name", MESSAGES)
@given(data=st.data())
def test_whatever_comes_is_read_or_refused(name: str, data: st.DataObject) -> None:
    golden = MESSAGES[name]
    sent = golden.pack()
    if golden.is_json and data.draw(st.booleans()):
        said = json.loads(sent)
        said[data.draw(st.sampled_from(sorted(said)))] = _finite(data.draw(ANYTHING))
        sent = json.dumps(said).encode()
    else:
        at = data.draw(st.integers(0, len(sent)))
        sent = sent[:at] + data.draw(st.binary(max_size=4)) + sent[data.draw(st.integers(at, len(sent))) :]
    with suppress(Unreadable):
        golden.read(sent)


@pytest.mark.parametrize(
    "sent", [b"[" * 100_000, b'{"a":' * 100_000, b"1" + b"0" * 100_000, b"NaN", b'{"version": true}']
)
@pytest.mark.parametrize("name", JSON)
def test_what_is_made_to_break_a_reader_is_refused(name: str, sent: bytes) -> None:
    with pytest.raises(Unreadable):
        JSON[name].read(sent)


def test_a_status_or_check_of_a_later_version_is_unknown_and_the_rest_is_read() -> None:
    fields = [*state_fields(STATE), "later"]
    fields[0] = "levitating"
    fields[5] = [["smudged", "bad", "it is smudged", 7], [*fields[5][0], "later"], ["moved", "perhaps", "", 8]]
    read = state_of(fields)
    assert read.what is CameraStatus.UNKNOWN and read.reason == STATE.reason and read.view == STATE.view
    assert [each.verdict for each in read.findings] == [Verdict.OK, Verdict.UNKNOWN]


def test_states_of_an_earlier_version_say_less() -> None:
    said = json.loads(JSON["states.json"].pack())
    said["cameras"]["gate"] = said["cameras"]["gate"][:4]
    node, states = read_states(json.dumps(said).encode())
    assert node == "north-1" and states["gate"].what is CameraStatus.RECORDING and states["gate"].findings == ()


def test_what_a_later_version_wrote_into_the_table_stays_when_this_one_changes_it() -> None:
    said = json.loads(pack_table(TABLE))
    said["paused"] = ["north-1"]
    said["slots"]["3"].append({"site": "North"})
    table = unpack_table(json.dumps(said).encode())
    after = json.loads(pack_table(table.with_cordoned("d", is_cordoned=True).without_node("ворота")))
    assert after["paused"] == ["north-1"] and after["slots"] == {"3": [*said["slots"]["3"]]}
    assert after["cordoned"] == ["c", "d"]


class OtherVersions:
    """A control plane with a table and the sessions of nodes of other versions, as bytes; and what time it is."""

    def __init__(self, table: bytes, sessions: Mapping[str, bytes]) -> None:
        self.stored, self.sessions, self.revision, self.now_s = table, dict(sessions), 10, 0.0

    def beat(self, keeper: Keeper, *at_s: float) -> None:
        for self.now_s in at_s:
            keeper.beat()

    def begin(self, session: Session) -> int:
        self.sessions[session.node] = pack_session(session)
        return self._next()

    def renew(self, session: Session, revision: int) -> int:
        return self._next()

    def end(self, session: Session) -> None:
        del self.sessions[session.node]

    def session(self, node: str) -> tuple[int, Session] | None:
        if node not in self.sessions:
            return None
        try:
            return 1, unpack_session(self.sessions[node])
        except Unreadable:
            return 1, unreadable_session(node)

    def heard(self) -> Mapping[str, Session]:
        return {}

    def table(self) -> tuple[int, Table]:
        try:
            return self.revision, unpack_table(self.stored)
        except Unreadable as error:
            raise ControlAway(str(error)) from None

    def replace_table(self, table: Table, revision: int) -> None:
        self.stored = pack_table(table)
        self._next()

    def _next(self) -> int:
        self.revision += 1
        return self.revision


def test_a_node_goes_on_with_what_it_has_under_a_table_of_another_format_and_says_so() -> None:
    control, warned = OtherVersions(pack_table(Table(2, {})), {}), list[str]()
    keeper = Keeper(control, Session("a", "a-1", 1.0), 3.0, warn=warned.append, now_s=lambda: control.now_s)
    control.beat(keeper, 0.0, 4.0)
    assert keeper._held.keys() == {0, 1}
    control.stored = control.stored.replace(b'"version":1', b'"version":2')
    before = control.stored
    control.beat(keeper, 5.0, 9.0)
    assert keeper._held.keys() == {0, 1} and control.stored == before
    assert warned == [
        "a table of slots has format 2, and passerby here reads 1: update the machines one version at a time; "
        "recording goes on with the cameras that this node has"
    ]
    assert keeper.trouble and "format 2" in keeper.trouble


@pytest.mark.parametrize("session", [b'{"version":2,"who":"b"}', b"nonsense"])
def test_a_node_whose_session_cannot_be_read_keeps_what_it_has_and_gets_nothing(session: bytes) -> None:
    table = Table(4, {0: Holding("b", "b-1", 3), 1: Holding("b", "b-2", 5)})
    control = OtherVersions(pack_table(table), {"b": session})
    keeper = Keeper(control, Session("a", "a-1", 1.0), 3.0, now_s=lambda: control.now_s)
    control.beat(keeper, 0.0, 4.0, 8.0)
    slots = control.table()[1].slots
    assert slots[1] == Holding("b", "b-2", 5), "that of its last run"
    assert {slots[slot].node for slot in (0, 2, 3)} == {"a"}
    del control.sessions["b"]
    control.beat(keeper, 12.0)
    assert {each.node for each in control.table()[1].slots.values()} == {"a"}, "once it has lapsed"


def test_who_lags_behind_is_said() -> None:
    def report(version: str, schema: str = "0027") -> NodeReport:
        return REPORT.model_copy(update={"version": version, "schema_known": schema})

    reports = {
        "a": report("0.9.0"), "b": report("0.10.0"), "c": report("0.10.0rc1"), "d": report("0.10"),
        "gone": report("0.1"), "later": NodeReport.unreadable("its report has format 2"), "e": report("0.10.0", "0026"),
    }  # fmt: skip
    live = reports.keys() - {"gone"}
    assert lagging(reports, live, "0.10.0") == {
        "a": "a lags behind: it runs passerby 0.9.0, and the newest here is 0.10.0",
        "c": "c lags behind: it runs passerby 0.10.0rc1, and the newest here is 0.10.0",
        "e": "e lags behind: it knows the catalogue up to 0026, others up to 0027",
    }
    assert lagging({"b": report("0.10.0")}, {"b"}, "0.11.0").keys() == {"b"}, "whoever asks may be newer than all"
    assert lagging({"b": report("0.10.0")}, {"b"}, "0.9.0") == {}
