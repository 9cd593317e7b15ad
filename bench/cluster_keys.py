"""How fast machines join and are removed, and what separate accounts and TLS cost: python bench/cluster_keys.py

With a real nats-server on this machine. Compares removing a user by a JWT with removing it from a configuration file.
"""

from __future__ import annotations

import asyncio
import base64
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from passerby.config.cluster import Cluster
from passerby.fleet.control import Session
from passerby.fleet.nats.control import NatsControl
from passerby.fleet.nats.joining import tell_servers
from passerby.fleet.nats.nkeys import Kind, NKey
from tests.cluster import NatsServer, answers, free_port, nats_server, wait_for
from tests.secure_cluster import SecureNats, with_client

TIMES = 10
STATIC_USERS = 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        nats = SecureNats(Path(name))
        try:
            measure(nats)
        finally:
            nats.close()
    with tempfile.TemporaryDirectory() as name:
        plain = NatsServer(Path(name))
        try:
            settings = Cluster(servers=(plain.address,))
            print(f"one renewal, one account without TLS: {renewal_s(settings, 'n') * 1000:.2f} ms")
        finally:
            plain.kill()
    with tempfile.TemporaryDirectory() as name:
        print(
            f"removed from a file of {STATIC_USERS} users, by SIGHUP: {asyncio.run(reload_s(Path(name))) * 1000:.0f} ms"
        )


def measure(nats: SecureNats) -> None:
    joins = [timed(lambda n=n: nats.joined(f"node-{n}")) for n in range(TIMES)]  # type: ignore[misc]
    print(f"joining: {median(joins) * 1000:.0f} ms; an invitation has {len(nats.invite('x').text())} characters")
    settings = nats.joined("kept")
    print(f"one renewal, separate accounts and TLS: {renewal_s(settings, 'kept') * 1000:.2f} ms")
    removals = [removal_s(nats, f"node-{n}", nats.folder / f"node-{n}") for n in range(TIMES)]
    usual_ms, max_ms = median(removals) * 1000, max(removals) * 1000
    print(f"thrown out after passerby cluster remove began: {usual_ms:.0f} ms, {max_ms:.0f} at most")


def renewal_s(settings: Cluster, node: str) -> float:
    control = NatsControl(settings, "bench")
    try:
        session = Session(node, "run", 1.0)
        revision, taken = control.begin(session), []
        for _ in range(500):
            begun_s = time.perf_counter()
            revision = control.renew(session, revision)
            taken.append(time.perf_counter() - begun_s)
        return median(taken)
    finally:
        control.close()


def removal_s(nats: SecureNats, name: str, folder: Path) -> float:
    from passerby.config import read_config

    async def thrown_out(client, errors: list[str]) -> float:  # type: ignore[no-untyped-def]
        begun_s = time.perf_counter()
        nats.authority.revoke(name)
        telling = asyncio.get_running_loop().run_in_executor(None, tell_servers, nats.authority)
        while client.is_connected:
            await asyncio.sleep(0.001)
        taken_s = time.perf_counter() - begun_s
        await telling
        return taken_s

    return with_client(read_config(folder / "cluster.toml").cluster, thrown_out)


async def reload_s(folder: Path) -> float:
    """Until a user that was taken out of the file is thrown out."""
    from nats.aio.client import Client

    keys = [NKey.new(Kind.USER) for _ in range(STATIC_USERS)]
    port, file = free_port(), folder / "nats.conf"

    def write(users: list[NKey]) -> None:
        each = "\n".join(f'{{nkey: {key.public}, permissions: {{publish: "own.{key.public}.>"}}}}' for key in users)
        file.write_text(f'listen: "127.0.0.1:{port}"\nauthorization {{ users: [\n{each}\n] }}\n')

    write(keys)
    process = subprocess.Popen([nats_server(), "-c", str(file)], stderr=subprocess.DEVNULL)
    client = Client()
    try:
        wait_for(lambda: answers(port), "NATS")
        client._public_nkey = keys[0].public
        sign: Callable[[str], bytes] = lambda nonce: base64.b64encode(keys[0].sign(nonce.encode()))  # noqa: E731
        await client.connect(f"nats://127.0.0.1:{port}", signature_cb=sign, token=lambda: "", allow_reconnect=False)
        write(keys[1:])
        begun_s = time.perf_counter()
        process.send_signal(signal.SIGHUP)
        while client.is_connected and time.perf_counter() - begun_s < 20:
            await asyncio.sleep(0.001)
        return time.perf_counter() - begun_s
    finally:
        await client.close()
        process.kill()
        process.wait()


def timed(do: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    do()
    return time.perf_counter() - begun_s


if __name__ == "__main__":
    main()
