"""Machines of their own network on this one: namespaces, bridged, from which each server can be made unreachable."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NATS, POSTGRESQL, S3 = "10.77.31.1", "10.77.31.2", "10.77.31.3"
NOBODY = "02:00:00:00:00:99"  # frames that are sent there vanish, as in a network that is cut


class Network:
    """A bridge that has the addresses of the servers, and machines at it."""

    def __init__(self) -> None:
        self._tag = secrets.token_hex(2)
        self._bridge = f"pb{self._tag}"
        self._machines: list[str] = []
        _ip("link", "add", self._bridge, "type", "bridge")
        for address in (NATS, POSTGRESQL, S3):
            _ip("addr", "add", f"{address}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")

    def machine(self) -> str:
        """A new one."""
        number = len(self._machines)
        name, ours = f"pb{self._tag}m{number}", f"pb{self._tag}v{number}"
        self._machines.append(name)
        _ip("netns", "add", name)
        _ip("link", "add", ours, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", ours, "master", self._bridge, "up")
        _ip("-n", name, "addr", "add", f"10.77.31.{number + 11}/24", "dev", "eth0")
        _ip("-n", name, "link", "set", "eth0", "up")
        _ip("-n", name, "link", "set", "lo", "up")
        return name

    def within(self, machine: str) -> list[str]:
        """What runs a command there."""
        return ["ip", "netns", "exec", machine]

    def cut(self, machine: str, *addresses: str) -> None:
        """What is sent there vanishes: nothing says that it does not arrive."""
        for address in addresses:
            _ip("-n", machine, "neigh", "replace", address, "lladdr", NOBODY, "dev", "eth0", "nud", "permanent")

    def heal(self, machine: str) -> None:
        for address in (NATS, POSTGRESQL, S3):
            with suppress(subprocess.CalledProcessError):
                _ip("-n", machine, "neigh", "del", address, "dev", "eth0")

    def close(self) -> None:
        for name in self._machines:
            with suppress(subprocess.CalledProcessError):
                _ip("netns", "del", name)
        with suppress(subprocess.CalledProcessError):
            _ip("link", "del", self._bridge)


@contextmanager
def network() -> Iterator[Network]:
    """Skips the test where there may be none: it takes root, and the command ip."""
    found = None
    try:
        try:
            found = Network()
            _ip("netns", "exec", found.machine(), "true")
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no network namespaces here: {error}")
        yield found
    finally:
        if found:
            found.close()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """Files with a certificate of a server at this address, which is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nats of a test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = folder / "nats.pem", folder / "nats.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
