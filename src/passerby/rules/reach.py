"""Decides which addresses passerby may contact on request: cameras, and nothing that trusts this machine."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address

METADATA = frozenset(
    ip_address(each)
    for each in (
        "169.254.169.254",  # most clouds: gives a machine's keys to any program on it
        "fd00:ec2::254",  # the same over IPv6
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # Azure's host agent
        "192.0.0.192",  # Oracle Cloud
    )
)
_THIS_NETWORK = ip_network("0.0.0.0/8")
_NAT64 = ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ip_network("64:ff9b:1::/48")
_NOT_PUBLIC = "it is not a public address"


@dataclass(frozen=True, slots=True)
class Reach:
    """What the configuration allows beyond the defaults.

    networks: in CIDR notation, allowed although refused by default, such as "127.0.0.0/8" for a camera program on this
    machine. Danger: anybody who may add a camera can then make this machine talk to what is there. files: a file may be
    played as if it were live. devices: a camera attached to this machine may be opened. drawn: a drawn scene may serve
    as a camera. only_public: nothing in private networks, for addresses that any user may give.
    """

    networks: tuple[str, ...] = ()
    files: bool = False
    devices: bool = False
    drawn: bool = False
    only_public: bool = False


_SWITCHES = {
    "file": ("files", "files"), "device": ("devices", "devices of this machine"), "drawn": ("drawn", "drawn scenes"),
}  # fmt: skip
"""Of each kind that has to be allowed: its switch in the section `sources`, and what people call it."""


def kind_refusal(kind: str, reach: Reach) -> tuple[str, str] | None:
    """Why this kind of source may not be used, and what to do about it; None if it may be. kind: see `Address`."""
    switch, what = _SWITCHES.get(kind, ("", ""))
    if not switch or getattr(reach, switch):
        return None
    hint = f"set sources.{switch} = true in passerby.toml and restart passerby"
    return f"{what} are not allowed as cameras here", hint


def network_hint(address: str) -> str:
    """What to do about the refusal of an IP address."""
    network = f"{address.partition('%')[0]}/{128 if ':' in address else 32}"
    return (
        f"if it really is a camera, add its network, such as {network}, to sources.networks in passerby.toml and "
        "restart passerby"
    )


def refusal(address: str, reach: Reach) -> str | None:
    """Why this IP address may not be contacted, worded to follow "because"; None if it may be.

    address: as a resolver returns it. An IPv6 address that stands for an IPv4 one is judged as both.
    """
    allowed = [ip_network(each) for each in reach.networks]
    for each in _meant(ip_address(address.partition("%")[0])):
        why = _why_not(each) or (_NOT_PUBLIC if reach.only_public and not each.is_global else None)
        if why and not any(each in network for network in allowed):
            return why
    return None


def _why_not(address: IpAddress) -> str | None:
    if address in METADATA:
        return "it is where a cloud keeps its machines' keys"
    if address.is_unspecified or address in _THIS_NETWORK:
        return "it is not the address of a camera"
    if address.is_loopback:
        return "it is this machine itself"
    if address.is_link_local:
        return "it is a link-local address"
    if address.is_multicast:
        return "it is a multicast address"
    if isinstance(address, IPv4Address) and address.is_reserved:
        return "it is a reserved or broadcast address"
    if isinstance(address, IPv6Address) and (address.is_site_local or address in _LOCAL_NAT64):
        return "what it leads to cannot be told"
    return None


def _meant(address: IpAddress) -> list[IpAddress]:
    """An address and those that it stands for: packets to an IPv6 address may end at the IPv4 one embedded in it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    carried: list[IpAddress] = [each for each in (address.sixtofour, *(address.teredo or ())) if each]
    deprecated = int(address) >> 32 == 0 and int(address) > 1  # ::a.b.c.d, which systems still parse
    if address in _NAT64 or deprecated:
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *carried]
