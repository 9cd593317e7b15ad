"""The server side of RTSP login: Basic and Digest (RFC 2617, MD5), as in cameras."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Literal

Scheme = Literal["basic", "digest"]
REALM, NONCE = "camera", "5f3c1d0e9a7b"


def challenge(scheme: Scheme) -> str:
    """The value of WWW-Authenticate."""
    return f'Basic realm="{REALM}"' if scheme == "basic" else f'Digest realm="{REALM}", nonce="{NONCE}"'


def may_enter(scheme: Scheme, method: str, authorization: str | None, user: str, password: str) -> bool:
    """Whether the Authorization of a request is correct."""
    given_scheme, _, credentials = (authorization or "").partition(" ")
    if given_scheme.lower() != scheme:
        return False
    if scheme == "basic":
        return credentials.strip() == base64.b64encode(f"{user}:{password}".encode()).decode()
    fields = dict(re.findall(r'(\w+)="([^"]*)"', credentials))
    secret = _md5(f"{user}:{REALM}:{password}")
    asked = _md5(f"{method}:{fields.get('uri', '')}")
    wanted = _md5(f"{secret}:{NONCE}:{asked}")
    return fields.get("username") == user and fields.get("nonce") == NONCE and fields.get("response") == wanted


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
