"""E-mail by SMTP: short plain text."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from passerby.clock import utc_of
from passerby.config.channel import checked_mailbox
from passerby.errors import SettingsError
from passerby.media.messages import Message
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.mail import deliver, greet
from passerby.notify.channel import named
from passerby.notify.wording import PLAIN, Wording


class Email:
    """See `notify.channel.Channel`. Raises SettingsError for an address that is none."""

    def __init__(
        self, address: Address, sender: str, to: Sequence[str], limits: Limits, wording: Wording = PLAIN
    ) -> None:
        self._address, self._limits, self._wording = address, limits, wording
        self._sender, self._to = checked(sender), tuple(checked(each) for each in to)

    check_every_s = 300.0
    """A conversation of some kilobytes, which a mail server writes into its log."""

    def check(self) -> None:
        """See `notify.channel.Checkable`. Whether it takes these recipients is not asked."""
        with named(self._address):
            greet(self._address, self._limits)

    def send(self, message: Message) -> None:
        with named(self._address):
            deliver(mail_of(message, self._sender, self._to, self._wording), self._to, self._address, self._limits)

    def close(self) -> None:
        """Nothing stays open."""


def checked(mailbox: str) -> str:
    try:
        return checked_mailbox(mailbox)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def mail_of(message: Message, sender: str, to: Sequence[str], wording: Wording = PLAIN) -> EmailMessage:
    """The same Message-ID at every try, so that mail programs show it once."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), wording.said(message).title
    mail["Date"] = format_datetime(utc_of(message.when_90k))
    mail["Message-ID"] = f"<{message.id}@passerby.invalid>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: answering machines keep silent
    mail.set_content(wording.text(message))
    return mail
