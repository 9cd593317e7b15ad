"""The section `oidc`: single sign-on by OpenID Connect."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from passerby.config.section import Section


class Oidc(Section):
    """Signing in through another service by OpenID Connect. Users must exist here too: it says who, this says what."""

    issuer: str | None = Field(
        None,
        description="The service's https:// address. Without it: no such sign-in. Danger: it can sign in as any "
        "user here.",
    )
    client_id: str | None = Field(None, description="What this installation is called there.")
    client_secret_file: Path | None = Field(
        None, description="A file with the secret that it gave. Keep its mode 0600."
    )
    label: str = Field("single sign-on", max_length=60, description="What the button on the sign-in page says.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.issuer is not None and not self.issuer.startswith("https://"):
            raise ValueError("oidc.issuer begins with https://")
        if self.issuer is not None and not (self.client_id and self.client_secret_file):
            raise ValueError("oidc.issuer needs oidc.client_id and oidc.client_secret_file")
        return self
