"""Answers to Basic and Digest challenges, by the examples of their standards."""

from __future__ import annotations

import hashlib
import re

from passerby.net.login import answer

RFC_2617 = (
    'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
    'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)


def test_basic() -> None:
    assert answer(['Basic realm="x"'], "GET", "/", "Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def test_digest_without_qop_is_that_of_rfc_2069() -> None:
    header = answer([RFC_2617], "GET", "/dir/index.html", "Mufasa", "Circle Of Life")
    assert header and 'response="670fd8c2df070c60b045671b8b24ff02"' in header
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in header


def test_digest_with_qop_and_sha_256_is_that_of_rfc_7616() -> None:
    header = answer(
        ['Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
         'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'],
        "GET", "/dir/index.html", "Mufasa", "Circle of Life",
    )  # fmt: skip
    assert header
    cnonce = re.search(r'cnonce="(\w+)"', header)
    assert cnonce and len(cnonce[1]) == 16
    secret, asked = hashed("Mufasa:http-auth@example.org:Circle of Life"), hashed("GET:/dir/index.html")
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    assert f'response="{hashed(f"{secret}:{nonce}:00000001:{cnonce[1]}:auth:{asked}")}"' in header
    assert "qop=auth, nc=00000001" in header


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_strongest_is_answered() -> None:
    header = answer(['Basic realm="x"', RFC_2617, RFC_2617 + ", algorithm=SHA-256"], "GET", "/", "u", "p")
    assert header and "algorithm=SHA-256" in header


def test_what_is_not_known_gets_no_password() -> None:
    assert answer(["Negotiate", "Bearer"], "GET", "/", "u", "p") is None
    assert answer([RFC_2617 + ", algorithm=ROT13"], "GET", "/", "u", "p") is None
    assert answer([RFC_2617 + ', qop="auth-int"'], "GET", "/", "u", "p") is None
