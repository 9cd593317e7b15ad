"""Cameras may be contacted; what trusts this machine may not, however its address is spelt."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.rules.reach import METADATA, Reach, kind_refusal, network_hint, refusal

REFUSED = ["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.3.4", "169.254.169.254", "169.254.1.1", "224.0.0.1",
           "239.255.255.250", "240.0.0.1", "255.255.255.255", "100.100.100.200", "168.63.129.16", "::", "::1",
           "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "fd00:ec2::254"]  # fmt: skip
CAMERAS = ["192.168.1.64", "10.0.0.5", "172.16.3.4", "100.64.0.9", "93.184.216.34", "fd12:3456::5", "2001:db8:1::7"]


@pytest.mark.parametrize("address", REFUSED)
def test_what_trusts_this_machine_is_refused(address: str) -> None:
    assert refusal(address, Reach())


@pytest.mark.parametrize("address", CAMERAS)
def test_a_cameras_network_may_be_contacted(address: str) -> None:
    assert refusal(address, Reach()) is None


@given(st.sampled_from([each for each in REFUSED if "." in each]))
def test_an_ipv6_address_is_judged_as_the_ipv4_one_inside_it(inner: str) -> None:
    number = int(ipaddress.IPv4Address(inner))
    mapped, nat64 = (0xFFFF << 32) | number, (0x64FF9B << 96) | number
    sixtofour = (0x2002 << 112) | number << 80
    teredo = (0x20010000 << 96) | number << 64 | 0xFFFFFFFF ^ int(ipaddress.IPv4Address("8.8.8.8"))
    for outer in (mapped, nat64, sixtofour, teredo):
        assert refusal(str(ipaddress.IPv6Address(outer)), Reach())


def test_the_configuration_may_allow_a_network_and_only_that() -> None:
    reach = Reach(networks=("127.0.0.0/8",))
    assert refusal("127.0.0.1", reach) is None
    assert refusal("::ffff:127.0.0.1", reach) is None
    assert refusal("::1", reach)
    assert refusal("169.254.169.254", reach)


@given(st.ip_addresses())
def test_every_address_gets_an_answer_and_metadata_never_passes(address: ipaddress.IPv4Address) -> None:
    why = refusal(str(address), Reach())
    assert why is None or why.startswith(("it ", "what "))
    assert why or address not in METADATA


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.1.1", "::1", "fe80::1%eth0"])
def test_the_hint_names_the_key_and_a_network_that_helps(address: str) -> None:
    hint = network_hint(address)
    network = hint.partition("such as ")[2].partition(",")[0]
    assert "sources.networks in passerby.toml" in hint
    assert refusal(address, Reach()) and refusal(address, Reach(networks=(network,))) is None


ALL = ("0.0.0.0/0",)


@pytest.mark.parametrize(
    ("kind", "key", "without", "with_it"),
    [
        ("file", "files", Reach(ALL, devices=True, drawn=True), Reach(files=True)),
        ("device", "devices", Reach(ALL, files=True, drawn=True), Reach(devices=True)),
        ("drawn", "drawn", Reach(ALL, files=True, devices=True), Reach(drawn=True)),
    ],
)
def test_other_kinds_need_their_own_key(kind: str, key: str, without: Reach, with_it: Reach) -> None:
    refused = kind_refusal(kind, without)
    assert refused and f"sources.{key} = true in passerby.toml" in refused[1]
    assert kind_refusal(kind, with_it) is None
    assert kind_refusal("rtsp", Reach()) is None
