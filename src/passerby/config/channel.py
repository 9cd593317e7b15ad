"""The sections `channel`, one for each way in which messages leave this installation."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.section import Network, Section

SCHEMES = {
    "webhook": ("https", "http"),
    "email": ("smtps", "smtp"),
    "mqtt": ("mqtts", "mqtt"),
}
FROM_ELSEWHERE = ("env:", "file:")


class Channel(Section):
    """A way to tell people and programs what happened; repeat the section for each one."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,64}$", description="What routes and the page call it: letters, digits, - and _."
    )
    kind: Literal["webhook", "email", "mqtt", "apprise"] = Field(
        description="webhook: signed requests to a program. email: by SMTP. mqtt: to a broker, such as that of "
        "Home Assistant. apprise: to one of the services that Apprise knows."
    )
    address: SecretStr = Field(
        description="Where to: https://HOST/PATH, smtps://USER:PASSWORD@HOST (smtp:// for STARTTLS), or "
        "mqtts://USER:PASSWORD@HOST; for Apprise, as its documentation has it. env:NAME takes it from an environment "
        "variable, file:PATH from a file. "
        "Danger: this file may then hold a password, so keep its mode 0600."
    )
    secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="For webhooks, which need it: what requests are signed with, at least 16 letters; or env:NAME or "
        "file:PATH. Danger: whoever has it can send messages in passerby's name.",
    )
    sender: str | None = Field(
        None, max_length=254, description="For e-mail, which needs it: the address it comes from."
    )
    to: tuple[str, ...] | None = Field(
        None, max_length=50, description="For e-mail, which needs them: the addresses it goes to."
    )
    topic: str = Field(
        "passerby", pattern=r"^[A-Za-z0-9_/-]{1,100}$", description="For MQTT: the topic above all that are published."
    )
    discovery: str = Field(
        "homeassistant",
        pattern=r"^[A-Za-z0-9_/-]{0,100}$",
        description='For MQTT: the topic at which Home Assistant looks for devices. "" for none.',
    )
    trust_any_certificate: bool = Field(
        False,
        description="Accept a self-signed certificate. Danger: somebody in between could then read the messages.",
    )
    networks: tuple[Network, ...] = Field(
        (),
        description="Networks that are refused by default but hold this server, such as 127.0.0.0/8 for a broker on "
        "this machine.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        address = self.address.get_secret_value()
        allowed = SCHEMES.get(self.kind)
        if allowed and not address.startswith((*(f"{scheme}://" for scheme in allowed), *FROM_ELSEWHERE)):
            raise ValueError(f"the address of channel '{self.name}' begins with {' or '.join(allowed)}://")
        if self.kind == "webhook" and self.secret is None:
            raise ValueError(f"channel '{self.name}' needs a secret")
        if self.kind == "email" and not (self.sender and self.to):
            raise ValueError(f"channel '{self.name}' needs a sender, and somebody in to")
        return self
