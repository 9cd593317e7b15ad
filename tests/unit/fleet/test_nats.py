"""The control plane on a real NATS server: sessions lapse, one replaces the table, revisions never go back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from passerby.config.cluster import Cluster
from passerby.fleet.control import ControlAway, Overtaken, Session
from passerby.rules.placement import Holding, Table
from tests.cluster import NatsServer, wait_for

if TYPE_CHECKING:
    from passerby.fleet.nats.control import NatsControl

LEASE_S = 2.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    found = NatsServer(tmp_path / "nats")
    yield found
    found.kill()


@pytest.fixture
def control(server: NatsServer) -> Iterator[NatsControl]:
    from passerby.fleet.nats.control import NatsControl  # here, since where there is no client the server skips it

    settings = Cluster(servers=(server.address,), lease_s=LEASE_S, slots=4)
    with closing(NatsControl(settings, "test", lambda: 0)) as found:
        yield found


@pytest.fixture
def other(server: NatsServer) -> Iterator[NatsControl]:
    from passerby.fleet.nats.control import NatsControl

    with closing(
        NatsControl(Cluster(servers=(server.address,), lease_s=LEASE_S, slots=4), "other", lambda: 0)
    ) as found:
        yield found


def test_a_session_lapses_unless_it_is_renewed(control: NatsControl) -> None:
    mine = Session("a", "a-1", 1.0)
    revision = control.begin(mine)
    with pytest.raises(Overtaken):
        control.begin(Session("a", "a-2", 1.0))
    for _ in range(6):
        time.sleep(LEASE_S / 4)
        revision = control.renew(mine, revision)
    assert control.session("a") == (revision, mine) and dict(control.heard()) == {"a": mine}
    lapsed_s = wait_for(lambda: control.session("a") is None, "lapsing")
    assert LEASE_S - 0.2 < lapsed_s < LEASE_S + 1.5
    with pytest.raises(Overtaken):
        control.renew(mine, revision)
    assert control.begin(Session("a", "a-2", 1.0)) > revision


def test_a_session_that_ends_is_gone_at_once(control: NatsControl) -> None:
    mine = Session("a", "a-1", 1.0)
    control.begin(mine)
    wait_for(lambda: "a" in control.heard(), "hearing")
    control.end(mine)
    assert control.session("a") is None
    wait_for(lambda: "a" not in control.heard(), "hearing of its end", LEASE_S / 2)
    control.begin(Session("a", "a-2", 1.0))


def test_only_one_replaces_the_table(control: NatsControl) -> None:
    revision, table = control.table()
    mine = table.with_drained("b", is_drained=True)
    control.replace_table(mine, revision)
    with pytest.raises(Overtaken):
        control.replace_table(table, revision)
    after, found = control.table()
    assert after > revision and found == mine


def test_a_table_that_nobody_replaced_is_not_sent_again(control: NatsControl, other: NatsControl) -> None:
    revision, _ = control.table()
    full = Table(4096, {slot: Holding("node-a", "a" * 16, revision + 1) for slot in range(4096)})
    control.replace_table(full, revision)
    assert control.table()[1] == full
    before = received(control)
    found = [control.table() for _ in range(10)]
    assert received(control) - before < 10_000 and all(table == full for _, table in found)
    revision = other.table()[0]
    drained = full.with_drained("node-a", is_drained=True)
    other.replace_table(drained, revision)
    after, seen = control.table()
    assert after > revision and seen == drained, "what replaced it is seen at once"
    assert received(control) - before > 100_000


def test_a_table_is_read_whole_now_and_then_and_once_something_failed(
    control: NatsControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    from passerby.fleet.nats import control as module

    revision, table = control.table()
    assert control.table() == (revision, table)
    purge(control)  # nothing newer is there, and nothing at all: as no server does by itself
    with pytest.raises(Overtaken):
        control.replace_table(table, revision)
    again, empty = control.table()
    assert again > revision and empty == table
    assert control.table() == (again, empty)
    purge(control)
    now_s = time.monotonic()
    monkeypatch.setattr(module, "boot_s", lambda: module.WHOLE_EVERY_S + now_s + 10**9)
    assert control.table()[0] > again


def test_a_table_of_servers_that_lost_it_is_not_the_one_that_is_known(control: NatsControl) -> None:
    revision, table = control.table()
    control.replace_table(table.with_drained("b", is_drained=True), revision)
    assert control.table()[1].drained == {"b"}
    from passerby.fleet.nats.subjects import TABLE, stream

    control._connection.ask(lambda client: client.jetstream().delete_stream(stream(TABLE)))
    with pytest.raises(ControlAway):
        control.table()


def received(control: NatsControl) -> int:
    """Bytes, by its connection."""
    client = control._connection._client
    assert client is not None
    return client.stats["in_bytes"]


def purge(control: NatsControl) -> None:
    """Delete what is in the table's stream, as somebody may who has the server."""
    from passerby.fleet.nats.subjects import TABLE, stream

    control._connection.ask(lambda client: client.jetstream().purge_stream(stream(TABLE)))


def test_revisions_grow_even_if_the_servers_lose_everything(server: NatsServer, tmp_path: Path) -> None:
    from passerby.fleet.nats.control import NatsControl

    highest = round(time.time() * 1000) + 10**9
    control = NatsControl(Cluster(servers=(server.address,), lease_s=LEASE_S), "test", lambda: highest)
    try:
        revision, table = control.table()
        assert revision > highest
        control.replace_table(table.with_drained("b", is_drained=True), revision)
        server.kill()
        with pytest.raises(ControlAway):
            control.table()
        shutil.rmtree(tmp_path / "nats")
        server.start()
        highest += 500
        wait_for(lambda: _is_back(control), "coming back")
        again, empty = control.table()
        assert again > highest and not empty.slots and not empty.drained
    finally:
        control.close()


def test_reports_of_nodes_stay(control: NatsControl) -> None:
    from passerby.fleet.report_messages import NodeReport

    said = NodeReport(version="0.1.0", at_90k=7, cameras={"ворота": ["recording", "all is well", 7]})
    control.report("a", said)
    control.report("b", NodeReport())
    assert control.reports() == {"a": said, "b": NodeReport()}


def _is_back(control: NatsControl) -> bool:
    try:
        control.table()
    except ControlAway:
        return False
    return True


def test_a_table_of_the_version_before_is_read() -> None:
    """It knew no cordoned nodes."""
    from passerby.fleet.control import pack_table, unpack_table

    table = Table(4, {1: Holding("a", "a-1", 7)}, frozenset({"b"}), frozenset({"c"}))
    assert unpack_table(pack_table(table)) == table
    before = b'{"version": 1, "count": 4, "drained": ["b"], "slots": {"1": ["a", "a-1", 7]}}'
    assert unpack_table(before) == Table(4, table.slots, table.drained)
