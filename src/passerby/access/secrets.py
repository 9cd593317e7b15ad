"""Secrets of users and programs: made here, and kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits as text, for cookies, tokens and links. Only its `key_of` is stored."""
    return secrets.token_urlsafe(32)


def key_of(secret: str) -> str:
    """The hash by which a secret is found. No salt and no stretching: it holds 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
