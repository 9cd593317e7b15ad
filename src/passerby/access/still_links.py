"""Signed links to the redacted still of one event, which expire. They lead to nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac

from passerby.access.own_secrets import OwnSecrets
from passerby.access.secrets import new_secret

SECRET_NAME = "still links"


class StillLinks:
    """The secret is made on first use. Raises OutputError if the catalogue fails."""

    def __init__(self, secrets: OwnSecrets) -> None:
        self._secrets = secrets

    def path(self, event: int, until_s: int) -> str:
        """Below the address of this installation. until_s: UTC, seconds since 1970, when it stops working."""
        return f"api/linked-stills/{event}.jpg?until={until_s}&signature={self._signature(event, until_s)}"

    def is_ours(self, event: int, until_s: int, signature: str) -> bool:
        """Whether we have made it; it may have expired."""
        return hmac.compare_digest(signature.encode(), self._signature(event, until_s).encode())

    def _signature(self, event: int, until_s: int) -> str:
        secret = self._secrets.get(SECRET_NAME, new_secret).encode()
        made = hmac.new(secret, f"passerby still {event} {until_s}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
