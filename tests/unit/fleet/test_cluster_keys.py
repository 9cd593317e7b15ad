"""Members of a cluster on a real nats-server with TLS: what a key may do, above all one that was stolen."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passerby.config.cluster import Cluster
from passerby.errors import SettingsError
from passerby.fleet.control import ControlAway, Session
from passerby.fleet.report_messages import NodeReport
from tests.cluster import wait_for
from tests.secure_cluster import Inviting, SecureNats, as_given, with_client

if TYPE_CHECKING:
    from nats.aio.client import Client

    from passerby.fleet.nats.control import NatsControl

THIEF, VICTIM = "north-1", "south-1"
SESSION = "$KV.passerby-sessions"


class Members:
    """A cluster in which `THIEF`'s key was stolen."""

    def __init__(self, nats: SecureNats) -> None:
        from passerby.fleet.nats.subjects import Role

        self.nats = nats
        self.thief, self.victim = nats.joined(THIEF), nats.joined(VICTIM)
        self.api = nats.joined("page-1", Role.API)
        self.admin = nats.admin()


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Members]:
    nats = SecureNats(tmp_path_factory.mktemp("nats"))
    yield Members(nats)
    nats.close()


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[SecureNats]:
    """One that a test may change."""
    found = SecureNats(tmp_path)
    yield found
    found.close()


@pytest.fixture
def victim(members: Members) -> Iterator[NatsControl]:
    with control_of(members.victim) as found:
        yield found


@pytest.fixture
def admin(members: Members) -> Iterator[NatsControl]:
    with control_of(members.admin) as found:
        yield found


@contextmanager
def control_of(settings: Cluster) -> Iterator[NatsControl]:
    from passerby.fleet.nats.control import NatsControl

    with closing(NatsControl(settings, "test")) as found:
        yield found


def reads_the_table(control: NatsControl) -> bool:
    with suppress(ControlAway):
        control.table()
        return True
    return False


def test_a_member_has_all_that_a_node_needs(victim: NatsControl, admin: NatsControl) -> None:
    mine = Session(VICTIM, "run-1", 1.0)
    revision = victim.begin(mine)
    assert victim.renew(mine, revision) > revision
    wait_for(lambda: dict(victim.heard()) == {VICTIM: mine}, "hearing")
    at, table = victim.table()
    victim.replace_table(table.with_drained("x", is_drained=True), at)
    victim.report(VICTIM, NodeReport(site="North"))
    assert admin.table()[1].drained == {"x"} and admin.reports() == {VICTIM: NodeReport(site="North")}
    victim.end(mine)
    assert victim.session(VICTIM) is None
    wait_for(lambda: not victim.heard(), "hearing of its end")


def test_each_role_may_say_and_hear_what_the_list_says_and_nothing_else(nats: SecureNats) -> None:
    from passerby.fleet.nats.subjects import PERMISSIONS, Role

    members = Members(nats)  # not those of other tests, since all that may be written is written
    every = {(each, name) for may in PERMISSIONS.values() for each in (*may.publish, *may.subscribe)
             for name in (THIEF, VICTIM, "page-1", "admin")}  # fmt: skip
    subjects = sorted({instance(pattern, name) for pattern, name in every})
    for name, role, settings in (
        (THIEF, Role.WORKER, members.thief), ("page-1", Role.API, members.api), ("admin", Role.ADMIN, members.admin),
    ):  # fmt: skip
        may = PERMISSIONS[role]
        said, heard = tried(settings, subjects)
        assert said == [each for each in subjects if allowed(each, may.publish, name)], role
        assert heard == [each for each in subjects if allowed(each, may.subscribe, name)], role
        assert 0 < len(said) < len(subjects) and 0 < len(heard) < len(subjects)


