"""The authority of a cluster: a private folder with the keys that servers and nodes are checked against.

It is used by commands at a terminal and by nothing that runs all the time. Servers hold only what is public of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from passerby.config import read_config
from passerby.config.reading import read_toml
from passerby.errors import OutputError, SettingsError, os_reason
from passerby.fleet.nats.certificates import CertificateAuthority, ends_at, key_to_pem
from passerby.fleet.nats.claims import nodes_jwt, operator_jwt, store_jwt, system_jwt, system_user_jwt, user_jwt
from passerby.fleet.nats.invitation import SECRET_BYTES, Invitation, Request, id_of, nkey_of, tls_key_of
from passerby.fleet.nats.nkeys import Credentials, Kind, NKey, is_public
from passerby.fleet.nats.private_files import to_toml, write_private
from passerby.fleet.nats.server_config import Server, server_config
from passerby.fleet.nats.subjects import MEMBERS, Role
from passerby.folders import closed_to_others, made_once

KEYS_FILE, MEMBERS_FILE, CLUSTER_FILE, SECRETS_FILE = "authority.json", "members.json", "cluster.toml", "secrets.key"
OPERATOR, SYSTEM, STORE, NODES = "operator", "system", "store", "nodes"
RESERVED = ("admin", "authority")
HANDED_OVER = ("replicas", "slots", "lease_s")
"""Keys of [cluster] that are the same on every machine."""
VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_A_COMMAND_TAKES_S = 24 * 3600


class Authority:
    def __init__(self, folder: Path) -> None:
        """Raises SettingsError if there is none."""
        self.folder = folder
        try:
            found = json.loads((folder / KEYS_FILE).read_text())
            keys = {name: NKey.from_seed(seed) for name, seed in found["keys"].items()}
            self._accounts = {name: keys[name] for name in (OPERATOR, SYSTEM, STORE, NODES)}
            self._roles = {role: keys[f"role-{role}"] for role in Role}
            self._servers_ca = CertificateAuthority(*found["servers"])
            self._nodes_ca = CertificateAuthority(*found["nodes"])
        except FileNotFoundError:
            raise SettingsError(
                f"there is no authority in '{folder}'", hint="passerby cluster init makes one; --authority names it"
            ) from None
        except OSError as error:
            raise SettingsError(f"couldn't read the authority in '{folder}': {os_reason(error)}") from None
        except (ValueError, KeyError, TypeError):
            raise SettingsError(f"'{folder / KEYS_FILE}' is damaged", hint="restore it from a backup") from None

    @classmethod
    def begin(cls, folder: Path, servers: Sequence[Server]) -> Authority:
        """Makes the authority, or uses the one that is there. Writes a folder for each server. Raises OutputError."""
        try:
            closed_to_others(folder, [KEYS_FILE, MEMBERS_FILE, CLUSTER_FILE, SECRETS_FILE])
            made_once(folder / KEYS_FILE, json.dumps(_new_keys()).encode())
            made_once(folder / MEMBERS_FILE, json.dumps({"version": VERSION, "members": {}, "revoked": {}}).encode())
        except OSError as error:
            raise OutputError(f"couldn't make an authority in '{folder}': {os_reason(error)}") from error
        authority = cls(folder)
        for server in servers:
            authority._write_server(server, servers)
        if not (folder / CLUSTER_FILE).exists():
            authority._write_own_file(servers)
        return authority

    def members(self) -> dict[str, dict[str, Any]]:
        """By name: role, user (public key), since_s, until (of the certificate)."""
        found: dict[str, dict[str, Any]] = self._state()["members"]
        return found

    def invite(self, name: str, role: Role, lasts: timedelta) -> Invitation:
        """Only who holds this object can answer it. Raises SettingsError."""
        if _NAME.fullmatch(name) is None or name in RESERVED:
            raise SettingsError(f"a node cannot be named '{name}'", hint="letters, digits, - and _, such as north-1")
        if role not in MEMBERS:
            raise SettingsError(f"no machine joins as {role}")
        if name in self.members():
            raise SettingsError(
                f"there is a node '{name}' already",
                hint="passerby cluster remove takes its key away; then invite it again",
            )
        cluster = self._handed_over()["cluster"]
        secret, until_s = os.urandom(SECRET_BYTES), int(time.time() + lasts.total_seconds())
        return Invitation(
            name=name,
            role=role,
            servers=tuple(cluster["servers"]),
            authority=self._servers_ca.certificate_pem,
            certificate=self._nodes_ca.for_node("invited", tls_key_of(secret).public_key(), lasts),
            jwt=self._user_jwt(Role.JOINER, id_of(secret), nkey_of(secret).public, until_s),
            secret=secret,
            until_s=until_s,
        )

    def admit(self, invitation: Invitation, request: Request) -> dict[str, Any]:
        """Makes the machine a member. Returns what it is answered. Raises SettingsError."""
        name, role = invitation.name, Role(invitation.role)
        if not is_public(request.user, Kind.USER):
            raise SettingsError("the request has no key of a user")
        certificate = self._nodes_ca.for_node(name, Ed25519PublicKey.from_public_bytes(bytes.fromhex(request.tls)))
        answer = {
            "jwt": self._user_jwt(role, name, request.user),
            "certificate": certificate,
            "authority": self._servers_ca.certificate_pem,
            "file": self._handed_over(),
            "secrets_key": (self.folder / SECRETS_FILE).read_bytes().hex(),
        }
        with self._changing() as state:
            known = {each["user"] for each in state["members"].values()} | set(state["revoked"])
            if name in state["members"] or request.user in known:
                raise SettingsError(f"there is a node '{name}' already, or this key was used before")
            until = f"{ends_at(certificate):%Y-%m-%d}"
            state["members"][name] = {"role": role, "user": request.user, "since_s": int(time.time()), "until": until}
        return answer

    def revoke(self, name: str) -> None:
        """Here. Servers learn it from `nodes_jwt`. Raises SettingsError if there is no such member."""
        with self._changing() as state:
            if name in state["members"]:
                state["revoked"][state["members"].pop(name)["user"]] = name
            elif name not in state["revoked"].values():  # if it is, servers may not have been told
                raise SettingsError(f"no machine joined as '{name}'", hint="passerby cluster members names them")
        for folder in sorted((self.folder / "servers").iterdir()):  # what a server without data begins with
            path = folder / "nats.conf"
            text = re.sub(rf"(?m)^  {self._accounts[NODES].public}: .*$", self._nodes_line(), path.read_text())
            write_private(path, text)

    def nodes_jwt(self) -> str:
        """What servers must know: who was removed, and what this version lets each role do."""
        keys = self._accounts
        return nodes_jwt(keys[OPERATOR], keys[NODES], keys[STORE], self._roles, self._state()["revoked"])

    def account_jwts(self) -> list[str]:
        return [store_jwt(self._accounts[OPERATOR], self._accounts[STORE]), self.nodes_jwt()]

    def own_credentials(self) -> Credentials:
        """For answering those who were invited."""
        key = NKey.new(Kind.USER)
        return Credentials(self._user_jwt(Role.AUTHORITY, "authority", key.public, _soon_s()), key)

    def system_credentials(self) -> Credentials:
        """For telling servers who was removed."""
        key = NKey.new(Kind.USER)
        return Credentials(system_user_jwt(self._accounts[SYSTEM], key.public, _soon_s()), key)

    @property
    def cluster_file(self) -> Path:
        return self.folder / CLUSTER_FILE

    def _user_jwt(self, role: Role, name: str, user: str, until_s: int | None = None) -> str:
        return user_jwt(self._roles[role], name, user, self._accounts[NODES].public, until_s)

    def _handed_over(self) -> dict[str, dict[str, Any]]:
        """The sections of the own file that every machine gets. Raises SettingsError if they are not complete."""
        config, found = read_config(self.cluster_file), read_toml(self.cluster_file)
        if config.storage.catalogue is None or config.storage.recordings is None:
            raise SettingsError(
                f"'{self.cluster_file}' does not say where recordings go",
                hint="set catalogue and recordings in its section [storage]: every machine that joins gets them",
            )
        if not (self.folder / SECRETS_FILE).exists():
            raise SettingsError(
                f"there is no key '{self.folder / SECRETS_FILE}' for addresses of cameras yet",
                hint=f"passerby cluster apply --cluster {self.cluster_file} makes it",
            )
        sections = {name: each for name, each in found.items() if isinstance(each, dict)}
        kept = ("servers", *HANDED_OVER)
        return sections | {"cluster": {key: each for key, each in found["cluster"].items() if key in kept}}

    def _write_server(self, server: Server, servers: Sequence[Server]) -> None:
        folder = self.folder / "servers" / server.folder
        folder.parent.mkdir(exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        keys, tls = self._accounts, Ed25519PrivateKey.generate()
        accounts = {
            keys[SYSTEM].public: system_jwt(keys[OPERATOR], keys[SYSTEM]),
            keys[STORE].public: store_jwt(keys[OPERATOR], keys[STORE]),
            keys[NODES].public: self.nodes_jwt(),
        }
        operator = operator_jwt(keys[OPERATOR], keys[SYSTEM])
        write_private(folder / "nats.conf", server_config(server, servers, operator, keys[SYSTEM].public, accounts))
        write_private(folder / "server.key", key_to_pem(tls))
        write_private(folder / "server.pem", self._servers_ca.for_server(server.host, tls.public_key()))
        write_private(folder / "servers.pem", self._servers_ca.certificate_pem)
        write_private(folder / "nodes.pem", self._nodes_ca.certificate_pem)

    def _write_own_file(self, servers: Sequence[Server]) -> None:
        user, tls = NKey.new(Kind.USER), Ed25519PrivateKey.generate()
        own = write_own_files(
            self.folder.resolve(),
            Credentials(self._user_jwt(Role.ADMIN, "admin", user.public), user),
            tls,
            self._nodes_ca.for_node("admin", tls.public_key()),
            self._servers_ca.certificate_pem,
        )
        cluster = {"servers": [each.address for each in servers], "replicas": min(3, len(servers)), **own}
        write_private(self.cluster_file, _OWN_FILE.format(cluster=to_toml({"cluster": cluster})))

    def _nodes_line(self) -> str:
        return f"  {self._accounts[NODES].public}: {self.nodes_jwt()}"

    def _state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.folder / MEMBERS_FILE).read_text())
        except (OSError, ValueError):
            raise SettingsError(
                f"couldn't read '{self.folder / MEMBERS_FILE}', which says who was removed",
                hint="restore it from a backup: without it removed keys would work again",
            ) from None
        return found

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        """The state, written when the block ends well. One process at a time."""
        with (self.folder / f".{MEMBERS_FILE}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = self._state()
            yield state
            write_private(self.folder / MEMBERS_FILE, json.dumps(state, indent=1))


def write_own_files(
    folder: Path, credentials: Credentials, tls: Ed25519PrivateKey, certificate: str, authority: str
) -> dict[str, str]:
    """What a member keeps. Returns the keys of [cluster] that name it. Raises OutputError."""
    written: Mapping[str, tuple[str, str]] = {
        "credentials": ("node.creds", credentials.text()),
        "authority": ("servers.pem", authority),
        "certificate": ("node.pem", certificate),
        "private_key": ("node.key", key_to_pem(tls)),
    }
    for name, text in written.values():
        write_private(folder / name, text)
    return {key: str(folder / name) for key, (name, _) in written.items()} | {"key": str(folder / SECRETS_FILE)}


def _new_keys() -> dict[str, Any]:
    make: Callable[[str], NKey] = lambda name: NKey.new(Kind.OPERATOR if name == OPERATOR else Kind.ACCOUNT)  # noqa: E731
    names = (OPERATOR, SYSTEM, STORE, NODES, *(f"role-{role}" for role in Role))
    authorities = {name: CertificateAuthority.new(f"passerby {name}") for name in ("servers", "nodes")}
    pems = {name: [each.key_pem, each.certificate_pem] for name, each in authorities.items()}
    return {"version": VERSION, "keys": {name: make(name).seed for name in names}, **pems}


def _soon_s() -> int:
    return int(time.time()) + _A_COMMAND_TAKES_S


_OWN_FILE = """\
# For the commands passerby cluster on this machine. Every machine that joins gets its sections, with keys of its own;
# cameras and rules, if you write them here, go into the catalogue with passerby cluster apply.

{cluster}
[storage]
# The same for all machines. Fill these in before the first invitation:
# catalogue = "postgresql+psycopg://passerby:PASSWORD@database.example/passerby"
# recordings = "s3://recordings/passerby"
"""
