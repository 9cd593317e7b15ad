"""`passerby worker`: one of several machines that record the same cameras between them."""

from __future__ import annotations

import logging
import platform
import re
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.failure import Debug, fails_clearly
from passerby.cli.folder import DATA, Data, installed
from passerby.cli.logs import log_to_stderr, without_noise_of_nats
from passerby.config import Config, read_config
from passerby.errors import SettingsError

log = logging.getLogger("passerby.worker")

ClusterFile = Annotated[
    Path,
    typer.Option("--cluster", metavar="FILE", show_default=False, help="A configuration that has a section cluster."),
]
NodeName = Annotated[
    str | None, typer.Option("--node", metavar="NAME", show_default="that of the file, or of this machine")
]


@fails_clearly
def worker(
    cluster: ClusterFile,
    data: Data = DATA,
    node: NodeName = None,
    debug: Debug = False,
) -> None:
    """Record a share of the cameras of several machines.

    Every machine runs it with the same file. When one is gone, the others record its cameras.

    Cameras are those of the catalogue: passerby cluster apply puts those of the file there.
    """
    log_to_stderr(debug)
    config = cluster_config(cluster)
    name = node or name_of_this(config)
    check_key(data, config)
    check_name(config, name)
    with installed(data, cluster, log.warning) as installation:
        from passerby.service.node import run_node  # here, since --help need not wait for all of it

        run_node(data, installation, name)


def name_of_this(config: Config) -> str:
    return config.cluster.node or re.sub(r"[^A-Za-z0-9_-]", "-", platform.node())[:64]


def cluster_config(file: Path) -> Config:
    """Raises SettingsError if it does not describe several machines."""
    config = read_config(file)
    if not config.cluster.servers:
        raise SettingsError(f"{file}: [cluster] names no servers", hint='servers = ["tls://HOST:4222"]')
    url = config.storage.catalogue
    if url is None or not url.get_secret_value().startswith("postgresql"):
        raise SettingsError(f"{file}: several machines need a catalogue in PostgreSQL", hint="set storage.catalogue")
    if config.storage.recordings is None:
        raise SettingsError(f"{file}: several machines need one store", hint="set storage.recordings: s3://BUCKET")
    check_client()
    without_noise_of_nats()
    return config


def check_client() -> None:
    """Raises SettingsError."""
    try:
        import nats
    except ImportError:
        raise SettingsError("the client of NATS is missing", hint="pip install 'passerby[cluster]'") from None
    assert nats


def check_name(config: Config, node: str) -> None:
    """NATS lets a machine speak only under the name with which it joined. Raises SettingsError."""
    from passerby.fleet.nats.connection import joined_as

    name = joined_as(config.cluster)
    if name not in (None, node):
        raise SettingsError(f"this machine joined as '{name}', and cannot be '{node}'", hint="leave out --node")


def check_key(data: Path, config: Config) -> None:
    """A key made here could not decrypt what others encrypted. Raises SettingsError if there is none."""
    from passerby.access.sealer import KEY_FILE

    key = Path(config.cluster.key or data / KEY_FILE)
    if not key.exists():
        raise SettingsError(
            f"there is no key at '{key}'",
            hint="copy it from the machine on which cameras were added, or run passerby cluster apply there first",
        )