NOT_FOR_WORKERS = (
    f"{SESSION}.{VICTIM}", f"$KV.passerby-reports.{VICTIM}", "$KV.passerby-table.other", f"passerby.live.{VICTIM}.gate",
    f"passerby.states.{VICTIM}", f"passerby.answer.{VICTIM}.page-1.1", f"passerby.ask.{VICTIM}.gate",
    f"passerby.ask.{THIEF}.gate", f"passerby.fetch.{VICTIM}",
    "passerby.interest.page-1", f"passerby.heard.{VICTIM}", "passerby.join.join-1",
    f"_INBOX.{VICTIM}.1", f"_INBOX.{THIEF}.1", "_INBOX.admin.1",
    "$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.SERVER.PING", "$JS.API.INFO", "$JS.API.STREAM.CREATE.X",
    *(f"STORE.API.STREAM.{what}.KV_passerby-sessions" for what in (
        "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE", "PEER.REMOVE", "LEADER.STEPDOWN")),
    "STORE.API.STREAM.CREATE.other", "STORE.API.STREAM.NAMES", "STORE.API.CONSUMER.CREATE.KV_passerby-table",
    "STORE.API.CONSUMER.CREATE.KV_passerby-table.x.y", "STORE.API.DIRECT.GET.KV_passerby-sessions",
    )  # fmt: skip
NOT_TO_HEAR = (
    ">", "*.>", "passerby.>", "passerby.*.>", "$KV.>", f"{SESSION}.*", f"{SESSION}.{THIEF}",
    f"passerby.ask.{VICTIM}.*", f"passerby.ask.{VICTIM}.gate", "passerby.ask.*.*", "passerby.answer.>",
    f"passerby.fetch.{VICTIM}", "passerby.fetch.*",
    "passerby.live.>", f"passerby.live.{VICTIM}.gate", "_INBOX.>", f"_INBOX.{VICTIM}.>", "passerby.join.*", "$SYS.>",
    "STORE.API.>", "*.*", "*.*.*",
)  # fmt: skip


def test_a_stolen_key_says_and_hears_nothing_of_others(members: Members) -> None:
    said, heard = tried(members.thief, [*NOT_FOR_WORKERS, f"passerby.live.{THIEF}.gate"], NOT_TO_HEAR)
    assert said == [f"passerby.live.{THIEF}.gate"] and heard == []


def test_a_stolen_key_does_not_read_what_others_are_asked(members: Members) -> None:
    async def thief(client: Client, errors: list[str]) -> list[str]:
        heard: list[str] = []
        for each in (f"passerby.ask.{THIEF}.*", f"passerby.ask.{VICTIM}.*", "passerby.ask.*.gate"):
            await client.subscribe(each, cb=noting(heard))
        await client.flush()
        await asyncio.to_thread(with_client, members.api, asking)
        await asyncio.sleep(0.2)
        return heard

    async def asking(client: Client, errors: list[str]) -> None:
        for name in (VICTIM, THIEF):
            await client.publish(f"passerby.ask.{name}.gate", b"secret")
        await client.flush()

    assert with_client(members.thief, thief) == [f"passerby.ask.{THIEF}.gate"]


def test_only_the_node_that_was_asked_can_answer(members: Members) -> None:
    from nats.errors import NoRespondersError

    from passerby.fleet.nats.asking import ask_node

    async def node(client: Client, errors: list[str]) -> bytes:
        async def answer(message: Any) -> None:
            await message.respond(b"yes, " + message.data)

        await client.subscribe(f"passerby.ask.{VICTIM}.*", cb=answer)
        await client.flush()
        return await asyncio.to_thread(with_client, members.api, page)

    async def page(client: Client, errors: list[str]) -> bytes:
        with pytest.raises(NoRespondersError):
            await ask_node(client, f"passerby.ask.{THIEF}.gate", THIEF, "page-1", b"rebase", 5.0)
        return await ask_node(client, f"passerby.ask.{VICTIM}.gate", VICTIM, "page-1", b"rebase", 5.0)

    assert with_client(members.victim, node) == b"yes, rebase"


@pytest.mark.parametrize("target", [f"{SESSION}.{VICTIM}", "$KV.passerby-table.table", "$KV.passerby-table.other"])
def test_no_answer_of_the_servers_is_written_where_a_stolen_key_may_not_write(
    members: Members, victim: NatsControl, admin: NatsControl, target: str
) -> None:
    """A request names the subject of its answer, and NATS does not check it: see `subjects`."""
    mine = Session(VICTIM, "run-2", 1.0)
    revision = victim.begin(mine)
    before = admin.table()

    of_the_table = b'{"last_by_subj":"$KV.passerby-table.table"}'

    async def thief(client: Client, errors: list[str]) -> None:
        await client.publish(f"{SESSION}.{THIEF}", b"{}", reply=target)
        for each in ("INFO.KV_passerby-sessions", "CREATE.KV_passerby-table", "MSG.GET.KV_passerby-table"):
            await client.publish(f"STORE.API.STREAM.{each}", of_the_table, reply=target)
        await client.flush()
        await asyncio.sleep(0.2)

    with_client(members.thief, thief)
    assert admin.table() == before and entries(admin, "passerby-table") == {"$KV.passerby-table.table"}
    assert victim.renew(mine, revision) > revision
    victim.end(mine)


