"""Encrypts camera addresses, which hold passwords, with a key stored beside the catalogue, not in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from passerby.errors import OutputError, SettingsError, os_reason
from passerby.folders import made_once

KEY_FILE = "secrets.key"
_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM. What was sealed for one place cannot be opened for another. `repr` shows nothing."""

    def __init__(self, folder: Path, key: str | None = None) -> None:
        """key: the file, if not the usual one in the folder. It is made on first use, with mode 0600. Raises
        SettingsError if others can read it, OutputError."""
        self._cipher = AESGCM(_key_in(folder / KEY_FILE if key is None else Path(key)))

    def seal(self, text: str, place: str) -> bytes:
        """place: the context, such as the camera's name and the column."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """SECRET. Raises SettingsError if the key is another one."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode()).decode()
        except InvalidTag:
            raise SettingsError(
                f"couldn't decrypt the value stored for '{place}'",
                hint=f"if the catalogue was restored without {KEY_FILE}, enter the address again",
            ) from None


def _key_in(path: Path) -> bytes:
    try:
        if not path.exists():  # the key is on the disk before it seals anything
            made_once(path, AESGCM.generate_key(bit_length=256))
        return _read(path)
    except OSError as error:
        raise OutputError(f"couldn't make or read '{path}': {os_reason(error)}") from error


def _read(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & 0o077 and os.name == "posix":
        raise SettingsError(f"'{path}' can be read by other users", hint=f"chmod 600 '{path}'")
    key = path.read_bytes()
    if len(key) != 32:
        raise SettingsError(
            f"'{path}' is not a key", hint="restore it from a backup; if no camera was ever added, remove it"
        )
    return key
