"""What `[cluster]` accepts, and in which words it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.cli.worker import check_key, cluster_config
from passerby.config import parse_config
from passerby.errors import SettingsError

GOOD = """
[cluster]
servers = ["tls://nats-1.example:4222", "tls://nats-2.example", "tls://[2001:db8::7]:4222"]
replicas = 3
[storage]
catalogue = "postgresql+psycopg://passerby@database.example/passerby"
recordings = "s3://recordings"
"""


def refused(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_config({"cluster": {"servers": [text]}})
    return str(caught.value)


def test_several_machines_may_be_described(tmp_path: Path) -> None:
    file = tmp_path / "cluster.toml"
    file.write_text(GOOD)
    pytest.importorskip("nats", reason="no client of NATS: nats-py is not installed")
    assert cluster_config(file).cluster.replicas == 3


@pytest.mark.parametrize("address", ["nats://127.0.0.1:4222", "nats://localhost", "nats://[::1]:4222"])
def test_without_tls_only_this_machine_is_reached(address: str) -> None:
    assert parse_config({"cluster": {"servers": [address]}}).cluster.servers == (address,)
    assert "not encrypted" in refused("nats://nats.example:4222")


def test_addresses_that_are_no_servers_are_refused_without_showing_their_password() -> None:
    says = refused("tls://kim:hunter2@nats.example")
    assert "credentials" in says and "hunter2" not in says
    for address in ("nats.example:4222", "https://nats.example", "tls://nats.example/path", "tls://"):
        assert "a server is tls://HOST:4222" in refused(address)


def test_there_are_not_fewer_servers_than_replicas() -> None:
    with pytest.raises(SettingsError, match="replicas is 3, but there are only 1 servers"):
        parse_config({"cluster": {"servers": ["tls://nats.example"], "replicas": 3}})


def test_certificate_and_key_go_together() -> None:
    with pytest.raises(SettingsError, match="go together"):
        parse_config({"cluster": {"servers": ["tls://nats.example"], "certificate": "node.pem"}})


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("servers =", "names no servers"),
        ("catalogue =", "need a catalogue in PostgreSQL"),
        ("recordings =", "need one store"),
    ],
)
def test_what_all_machines_must_share_is_asked_for(tmp_path: Path, without: str, says: str) -> None:
    file = tmp_path / "cluster.toml"
    kept = [line for line in GOOD.splitlines() if not line.startswith(without)]
    file.write_text("\n".join(line for line in kept if without != "servers =" or not line.startswith("replicas")))
    with pytest.raises(SettingsError, match=says):
        cluster_config(file)


def test_a_worker_makes_no_key_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no key"):
        check_key(tmp_path, parse_config({"cluster": {"key": str(tmp_path / "secrets.key")}}))


def test_hours_of_the_night_are_understood_or_refused() -> None:
    found = parse_config({"cluster": {"upload": "at-night", "upload_hours": ["sat,sun", "23:00-05:30"]}}).cluster
    assert found.upload_policy.stays and found.upload_policy.may_begin(5, 12 * 60)
    assert not found.upload_policy.may_begin(0, 12 * 60)
    with pytest.raises(SettingsError, match="'22-06' is no time"):
        parse_config({"cluster": {"upload_hours": ["22-06"]}})
