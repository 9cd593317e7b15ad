"""What `passerby cluster init` writes for servers of NATS is safe as it is: TLS for everybody, nothing forgotten."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cluster import nats_server


@pytest.mark.parametrize("count", [1, 3])
def test_servers_begin_with_safe_settings(count: int, tmp_path: Path) -> None:
    program = nats_server()
    from passerby.config import read_config
    from passerby.fleet.nats.authority import Authority
    from passerby.fleet.nats.server_config import FILES, PORT, Server

    servers = [Server(f"nats-{number}", PORT) for number in range(count)]
    authority = Authority.begin(tmp_path / "authority", servers)
    for server in servers:
        folder = authority.folder / "servers" / server.folder
        assert {each.name for each in folder.iterdir()} == set(FILES)
        assert folder.stat().st_mode & 0o77 == 0 and (folder / "server.key").stat().st_mode & 0o77 == 0
        text = re.sub(r"(?m)^\s*#.*$", "", (folder / "nats.conf").read_text())
        (jetstream,) = re.findall(r"jetstream \{(.*?)\}", text, re.S)
        assert "sync_interval: always" in jetstream
        tls = re.findall(r"tls \{(.*?)\}", text, re.S)
        assert len(tls) == (2 if count > 1 else 1), "of clients, and of servers to each other"
        assert all("verify: true" in each and 'min_version: "1.3"' in each for each in tls)
        assert "allow_non_tls" not in text and "no_auth_user" not in text
        done = subprocess.run(
            [program, "-c", "nats.conf", "-t"], cwd=folder, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
    config = read_config(authority.cluster_file).cluster
    assert config.replicas == count and all(each.startswith("tls://") for each in config.servers)
