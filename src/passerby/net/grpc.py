"""Says whether a gRPC server answers at an address, before something waits minutes for it."""

from __future__ import annotations

import socket
import time

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # RFC 9113, 3.4
_NO_SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
_HEADER = 9  # bytes of a frame: length (3), type, flags, stream (4)
_SETTINGS = 4


def answers(host: str, port: int, within_s: float) -> bool:
    """Whether what is there speaks HTTP/2 without TLS: its first words are its settings. Blocks."""
    until_s = time.monotonic() + within_s
    try:
        with socket.create_connection((host, port), within_s) as there:
            there.sendall(_PREFACE + _NO_SETTINGS)
            said = b""
            while len(said) < _HEADER:
                there.settimeout(max(0.01, until_s - time.monotonic()))
                if not (more := there.recv(_HEADER - len(said))):
                    return False
                said += more
    except OSError:
        return False
    return said[3] == _SETTINGS
