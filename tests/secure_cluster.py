"""A real NATS server with TLS and the configuration that `passerby cluster init` writes, and its members."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from passerby.config import read_config
from passerby.config.cluster import Cluster
from tests.cluster import answers, free_port, nats_server, wait_for

if TYPE_CHECKING:
    from nats.aio.client import Client

    from passerby.fleet.nats.authority import Authority
    from passerby.fleet.nats.invitation import Invitation
    from passerby.fleet.nats.server_config import Server
    from passerby.fleet.nats.subjects import Role

Result = TypeVar("Result")
AN_HOUR = timedelta(hours=1)


class SecureNats:
    """In a folder of its own. Call `close` when done."""

    def __init__(self, folder: Path, count: int = 1) -> None:
        self._program = nats_server()
        from passerby.fleet.nats.authority import Authority
        from passerby.fleet.nats.server_config import Server

        self.servers = [Server("127.0.0.1", free_port()) for _ in range(count)]
        self.server = self.servers[0]
        self.authority: Authority = Authority.begin(folder / "authority", self.servers)
        self.folder = folder
        with self.authority.cluster_file.open("a") as file:
            file.write('catalogue = "postgresql+psycopg://passerby@127.0.0.1/x"\nrecordings = "s3://recordings"\n')
        (folder / "authority" / "secrets.key").write_bytes(bytes(range(32)))
        self._processes: list[subprocess.Popen[bytes]] = []
        self.start()

    @property
    def server_folder(self) -> Path:
        return self._folder_of(self.server)

    def start(self) -> None:
        for each in self.servers:
            folder = self._folder_of(each)
            with (folder / "log").open("ab") as log:
                command = [self._program, "-c", "nats.conf", "-a", "127.0.0.1"]
                self._processes.append(subprocess.Popen(command, cwd=folder, stderr=log))
        for each in self.servers:
            wait_for(lambda port=each.port: answers(port), "NATS")  # type: ignore[misc]

    def close(self) -> None:
        for each in self._processes:
            each.kill()
            each.wait()
        self._processes = []

    def _folder_of(self, server: Server) -> Path:
        return self.folder / "authority" / "servers" / server.folder

    def invite(self, name: str, role: Role | None = None, lasts: timedelta = AN_HOUR) -> Invitation:
        from passerby.fleet.nats.subjects import Role

        return self.authority.invite(name, role or Role.WORKER, lasts)

    def joined(self, name: str, role: Role | None = None) -> Cluster:
        """The settings of a machine that has joined."""
        from passerby.fleet.nats.joining import join

        with Inviting(self.authority, [self.invite(name, role)]) as inviting:
            file = join(as_given(inviting.invitations[0]), self.folder / name)
        return read_config(file).cluster

    def admin(self) -> Cluster:
        return read_config(self.authority.cluster_file).cluster


class Inviting:
    """`passerby cluster invite` in a thread, until all have come or `with` ends."""

    def __init__(self, authority: Authority, invitations: list[Invitation]) -> None:
        self.authority, self.invitations = authority, invitations
        self.came: list[str] = []
        self.missing: list[str] | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Inviting:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *failure: object) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        from passerby.fleet.nats.joining import answer_joins

        self.missing = answer_joins(self.authority, self.invitations, self.came.append, self._ready.set)


def as_given(invitation: Invitation) -> Invitation:
    """As the new machine gets it: as text."""
    from passerby.fleet.nats.invitation import Invitation

    return Invitation.read(invitation.text())


def with_client(settings: Cluster, do: Callable[[Client, list[str]], Awaitable[Result]]) -> Result:
    """do: gets a client that speaks with a member's key, and the list to which its errors are added."""
    from passerby.fleet.nats.connection import connected, tls_of
    from passerby.fleet.nats.nkeys import Credentials

    async def run() -> Result:
        errors: list[str] = []

        async def failed(error: Exception) -> None:
            errors.append(str(error))

        credentials = Credentials.read(Path(settings.credentials or "").read_text())
        client = await connected(settings.servers, credentials, tls_of(settings), "test", 10.0, failed)
        try:
            return await do(client, errors)
        finally:
            with suppress(Exception):
                await client.close()

    return asyncio.run(run())
