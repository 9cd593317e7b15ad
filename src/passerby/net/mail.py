"""Hands a mail to a checked SMTP server, encrypted."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from ipaddress import ip_address

from passerby.errors import OutputError
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.resolve import checked_ips
from passerby.net.wire import open_socket, tls_context, unreachable


class _Smtp(smtplib.SMTP):
    """Speaks over a connection that is there already."""

    def __init__(self, sock: socket.socket, host: str, port: int, timeout_s: float) -> None:
        self._given = sock
        super().__init__(host, port, local_hostname="passerby.invalid", timeout=timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._given.settimeout(timeout)
        return self._given


def deliver(mail: EmailMessage, recipients: Sequence[str], address: Address, limits: Limits) -> None:
    """address: smtps://, or smtp:// with STARTTLS, which only a server on this machine may do without. All recipients
    must be accepted. limits: start_s is for all of it.

    Raises SourceUnavailable as `open_socket` does, OutputError for what the server refuses.
    """
    with _conversation(address, limits) as smtp:
        refused = smtp.send_message(mail, to_addrs=list(recipients))
        with contextlib.suppress(OSError, smtplib.SMTPException):  # it has the mail, whatever it says now
            smtp.quit()
    if refused:
        raise OutputError(f"the mail server refused {len(refused)} of the {len(recipients)} recipients")


def greet(address: Address, limits: Limits) -> None:
    """Signs in and leaves, without a mail. Raises as `deliver` does."""
    with _conversation(address, limits) as smtp:
        code, _ = smtp.noop()
        if code >= 400:  # about to close, or too busy
            raise smtplib.SMTPResponseException(code, "")
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()


@contextlib.contextmanager
def _conversation(address: Address, limits: Limits) -> Iterator[_Smtp]:
    """Encrypted, and signed in if the address says so. Errors are those of `deliver`, also of what is said within."""
    finish_by = time.monotonic() + limits.start_s
    ips = checked_ips(address, limits.reach, limits.start_s)
    sock, ip = open_socket(address, ips, finish_by, trust_any_certificate=limits.trust_any_certificate)
    # A server that answers one byte at a time never exceeds a time-out of the socket. STARTTLS takes the socket away
    # from `sock`, but not the connection from a second handle.
    handle = socket.socket(fileno=socket.dup(sock.fileno()))
    guard = threading.Timer(max(0.0, finish_by - time.monotonic()), _break_off, (handle,))
    guard.start()
    smtp: _Smtp | None = None
    try:
        smtp = _Smtp(sock, address.host, address.port, limits.read_s)
        smtp.ehlo()
        if not address.secure and (smtp.has_extn("starttls") or not ip_address(ip.partition("%")[0]).is_loopback):
            smtp.starttls(context=tls_context(limits.trust_any_certificate))
            smtp.ehlo()
        if address.username is not None:
            smtp.login(address.username, address.password or "")
        yield smtp
    except smtplib.SMTPAuthenticationError as error:
        raise OutputError(f"the mail server does not accept this user and password ({error.smtp_code})") from None
    except smtplib.SMTPNotSupportedError:
        raise OutputError("the mail server offers no encryption", hint="use smtps://, or another port") from None
    except smtplib.SMTPResponseException as error:  # its text may quote addresses
        raise OutputError(f"the mail server refused the mail with {error.smtp_code}") from None
    except smtplib.SMTPRecipientsRefused:
        raise OutputError("the mail server refused all recipients") from None
    except smtplib.SMTPException:
        raise OutputError("the mail server ended the conversation") from None
    except OSError as error:
        raise unreachable(address, error) from None
    finally:
        guard.cancel()
        if smtp is not None:
            smtp.close()
        sock.close()
        handle.close()


def _break_off(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
