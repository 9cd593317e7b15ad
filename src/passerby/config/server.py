"""The section `server`: where the page and the API are served."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from passerby.config.section import Network, Section


def is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


_PATH = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*")
_OURS = ("api", "assets", "healthz", "metrics")


def _path(text: str) -> str:
    path = text if text.endswith("/") else f"{text}/"
    if not _PATH.fullmatch(path):
        raise ValueError("it begins with a slash, and consists of letters, digits, and . _ ~ -")
    if path.split("/")[1] in _OURS:
        raise ValueError(f"passerby itself has addresses below /{path.split('/')[1]}")
    return path


class Server(Section):
    """Where the page and the API are served."""

    host: str = Field(
        "127.0.0.1",
        description="The address to listen on. 0.0.0.0 listens on all of them. "
        "Danger: anybody who can reach it sees the sign-in page, so use HTTPS.",
    )
    port: int = Field(8080, ge=1, le=65535, description="The TCP port to listen on.")
    names: tuple[str, ...] = Field(
        (),
        description="Host names that browsers use for it, such as cameras.school.example. Requests for other "
        "names are refused, so that a foreign page cannot pose as this one. IP addresses and localhost always work.",
    )
    path: Annotated[str, AfterValidator(_path)] = Field(
        "/",
        description="The path under which browsers reach it, such as /cameras/, if a proxy serves other pages of the "
        "same host. The proxy may pass it on or remove it.",
    )
    certificate: Path | None = Field(
        None, description="A PEM file with the certificate and its chain. With it, HTTPS is used."
    )
    private_key: Path | None = Field(None, description="A PEM file with the certificate's private key.")
    trusted_proxies: tuple[Network, ...] = Field(
        (),
        description="Addresses or networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto headers "
        "are trusted. Danger: any client in them can claim to be at any address.",
    )
    allow_plain_http: bool = Field(
        False,
        description="Allow other machines to connect without HTTPS or a proxy. "
        "Danger: others on the network can read passwords and pictures.",
    )

    @property
    def is_https(self) -> bool:
        return self.certificate is not None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("server.certificate and server.private_key are given together or not at all")
        if not (self.is_https or self.trusted_proxies or self.allow_plain_http or is_this_machine(self.host)):
            raise ValueError(
                f"server.host '{self.host}' is reached by others, and there is no server.certificate: passwords would "
                "travel in the clear (give a certificate, name the proxy in server.trusted_proxies, or say "
                "server.allow_plain_http)"
            )
        return self
