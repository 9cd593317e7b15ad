"""Resolves a host's name to addresses that may be contacted, within a time limit. The rule is in rules/reach."""

from __future__ import annotations

import socket
import threading

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.rules.reach import Reach, network_hint, refusal


def checked_ips(address: Address, reach: Reach, within_s: float) -> list[str]:
    """The IP addresses of a host, all of them allowed. Connect to these, not to the name, which may resolve
    differently.

    Raises SourceUnavailable: no such name, no answer in time, or any of them is refused. Then all are refused, since a
    name that resolves to such a place is not a camera's.
    """
    ips = _resolve(address, within_s)
    for ip in ips:
        why = refusal(ip, reach)
        if why:
            raise SourceUnavailable(
                Trouble.REFUSED_ADDRESS,
                f"'{address.shown}' is not contacted because {why}",
                network_hint(ip),
            )
    return ips


def _resolve(address: Address, within_s: float) -> list[str]:
    """In a thread, which is abandoned if it hangs: the system's resolver has no time-out."""
    found: list[str] = []
    failed: list[OSError] = []

    def look_up() -> None:
        try:
            infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(each[4][0]) for each in infos))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(within_s)
    if found and not thread.is_alive():
        return found
    if thread.is_alive():
        raise SourceUnavailable(
            Trouble.TIMED_OUT,
            f"couldn't reach '{address.shown}': looking up its name took longer than {within_s:.0f} s",
            "check the network's name server, or use the camera's IP address",
        )
    raise SourceUnavailable(
        Trouble.UNREACHABLE,
        f"couldn't reach '{address.shown}': there is no host of this name",
        "check the name, or use the camera's IP address",
    )
