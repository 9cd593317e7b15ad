"""The section `cluster`: several machines that record the same cameras between them."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from passerby.config.section import Section
from passerby.config.server import is_this_machine
from passerby.rules.events.schedule import Schedule
from passerby.rules.upload import Upload, UploadPolicy

_SERVER = re.compile(r"(nats|tls)://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?")


def _server(address: str) -> str:
    if "@" in address:
        raise ValueError("an address of a server has no password: use the key credentials")
    found = _SERVER.fullmatch(address)
    if found is None:
        raise ValueError("a server is tls://HOST:4222, or nats://127.0.0.1:4222 on this machine")
    if found[1] == "nats" and not is_this_machine(found[2].strip("[]")):
        raise ValueError("nats:// is not encrypted, and allowed on this machine only: use tls://")
    return address


def _hours(entries: tuple[str, ...]) -> tuple[str, ...]:
    Schedule.of(entries)
    return entries


class Cluster(Section):
    """For `passerby worker`: several machines that record the same cameras between them. Needs passerby[cluster], a
    catalogue in PostgreSQL and recordings in S3 or in a folder that all of them share."""

    servers: tuple[Annotated[str, AfterValidator(_server)], ...] = Field(
        (), description="The servers of NATS JetStream, such as tls://nats-1.example:4222. Best are three."
    )
    credentials: str | None = Field(None, description="File with the credentials for NATS (.creds).")
    authority: str | None = Field(
        None, description="File with the certificates that NATS is checked against. If not set, those of the system."
    )
    certificate: str | None = Field(None, description="File with the certificate that this node shows to NATS.")
    private_key: str | None = Field(None, description="File with the key of this certificate.")
    key: str | None = Field(
        None,
        description="File with the key that addresses of cameras are encrypted with, the same on every machine. "
        "If not set, secrets.key in the data folder. Danger: whoever has it and the catalogue has all passwords.",
    )
    node: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
        description="Name of this node, unlike that of any other. If not set, the name of the machine.",
    )
    site: str = Field(
        "",
        max_length=64,
        description="Where this node is. If it is the name of a site, cameras on its floor plan are recorded by nodes "
        "that are there, as long as there are any that can bear it.",
    )
    capacity: float = Field(
        1.0, gt=0, le=1e4, description="How much this node takes, compared with the others: 2.0 is twice as much."
    )
    replicas: int = Field(1, ge=1, le=5, description="How many servers of NATS keep each entry. 3 if there are three.")
    slots: int = Field(
        64,
        ge=1,
        le=4096,
        description="Into how many parts the cameras are divided. Set before the first start, and never changed.",
    )
    site_slots: int = Field(
        16,
        ge=1,
        le=256,
        description="The same for the cameras of a site that a node names: eight for each of its nodes.",
    )
    lease_s: float = Field(
        3.0,
        ge=2,
        le=60,
        description="After how many seconds of silence others take over the cameras of a node. Danger: if it is "
        "shorter than the network is sometimes slow, cameras move for nothing.",
    )

    upload: Literal["at-once", "at-night", "on-demand"] = Field(
        "at-once",
        description="When this node's recordings go to the store: at-once, at-night in upload_hours, or on-demand, "
        "which leaves them on its disk until their limit, from where what somebody looks at is fetched. For a site "
        "with a thin line. Danger: what is only on this disk is lost with it.",
    )
    upload_hours: Annotated[tuple[str, ...], AfterValidator(_hours)] = Field(
        ("22:00-06:00",), min_length=1, max_length=16, description="When it is night, in local time."
    )
    max_upload_kilobytes_per_s: float | None = Field(
        None,
        gt=0,
        le=1e7,
        description="At most so many kilobytes of recordings leave this node in a second, also of those that are "
        "fetched. If not set, as many as the line takes.",
    )

    @property
    def upload_policy(self) -> UploadPolicy:
        return UploadPolicy(Upload(self.upload), Schedule.of(self.upload_hours))

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key go together")
        if len(self.servers) < self.replicas and self.servers:
            raise ValueError(f"replicas is {self.replicas}, but there are only {len(self.servers)} servers")
        return self
