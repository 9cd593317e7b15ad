"""The section `oidc`: single sign-on by OpenID Connect."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from passerby.config.section import Section


class Oidc(Section):
    """Single sign-on with OpenID Connect. The service says who somebody is; users and roles are set here."""

    issuer: str | None = Field(
        None,
        description="The service's https:// address. If not set, there is no single sign-on. Danger: the service can "
        "sign in as any user.",
    )
    client_id: str | None = Field(None, description="The client ID of this installation at the service.")
    client_secret_file: Path | None = Field(None, description="A file with the client secret. Keep its mode 0600.")
    label: str = Field("single sign-on", max_length=60, description="The text of the button on the sign-in page.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.issuer is not None and not self.issuer.startswith("https://"):
            raise ValueError("oidc.issuer must begin with https://")
        if self.issuer is not None and not (self.client_id and self.client_secret_file):
            raise ValueError("oidc.issuer needs oidc.client_id and oidc.client_secret_file")
        return self
