"""E-mail by SMTP: short plain text."""

from __future__ import annotations

from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.utils import format_datetime

from passerby.clock import utc_of
from passerby.errors import SettingsError
from passerby.media.messages import Message
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.mail import deliver
from passerby.notify.channel import named, text_of
from passerby.notify.links import StillsShown


class Email:
    """See `notify.channel.Channel`. Raises SettingsError for an address that is none."""

    def __init__(
        self, address: Address, sender: str, to: Sequence[str], limits: Limits, stills: StillsShown | None = None
    ) -> None:
        self._address, self._limits, self._stills = address, limits, stills
        self._sender, self._to = checked(sender), tuple(checked(each) for each in to)

    def send(self, message: Message) -> None:
        with named(self._address):
            still = self._stills.link(message) if self._stills else None
            deliver(mail_of(message, self._sender, self._to, still), self._to, self._address, self._limits)

    def close(self) -> None:
        """Nothing stays open."""


def checked(mailbox: str) -> str:
    try:
        return Mailbox(addr_spec=mailbox).addr_spec
    except (ValueError, IndexError, MessageError):
        raise SettingsError(f"'{mailbox}' is not an e-mail address") from None


def mail_of(message: Message, sender: str, to: Sequence[str], still: str | None = None) -> EmailMessage:
    """The same Message-ID at every try, so that mail programs show it once. still: a link to the redacted still."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), message.title
    mail["Date"] = format_datetime(utc_of(message.when_90k))
    mail["Message-ID"] = f"<{message.id}@passerby.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: answering machines keep silent
    mail.set_content(text_of(message, still))
    return mail
