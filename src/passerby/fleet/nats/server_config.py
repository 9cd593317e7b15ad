"""Writes the configuration of nats-server: TLS for everybody, users by JWT, and JetStream that forgets nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PORT = 4222
ROUTES_ABOVE = 2000  # 6222 for 4222

FILES = ("nats.conf", "server.pem", "server.key", "servers.pem", "nodes.pem")


@dataclass(frozen=True, slots=True)
class Server:
    """Where clients reach it. Servers reach each other at the same host, on the port `ROUTES_ABOVE`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self._host}:{self.port}"

    @property
    def address(self) -> str:
        return f"tls://{self}"

    @property
    def folder(self) -> str:
        return self.host.replace(":", "-") + ("" if self.port == PORT else f"-{self.port}")

    @property
    def route(self) -> str:
        return f"nats-route://{self._host}:{self.port + ROUTES_ABOVE}"

    @property
    def _host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def server_config(
    server: Server, servers: Sequence[Server], operator_jwt: str, system: str, accounts: Mapping[str, str]
) -> str:
    """accounts: JWTs by public key, with which a server begins. It keeps newer ones that it is sent."""
    preload = "\n".join(f"  {public}: {jwt}" for public, jwt in accounts.items())
    others = [each.route for each in servers if each != server]
    text = _CONFIG.format(
        name=server.folder, port=server.port, operator=operator_jwt, system=system, preload=preload
    )  # fmt: skip
    if not others:
        return text
    return text + _ROUTES.format(port=server.port + ROUTES_ABOVE, routes=json.dumps(others))


_CONFIG = """\
# Written by passerby cluster init. Start it in this folder: nats-server -c nats.conf

server_name: "{name}"
listen: "0.0.0.0:{port}"

# Without a certificate of this cluster nobody gets as far as showing a key.
tls {{
  cert_file: "server.pem"
  key_file: "server.key"
  ca_file: "nodes.pem"
  verify: true
  min_version: "1.3"
}}

jetstream {{
  store_dir: "data"
  # Written to the disk before it is answered: a server that forgets may give cameras twice.
  sync_interval: always
}}

# Who may do what is in JWTs that the authority signs. A machine that joins needs nothing here.
operator: {operator}
system_account: {system}
resolver {{
  type: full
  dir: "accounts"
  allow_delete: false
  interval: "1m"
}}
resolver_preload {{
{preload}
}}
"""

_ROUTES = """
# Servers to each other. There are no permissions on this port: only certificates of servers open it.
cluster {{
  name: "passerby"
  listen: "0.0.0.0:{port}"
  no_advertise: true
  tls {{
    cert_file: "server.pem"
    key_file: "server.key"
    ca_file: "servers.pem"
    verify: true
    min_version: "1.3"
  }}
  routes: {routes}
}}
"""