def test_a_stolen_key_deletes_nothing_with_a_rollup(members: Members, victim: NatsControl) -> None:
    mine = Session(VICTIM, "run-3", 1.0)
    revision = victim.begin(mine)

    async def thief(client: Client, errors: list[str]) -> bytes:
        found = await client.request(f"{SESSION}.{THIEF}", b"{}", timeout=5, headers={"Nats-Rollup": "all"})
        return found.data

    assert b"rollup not permitted" in with_client(members.thief, thief)
    assert victim.session(VICTIM) == (revision, mine)
    victim.end(mine)


def test_what_is_heard_of_a_node_that_is_no_session_is_ignored(members: Members, victim: NatsControl) -> None:
    victim.table()

    async def thief(client: Client, errors: list[str]) -> None:
        await client.publish(f"{SESSION}.{THIEF}", b'{"node":"south-1","process":"x","weight":1.0}')
        await client.publish(f"{SESSION}.{THIEF}", b"nonsense", reply=f"passerby.heard.{VICTIM}")
        await client.flush()
        await asyncio.sleep(0.3)

    with_client(members.thief, thief)
    assert not victim.heard()


def test_a_table_that_was_spoilt_is_said_and_made_anew(nats: SecureNats) -> None:
    async def thief(client: Client, errors: list[str]) -> None:
        await client.request("$KV.passerby-table.table", b"nonsense", timeout=5)

    settings = nats.joined(THIEF)
    with control_of(nats.admin()) as control:
        control.table()
        with_client(settings, thief)
        with pytest.raises(ControlAway, match="what NATS has as the table of slots is none"):
            control.table()
        control.make_table_anew()
        before = control.table()
        control.make_table_anew()
        assert not before[1].slots and control.table() == before, "one that can be read stays"


def test_a_node_under_the_name_of_another_is_told(members: Members) -> None:
    with control_of(members.thief) as control:
        assert control.joined_as == THIEF
        with pytest.raises(ControlAway, match="NATS does not let this node do that") as told:
            control.begin(Session(VICTIM, "run", 1.0))
        assert "credentials of another node" in str(told.value.hint)


