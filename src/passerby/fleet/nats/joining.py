"""Both sides of a join over NATS: a machine asks under its invitation, and whoever made the invitation answers.

Also tells servers who was removed.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from passerby.config.cluster import Cluster
from passerby.errors import OutputError, SettingsError, os_reason
from passerby.fleet.nats.authority import CLUSTER_FILE, SECRETS_FILE, Authority, write_own_files
from passerby.fleet.nats.certificates import key_to_pem
from passerby.fleet.nats.connection import Refused, connected, tls_context, tls_of
from passerby.fleet.nats.invitation import Invitation, Joining, Request, id_of, read_request, tls_key_of
from passerby.fleet.nats.nkeys import Credentials
from passerby.fleet.nats.private_files import to_toml, write_private
from passerby.fleet.nats.subjects import JOIN, inbox

CONNECTS_WITHIN_S = 10.0
ANSWERS_WITHIN_S = 10.0
_CLAIMS = "$SYS.REQ.CLAIMS.UPDATE"


def answer_joins(
    authority: Authority,
    invitations: Sequence[Invitation],
    joined: Callable[[str], None],
    ready: Callable[[], None],
) -> list[str]:
    """Waits until all invited machines have joined, or their invitations have ended. joined: called with each name.
    ready: called when they may come. Returns the names of those that did not. Raises SettingsError, OutputError."""
    return asyncio.run(_answer_joins(authority, invitations, joined, ready))


def tell_servers(authority: Authority) -> None:
    """What the accounts are now: who was removed is thrown out at once. Raises SettingsError, OutputError."""
    asyncio.run(_tell_servers(authority))


def join(invitation: Invitation, folder: Path) -> Path:
    """Makes this machine a member. Returns its cluster file. Raises SettingsError, OutputError."""
    if (folder / CLUSTER_FILE).exists():
        raise SettingsError(f"'{folder}' is that of a machine that joined already", hint="give another --to")
    if invitation.until_s < time.time():
        raise SettingsError(
            f"this invitation ended at {invitation.until:%Y-%m-%d %H:%M} UTC",
            hint="passerby cluster invite makes another",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise OutputError(f"couldn't make '{folder}': {os_reason(error)}") from error
    joining = Joining(invitation)
    said = joining.open(asyncio.run(_ask(invitation, joining.request())))
    folder = folder.resolve()
    own = write_own_files(
        folder, Credentials(said["jwt"], joining.user), joining.tls, said["certificate"], said["authority"]
    )
    write_private(folder / SECRETS_FILE, bytes.fromhex(said["secrets_key"]))
    sections = said["file"]
    sections["cluster"] |= {"node": invitation.name, **own}
    write_private(folder / CLUSTER_FILE, to_toml(sections))  # last: with it, all is there
    return folder / CLUSTER_FILE


class _Door:
    """Those who were invited and have not come."""

    def __init__(self, authority: Authority, invitations: Sequence[Invitation], joined: Callable[[str], None]) -> None:
        self._authority, self._joined = authority, joined
        self._open = {id_of(each.secret): each for each in invitations}
        self._used: dict[str, tuple[Request, bytes]] = {}
        self.changed = asyncio.Event()

    @property
    def waiting(self) -> list[Invitation]:
        return [each for key, each in self._open.items() if key not in self._used and each.until_s > time.time()]

    @property
    def missing(self) -> list[str]:
        return [each.name for key, each in self._open.items() if key not in self._used]

    async def hear(self, message: Msg) -> None:
        key = message.subject.rpartition(".")[2]
        invitation = self._open.get(key)
        if invitation is None or not message.reply.startswith(f"{inbox(key)}."):
            return
        request = read_request(invitation.secret, message.data)
        if request is None:
            return
        await message.respond(self._answer(key, invitation, request))
        self.changed.set()

    def _answer(self, key: str, invitation: Invitation, request: Request) -> bytes:
        refused = "this invitation was used already, by another machine"
        hint = f"if nobody you know did: passerby cluster remove {invitation.name}, and invite again"
        if key in self._used:  # the same request again: its answer was lost
            by, answer = self._used[key]
            return answer if by == request else request.answer(invitation.secret, {"refused": refused, "hint": hint})
        if invitation.until_s <= time.time():
            return request.answer(invitation.secret, {"refused": "this invitation has ended"})
        try:
            said = self._authority.admit(invitation, request)
        except SettingsError as error:
            return request.answer(invitation.secret, {"refused": error.message, "hint": error.hint})
        answer = request.answer(invitation.secret, said)
        self._used[key] = request, answer
        self._joined(invitation.name)
        return answer


async def _answer_joins(
    authority: Authority,
    invitations: Sequence[Invitation],
    joined: Callable[[str], None],
    ready: Callable[[], None],
) -> list[str]:
    client = await _as_authority(authority, authority.own_credentials())
    try:
        door = _Door(authority, invitations, joined)
        await client.subscribe(f"{JOIN}.*", cb=door.hear)
        await client.flush()
        ready()
        while door.waiting:
            door.changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(door.changed.wait(), 0.5)
        await client.flush()
        return door.missing
    finally:
        await client.close()


async def _tell_servers(authority: Authority) -> None:
    client = await _as_authority(authority, authority.system_credentials())
    try:
        for jwt in authority.account_jwts():
            answer = json.loads((await client.request(_CLAIMS, jwt.encode(), timeout=ANSWERS_WITHIN_S)).data)
            if "error" in answer:
                raise SettingsError(f"the servers of NATS did not take it: {answer['error'].get('description')}")
    except NatsError as error:
        raise SettingsError(
            f"the servers of NATS do not answer ({type(error).__name__})",
            hint="run the command again when they are there",
        ) from None
    finally:
        await client.close()


async def _as_authority(authority: Authority, credentials: Credentials) -> Client:
    settings = _settings_of(authority)
    return await _reached(settings.servers, credentials, tls_of(settings), "authority")


async def _ask(invitation: Invitation, request: bytes) -> bytes:
    name = id_of(invitation.secret)
    client = await _reached(invitation.servers, invitation.credentials, _tls_of(invitation), name)
    try:
        return (await client.request(f"{JOIN}.{name}", request, timeout=ANSWERS_WITHIN_S)).data
    except (NoRespondersError, NatsError) as error:
        raise SettingsError(
            "nobody waits for this invitation any more"
            if isinstance(error, NoRespondersError)
            else "whoever made this invitation does not answer",
            hint="passerby cluster invite waits until the machine has joined: leave it running, or make another",
        ) from None
    finally:
        await client.close()


async def _reached(servers: Iterable[str], credentials: Credentials, tls: ssl.SSLContext | None, name: str) -> Client:
    try:
        return await connected(servers, credentials, tls, name, within_s=CONNECTS_WITHIN_S)
    except Refused as error:
        raise SettingsError(error.message, hint=error.hint) from None
    except (NatsError, OSError, TimeoutError) as error:
        where = ", ".join(servers)
        raise SettingsError(
            f"couldn't reach {where} ({type(error).__name__})",
            hint="are the servers of NATS running, and may this machine reach them?",
        ) from None


def _settings_of(authority: Authority) -> Cluster:
    from passerby.config import read_config

    return read_config(authority.cluster_file).cluster


def _tls_of(invitation: Invitation) -> ssl.SSLContext:
    """The certificate of who is invited is loaded from a file, since Python does not load it from memory."""
    with tempfile.TemporaryDirectory() as name:
        certificate, key = Path(name) / "invited.pem", Path(name) / "invited.key"
        write_private(certificate, invitation.certificate)
        write_private(key, key_to_pem(tls_key_of(invitation.secret)))
        context = tls_context(invitation.authority)
        context.load_cert_chain(certificate, key)
    return context
