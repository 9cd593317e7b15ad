"""The sections `channel`, one for each way in which messages leave this installation."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address as Mailbox
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from passerby.config.about import Language
from passerby.config.section import Network, Section, wrong

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
    kind: Literal["webhook", "email", "mqtt", "apprise", "push"] = Field(
        description="webhook: signed requests to a program. email: by SMTP. mqtt: to a broker, such as that of "
        "Home Assistant. apprise: to one of the services that Apprise knows. push: to telephones and browsers of users "
        "who want it."
    )
    address: SecretStr | None = Field(
        None,
        description="Where to: https://HOST/PATH, smtps://USER:PASSWORD@HOST (smtp:// for STARTTLS), or "
        "mqtts://USER:PASSWORD@HOST; for Apprise, as its documentation has it; push has none. env:NAME takes it from "
        "an environment variable, file:PATH from a file. "
        "Danger: this file may then hold a password, so keep its mode 0600.",
    )
    secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="For webhooks, which need it: what requests are signed with, at least 16 letters; or env:NAME or "
        "file:PATH. Danger: whoever has it can send messages in passerby's name.",
    )
    sender: str | None = Field(
        None,
        max_length=254,
        description="For e-mail, which needs it: the address it comes from. For push: whom the operators of push "
        "services may write to; if there is none, they get this installation's address.",
    )
    to: tuple[str, ...] | None = Field(
        None,
        max_length=50,
        description="For e-mail, which needs them: the addresses it goes to. For push: names of users; if there are "
        "none, all users who asked for messages.",
    )
    language: Literal["auto", Language] = Field(
        "auto",
        description="The language of its messages: en, ru, or auto for that of about.language, English if that is auto "
        "too. By web push each user gets the language that they chose on the page, if they did.",
    )
    stills: bool = Field(
        False,
        description="Add a link to the redacted picture of an event. Web push shows the picture, Home Assistant the "
        "latest of each camera. Danger: whoever has the link sees the picture without signing in, until it expires.",
    )
    still_hours: float = Field(
        24.0, ge=0.25, le=168, description="How long after the event such a link works, at most while it is recorded."
    )
    topic: str = Field(
        "passerby", pattern=r"^[A-Za-z0-9_/-]{1,100}$", description="For MQTT: the topic above all that are published."
    )
    discovery: str = Field(
        "homeassistant",
        pattern=r"^[A-Za-z0-9_/-]{0,100}$",
        description='For MQTT: the topic at which Home Assistant looks for devices. "" for none.',
    )
    switches: bool = Field(
        True,
        description="For MQTT: alerts of a camera can be switched off and on there. Danger: by everybody who may write "
        "at the broker.",
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
        if self.kind == "push":
            if self.address is not None:
                raise wrong("address", f"channel '{self.name}' has no address: browsers give their own")
            return self
        if self.address is None:
            raise wrong("address", f"channel '{self.name}' needs an address")
        address = self.address.get_secret_value()
        allowed = SCHEMES.get(self.kind)
        if allowed and not address.startswith((*(f"{scheme}://" for scheme in allowed), *FROM_ELSEWHERE)):
            raise wrong("address", f"the address of channel '{self.name}' begins with {' or '.join(allowed)}://")
        if self.kind == "webhook" and self.secret is None:
            raise wrong("secret", f"channel '{self.name}' needs a secret")
        if self.kind == "email" and not (self.sender and self.to):
            key = "to" if self.sender else "sender"
            raise wrong(key, f"channel '{self.name}' needs a sender, and somebody in to")
        return self


def checked_mailbox(text: str) -> str:
    """As mail programs write it. Raises ValueError for what is no e-mail address."""
    try:
        return Mailbox(addr_spec=text).addr_spec
    except (ValueError, IndexError, MessageError):
        raise ValueError(f"'{text}' is not an e-mail address") from None
