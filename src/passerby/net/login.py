"""Answers authentication challenges: Basic and Digest (RFC 7616), for both HTTP and RTSP."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Sequence

_FIELD = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "MD5-SESS": "md5", "SHA-256-SESS": "sha256"}


def answer(challenges: Sequence[str], method: str, uri: str, username: str, password: str) -> str | None:
    """The Authorization header for the strongest of these WWW-Authenticate values; None if none is supported."""
    digests = [each for each in challenges if each.lower().startswith("digest ")]
    for challenge in sorted(digests, key=lambda each: "SHA-256" not in each.upper()):
        header = _digest(challenge, method, uri, username, password)
        if header:
            return header
    if any(each.lower().startswith("basic") for each in challenges):
        return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
    return None


def _digest(challenge: str, method: str, uri: str, username: str, password: str) -> str | None:
    params = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(challenge.partition(" ")[2])}
    algorithm = params.get("algorithm", "MD5").upper()
    qops = re.split(r"[\s,]+", params.get("qop", ""))
    if algorithm not in _HASHES or (params.get("qop") and "auth" not in qops):
        return None
    realm, nonce, cnonce, count = params.get("realm", ""), params.get("nonce", ""), os.urandom(8).hex(), "00000001"

    def hashed(text: str) -> str:
        return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()

    secret = hashed(f"{username}:{realm}:{password}")
    if algorithm.endswith("-SESS"):
        secret = hashed(f"{secret}:{nonce}:{cnonce}")
    asked = hashed(f"{method}:{uri}")
    middle = f"{nonce}:{count}:{cnonce}:auth" if params.get("qop") else nonce
    fields = [f'username="{_quoted(username)}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"',
              f'response="{hashed(f"{secret}:{middle}:{asked}")}"']  # fmt: skip
    if "algorithm" in params:
        fields.append(f"algorithm={params['algorithm']}")
    if "opaque" in params:
        fields.append(f'opaque="{params["opaque"]}"')
    if params.get("qop"):
        fields += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"']
    return "Digest " + ", ".join(fields)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