def test_an_invitation_works_once(nats: SecureNats, tmp_path: Path) -> None:
    from passerby.fleet.nats.joining import join

    first, second = nats.invite("a"), nats.invite("b")
    with Inviting(nats.authority, [first, second]) as inviting:
        file = join(as_given(first), tmp_path / "a")
        with pytest.raises(SettingsError, match="used already, by another machine") as told:
            join(as_given(first), tmp_path / "a-too")
        assert "passerby cluster remove a" in str(told.value.hint) and not (tmp_path / "a-too" / "node.creds").exists()
        join(as_given(second), tmp_path / "b")
    assert inviting.came == ["a", "b"] and inviting.missing == []
    with pytest.raises(SettingsError, match="nobody waits for this invitation any more"):
        join(as_given(first), tmp_path / "a-too")
    with pytest.raises(SettingsError, match="joined already"):
        join(as_given(first), tmp_path / "a")
    with pytest.raises(SettingsError, match="there is a node 'a' already"):
        nats.invite("a")
    assert {stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert (file.parent / "secrets.key").read_bytes() == bytes(range(32))
    kept = b"".join(each.read_bytes() for each in (tmp_path / "authority").glob("*.*"))
    for secret in ((file.parent / "node.key").read_bytes(), seed_in(file.parent / "node.creds")):
        assert secret and secret not in kept, "its private keys are on the machine alone"


def test_an_invitation_ends(nats: SecureNats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.fleet.nats.joining import join

    short = nats.invite("a", lasts=timedelta(seconds=2))
    with Inviting(nats.authority, [short]) as inviting:
        time.sleep(2.1)
    assert inviting.missing == ["a"] and not inviting.came
    with pytest.raises(SettingsError, match="this invitation ended at"):
        join(as_given(short), tmp_path / "a")
    clock = time.time
    monkeypatch.setattr("passerby.fleet.nats.joining.time.time", lambda: clock() - 3600)  # a machine that is late
    with pytest.raises(SettingsError, match=r"do not accept this node's (key|certificate)"):
        join(as_given(short), tmp_path / "a")


def test_an_invitation_lets_ask_to_join_and_no_more(nats: SecureNats) -> None:
    from passerby.fleet.nats.invitation import id_of
    from passerby.fleet.nats.joining import _reached, _tls_of

    invitation = nats.invite("a")
    own = f"passerby.join.{id_of(invitation.secret)}"
    of_a_node = (f"{SESSION}.a", "$KV.passerby-table.table", "passerby.live.a.gate")
    subjects = [own, "passerby.join.join-0000", *NOT_FOR_WORKERS, *of_a_node]

    async def run() -> list[str]:
        client = await _reached(invitation.servers, invitation.credentials, _tls_of(invitation), "x")
        errors: list[str] = []
        client._error_cb = noting_errors(errors)
        for each in subjects:
            await client.publish(each, b"")
        await all_denied(client, errors)
        await client.close()
        return errors

    denied = asyncio.run(run())
    assert [each for each in subjects if not any(f'"{each.lower()}"' in error for error in denied)] == [own]


@pytest.mark.parametrize("text", ["", "passerby-join-", "passerby-join-AAAA", "hello"])
def test_what_is_not_a_whole_invitation_is_refused(text: str) -> None:
    pytest.importorskip("nats", reason="no client of NATS: nats-py is not installed")
    from passerby.fleet.nats.invitation import Invitation

    with pytest.raises(SettingsError, match="not a whole invitation"):
        Invitation.read(text)


def test_a_request_under_another_secret_is_not_answered() -> None:
    pytest.importorskip("nats", reason="no client of NATS: nats-py is not installed")
    from passerby.fleet.nats.invitation import Invitation, Joining, read_request

    secret = bytes(range(16))
    joining = Joining(Invitation("a", "worker", (), "", "", "", secret, 0))
    request = read_request(secret, joining.request())
    assert request is not None and request.user == joining.user.public
    assert read_request(bytes(16), joining.request()) is None
    assert joining.open(request.answer(secret, {"x": 1}))["x"] == 1
    for answer in (request.answer(bytes(16), {"x": 1}), b"", bytes(80)):
        with pytest.raises(SettingsError, match="not from whoever made this invitation"):
            joining.open(answer)


def test_a_removed_node_is_refused_at_once_and_for_good(nats: SecureNats) -> None:
    from passerby.fleet.nats.joining import tell_servers

    settings, other = nats.joined("a"), nats.joined("b")
    thrown_out = threading.Event()
    is_in = threading.Event()

    async def stays(client: Client, errors: list[str]) -> None:
        is_in.set()
        while client.is_connected:
            await asyncio.sleep(0.005)
        thrown_out.set()

    thread = threading.Thread(target=with_client, args=(settings, stays))
    thread.start()
    assert is_in.wait(20)
    nats.authority.revoke("a")
    begun_s = time.monotonic()
    tell_servers(nats.authority)
    assert thrown_out.wait(5)
    thread.join()
    assert time.monotonic() - begun_s < 2.0
    refused(settings)
    nats.close()
    nats.start()
    refused(settings)
    nats.close()
    shutil.rmtree(nats.server_folder / "accounts")  # what it was told is lost: its configuration says it as well
    nats.start()
    refused(settings)
    with control_of(other) as control:
        wait_for(partial(reads_the_table, control), "the other, which was not removed")


def test_a_server_of_another_cluster_is_not_spoken_to(nats: SecureNats, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = SecureNats(tmp_path / "other")
    try:
        settings = nats.joined("a")
        elsewhere = settings.model_copy(update={"servers": (other.server.address,)})
        says = refusal(elsewhere)
        assert "a server of NATS is not one of this cluster" in says and "nothing was sent to it" in says
        trusting = elsewhere.model_copy(update={"authority": other.admin().authority})
        assert "do not accept this node's certificate" in refusal(trusting)
        certified = {"certificate": other.admin().certificate, "private_key": other.admin().private_key}
        assert "do not accept this node's key" in refusal(trusting.model_copy(update=certified))
    finally:
        other.close()


def test_all_servers_throw_a_removed_node_out_and_none_lets_a_node_in_as_a_server(tmp_path: Path) -> None:
    from passerby.fleet.nats.joining import tell_servers
    from passerby.fleet.nats.server_config import ROUTES_ABOVE

    nats = SecureNats(tmp_path, count=2)
    try:
        settings = nats.joined("a").model_copy(update={"servers": (nats.servers[1].address,)})
        port, own = nats.server.port + ROUTES_ABOVE, nats.server_folder
        assert settings.certificate and settings.private_key
        assert not is_let_in(port, settings.certificate, settings.private_key)
        assert is_let_in(port, str(own / "server.pem"), str(own / "server.key")), "a server is"

        async def stays(client: Client, errors: list[str]) -> None:
            nats.authority.revoke("a")
            await asyncio.to_thread(tell_servers, nats.authority)
            begun_s = time.monotonic()
            while client.is_connected:
                assert time.monotonic() - begun_s < 10
                await asyncio.sleep(0.01)

        with_client(settings, stays)
        refused(settings)
    finally:
        nats.close()


def is_let_in(port: int, certificate: str, key: str) -> bool:
    """Whether the port for servers goes on speaking with whoever shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(certificate, key)
    with socket.create_connection(("127.0.0.1", port), 5) as plain:
        try:
            with context.wrap_socket(plain) as secure:
                secure.settimeout(0.5)
                return secure.recv(65536) != b""
        except TimeoutError:
            return True
        except (ssl.SSLError, ConnectionError):
            return False


def test_nobody_is_invited_before_it_is_said_what_all_share(tmp_path: Path) -> None:
    pytest.importorskip("nats", reason="no client of NATS: nats-py is not installed")
    from passerby.fleet.nats.authority import Authority
    from passerby.fleet.nats.server_config import Server
    from passerby.fleet.nats.subjects import Role

    authority = Authority.begin(tmp_path / "authority", [Server("nats-1.example", 4222)])

    def says(name: str = "a", role: Role = Role.WORKER) -> str:
        with pytest.raises(SettingsError) as told:
            authority.invite(name, role, timedelta(hours=1))
        return str(told.value)

    assert "does not say where recordings go" in says()
    with authority.cluster_file.open("a") as file:
        file.write('catalogue = "postgresql+psycopg://x@127.0.0.1/x"\nrecordings = "s3://x"\n')
    assert "no key" in says() and "passerby cluster apply" in says()
    assert "cannot be named 'admin'" in says("admin") and "cannot be named 'a.b'" in says("a.b")
    assert "no machine joins as admin" in says(role=Role.ADMIN)
    with pytest.raises(SettingsError, match="no machine joined as 'a'"):
        authority.revoke("a")
    (tmp_path / "authority" / "members.json").write_text("{")
    with pytest.raises(SettingsError, match="without it removed keys would work again"):
        authority.members()
    (tmp_path / "authority" / "authority.json").write_text("{}")
    with pytest.raises(SettingsError, match="is damaged"):
        Authority(tmp_path / "authority")


def test_a_second_init_keeps_the_authority_and_who_was_removed(nats: SecureNats) -> None:
    from passerby.fleet.nats.authority import Authority

    settings = nats.joined("a")
    nats.authority.revoke("a")
    nats.close()
    again = Authority.begin(nats.folder / "authority", nats.servers)
    assert again.members() == {} and "secrets.key" in {each.name for each in again.folder.iterdir()}
    shutil.rmtree(nats.server_folder / "accounts")
    nats.start()
    refused(settings)
    with control_of(nats.admin()) as control:
        control.table()


def test_a_worker_under_another_name_than_it_joined_with_is_told(members: Members) -> None:
    from passerby.cli.worker import check_name
    from passerby.config import Config

    config = Config(cluster=members.thief)
    check_name(config, THIEF)
    with pytest.raises(SettingsError, match=f"this machine joined as '{THIEF}', and cannot be 'x'"):
        check_name(config, "x")


def test_a_machine_is_told_that_no_server_is_there(nats: SecureNats, monkeypatch: pytest.MonkeyPatch) -> None:
    from passerby.fleet.nats.joining import tell_servers

    nats.close()
    monkeypatch.setattr("passerby.fleet.nats.joining.CONNECTS_WITHIN_S", 1.0)
    with pytest.raises(SettingsError, match=r"couldn't reach tls://127\.0\.0\.1:\d+ ") as told:
        tell_servers(nats.authority)
    assert "are the servers of NATS running" in str(told.value.hint)


def test_nobody_is_heard_without_tls_and_a_certificate(members: Members) -> None:
    bare = members.thief.model_copy(update={"certificate": None, "private_key": None})
    assert "do not accept this node's certificate" in refusal(bare)
    with socket.create_connection(("127.0.0.1", members.nats.server.port), 5) as plain:
        plain.settimeout(5)
        plain.recv(4096)
        plain.sendall(b'CONNECT {"verbose":true}\r\nPING\r\n')
        assert plain.recv(4096) == b"", "it hangs up"


def refused(settings: Cluster) -> None:
    assert "do not accept this node's key" in refusal(settings)


def refusal(settings: Cluster) -> str:
    with control_of(settings) as control, pytest.raises(ControlAway) as told:
        control.table()
    return str(told.value)


def tried(settings: Cluster, say: Any, hear: Any = None) -> tuple[list[str], list[str]]:
    """Which of these subjects a member may say, and hear."""
    hear = say if hear is None else hear

    async def run(client: Client, errors: list[str]) -> None:
        for each in hear:
            await client.subscribe(each)
        for each in say:
            if "*" not in each and ">" not in each:
                await client.publish(each, b"")
        await all_denied(client, errors)
        found.extend(errors)

    found: list[str] = []
    with_client(settings, run)
    said = [each for each in say if f'nats: permissions violation for publish to "{each}"'.lower() not in found]
    heard = [each for each in hear if f'nats: permissions violation for subscription to "{each}"'.lower() not in found]
    return [each for each in said if "*" not in each and ">" not in each], heard


async def all_denied(client: Client, errors: list[str]) -> None:
    """Waits until all is refused that will be: refusals come in the order of what they refuse."""
    await client.publish("nobody.may.say.this", b"")
    begun_s = time.monotonic()
    while not errors or "nobody.may.say.this" not in errors[-1]:
        assert time.monotonic() - begun_s < 20
        await asyncio.sleep(0.01)


def instance(pattern: str, name: str) -> str:
    """A subject under a pattern."""
    return pattern.replace("{{name()}}", name).replace("*", "some").replace(">", "more")


def allowed(subject: str, patterns: tuple[str, ...], name: str) -> bool:
    return any(matches(subject.split("."), each.replace("{{name()}}", name).split(".")) for each in patterns)


def matches(subject: list[str], pattern: list[str]) -> bool:
    if pattern[-1] == ">":
        return len(subject) >= len(pattern) and matches(subject[: len(pattern) - 1], pattern[:-1] or subject[:0])
    return len(subject) == len(pattern) and all(b in ("*", a) for a, b in zip(subject, pattern, strict=True))


def noting(heard: list[str]) -> Any:
    async def note(message: Any) -> None:
        heard.append(message.subject)

    return note


def noting_errors(errors: list[str]) -> Any:
    async def note(error: Exception) -> None:
        errors.append(str(error))

    return note


def entries(control: NatsControl, bucket: str) -> set[str]:
    """The subjects of all that a bucket has."""

    async def read(client: Client) -> set[str]:
        info = await control._jetstream(client).stream_info(f"KV_{bucket}", subjects_filter=">")
        return set(info.state.subjects or ())

    return control._connection.ask(read)


def seed_in(creds: Path) -> bytes:
    return creds.read_bytes().split(b"SEED-----\n")[1].split()[0]


def test_telling_the_servers_disturbs_nobody_who_stays(nats: SecureNats) -> None:
    """Each invitation does it."""
    from passerby.fleet.nats.joining import tell_servers

    settings = nats.joined("a")

    async def stays(client: Client, errors: list[str]) -> bool:
        for _ in range(2):
            await asyncio.to_thread(tell_servers, nats.authority)
        await client.flush()
        return client.is_connected and client.stats["reconnects"] == 0 and errors == []

    assert with_client(settings, stays)
