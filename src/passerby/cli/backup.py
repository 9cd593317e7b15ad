"""`passerby backup` and `passerby restore`: copies everything but the recordings, and restores such a copy."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.cli.failure import Debug, fails_clearly, say_warning
from passerby.cli.folder import DATA, ConfigFile, Data, config_of
from passerby.config import FILE_NAME
from passerby.errors import SettingsError

if TYPE_CHECKING:
    from passerby.config import Config


@fails_clearly
def backup(
    to: Annotated[
        Path,
        typer.Argument(metavar="DIR|FILE", show_default=False, help="A folder, or a file such as monday.tar.gz."),
    ],
    data: Data = DATA,
    config: ConfigFile = None,
    with_key: Annotated[
        bool,
        typer.Option(
            "--with-key", help="Include secrets.key. Danger: it unlocks the cameras' logins stored beside it."
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it exists.")] = False,
    debug: Debug = False,
) -> None:
    """Back up the catalogue, what cameras have learned and the configuration, even while passerby serve runs.

    A backup contains no recordings, and without --with-key not secrets.key, which decrypts the cameras' addresses.

    Example:

      passerby backup /mnt/backups --data /var/lib/passerby
    """
    from passerby.backup import back_up
    from passerby.clock import SystemClock

    settings = config_of(data, config)
    _refuse_server(settings)
    usual = data / FILE_NAME
    used = config or (usual if usual.exists() else None)
    done = back_up(data, to, SystemClock(), config=used, with_key=with_key, overwrite=overwrite)
    typer.echo(f"wrote {done.path} ({done.bytes / 1000:,.0f} kB): {_in_words(done.names)}. No recordings.")
    if with_key:
        say_warning("it contains secrets.key beside the encrypted addresses: whoever has it can log in to the cameras")
    else:
        typer.echo(
            "It does not contain secrets.key. Keep a copy elsewhere: without it, addresses have to be entered again."
        )
    if settings.camera:
        say_warning(f"it contains {FILE_NAME}, which holds the addresses of cameras unencrypted")


@fails_clearly
def restore(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="A file or folder written by passerby backup.")
    ],
    data: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", show_default=False, help="The new folder: empty, or not existing yet."),
    ],
    debug: Debug = False,
) -> None:
    """Create a new data folder from a backup, and update its tables.

    The next start of passerby serve makes the catalogue and the recordings that it finds agree.

    Example:

      passerby restore passerby-20261122T030000Z.tar.gz --data /var/lib/passerby
    """
    from passerby.access.sealer import KEY_FILE
    from passerby.backup import restore as restore_backup

    contents = restore_backup(path, data)
    typer.echo(f"restored {data} as it was at {contents.made_at}: {_in_words(contents.files)}.")
    if KEY_FILE not in contents.files:
        typer.echo(f"Put your {KEY_FILE} into it (mode 0600): without it addresses have to be typed again.")
    typer.echo("Put the folder 'objects' with the recordings into it too, if they were in the data folder.")


def _refuse_server(settings: Config) -> None:
    if settings.storage.catalogue is not None:
        raise SettingsError(
            "the catalogue is not in the data folder (storage.catalogue), so passerby does not back it up",
            hint="for PostgreSQL, use pg_dump; also keep passerby.toml, and secrets.key apart from both",
        )


def _in_words(names: Collection[str]) -> str:
    from passerby.access.sealer import KEY_FILE
    from passerby.backup.parts import BACKGROUNDS

    backgrounds = sum(name.startswith(f"{BACKGROUNDS}/") for name in names)
    parts = ["the catalogue", f"{backgrounds} learned background{'' if backgrounds == 1 else 's'}"]
    parts += ["the configuration"] if FILE_NAME in names else []
    parts += [KEY_FILE] if KEY_FILE in names else []
    return ", ".join(parts)
