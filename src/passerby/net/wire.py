"""A connection to a checked address, read with a deadline: however slowly bytes arrive, it ends in time."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Protocol

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address


class _Buffer(Protocol):
    def __len__(self) -> int: ...


class Wire(io.RawIOBase):
    """One TCP connection, encrypted or not. Wrap it in `io.BufferedReader` to read lines.

    read_s: the longest silence. `finish_by`: the `time.monotonic()` at which all reading fails, None for no limit.
    """

    def __init__(self, sock: socket.socket, read_s: float) -> None:
        super().__init__()
        self._sock = sock
        self._read_s = read_s
        self.finish_by: float | None = None

    @property
    def certificate(self) -> str | None:
        """The other side's certificate, in PEM; None without encryption."""
        der = self._sock.getpeercert(binary_form=True) if isinstance(self._sock, ssl.SSLSocket) else None
        return ssl.DER_cert_to_PEM_cert(der) if der else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: _Buffer) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer is not public
        wait_s = self._read_s
        if self.finish_by is not None:
            wait_s = min(wait_s, self.finish_by - time.monotonic())
        if wait_s <= 0:
            raise TimeoutError
        self._sock.settimeout(wait_s)
        return self._sock.recv_into(buffer)  # type: ignore[arg-type]

    def send(self, data: bytes) -> None:
        self._sock.settimeout(self._read_s)
        self._sock.sendall(data)

    def close(self) -> None:
        """Also from another thread: its pending reads fail at once."""
        if not self.closed:
            with contextlib.suppress(OSError):  # it is no longer connected
                self._sock.shutdown(socket.SHUT_RDWR)
            self._sock.close()
        super().close()


def connect(
    address: Address, ips: Sequence[str], finish_by: float, read_s: float, *, trust_any_certificate: bool = False
) -> tuple[Wire, str]:
    """As `open_socket`, to be read with a deadline. read_s: the longest silence."""
    sock, ip = open_socket(address, ips, finish_by, trust_any_certificate=trust_any_certificate)
    return Wire(sock, read_s), ip


def open_socket(
    address: Address, ips: Sequence[str], finish_by: float, *, trust_any_certificate: bool = False
) -> tuple[socket.socket, str]:
    """A connection to the first of these IP addresses that accepts one, and that address.

    Raises SourceUnavailable: refused, no route, no answer in time, an untrusted certificate.
    """
    why: OSError = TimeoutError()
    for number, ip in enumerate(ips):
        # A silent address must not use up the others' time.
        within_s = (finish_by - time.monotonic()) / (len(ips) - number)
        if within_s <= 0:
            break
        try:
            sock = socket.create_connection((ip, address.port), timeout=within_s)
            return _encrypted(sock, address, trust_any_certificate), ip
        except OSError as error:
            why = error
    raise unreachable(address, why)


def unreachable(address: Address, error: OSError) -> SourceUnavailable:
    """The error for a connection that failed."""
    trouble, hint = Trouble.UNREACHABLE, "check the address, the cable, and that the camera is on"
    if isinstance(error, TimeoutError):
        trouble, said = Trouble.TIMED_OUT, "no answer in time"
    elif isinstance(error, ssl.SSLCertVerificationError):
        said, hint = (
            f"its certificate cannot be trusted: {error.verify_message}",
            "allow it if it is the camera's own",
        )
    elif isinstance(error, ssl.SSLError):
        said, hint = "it does not speak TLS here", "check the port, or try the address without encryption"
    elif isinstance(error, ConnectionRefusedError):
        said = f"nothing accepts connections on port {address.port}"
        hint = "check the port, and that the camera's stream is switched on"
    elif isinstance(error, ConnectionError):
        said = "it closed the connection"
    else:
        said = (error.strerror or "the network refused").lower()
    return SourceUnavailable(trouble, f"couldn't reach '{address.shown}': {said}", hint)


def _encrypted(sock: socket.socket, address: Address, trust_any_certificate: bool) -> socket.socket:
    if not address.secure:
        return sock
    context = tls_context(trust_any_certificate)
    try:
        return context.wrap_socket(sock, server_hostname=address.host)
    except OSError:
        sock.close()
        raise


def tls_context(trust_any_certificate: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if trust_any_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
