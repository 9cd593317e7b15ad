"""Web push as its RFCs have it, with their own vectors."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from py_vapid import Vapid02

from passerby.errors import PasserbyError, SettingsError
from passerby.net.address import Address
from passerby.net.fetch import Limits
from passerby.net.push import Signer, Subscription, asked_wait_s, encrypted, new_key, push
from passerby.rules.reach import Reach, refusal
from passerby.testing.webhook import WebhookSink
from tests.certificates import certificate
from tests.push import AUTH, RECEIVER, Browser, bytes_of, text_of

# RFC 8291, section 5 and appendix A
TEXT = b"When I grow up, I want to be a watermelon"
SENDER_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
    "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, section 2.4
SIGNED = (
    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsI"
    "nN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW"
    "2L9OkSSHzvoD1oA,k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
)
LIMITS = Limits(Reach(("127.0.0.0/8",), only_public=True), 10.0, 10.0, trust_any_certificate=True)


def test_the_vector_of_rfc_8291() -> None:
    to = Subscription.parse("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", RECEIVER, AUTH)
    once = ec.derive_private_key(int.from_bytes(bytes_of(SENDER_KEY), "big"), ec.SECP256R1())
    assert text_of(encrypted(TEXT, to, once, bytes_of(SALT))) == BODY
    assert text_of(encrypted(TEXT, to)) != text_of(encrypted(TEXT, to)), "a key and a salt of its own"


def test_the_vector_of_rfc_8292() -> None:
    assert Vapid02.verify(SIGNED)
    forged = SIGNED.replace("i3CYb7t4", "i3CYb7t5")
    assert not Vapid02.verify(forged)


def test_what_is_signed_is_verified_by_another_library() -> None:
    signer = Signer(new_key(), "https://localhost:8443/cameras/")
    authorization = signer.authorization(Address.parse("https://push.example.net:8443/push/a?b"), 1_900_000_000)
    scheme, _, rest = authorization.partition(" ")
    token, key = (part.partition("=")[2] for part in rest.split(","))
    assert scheme == "vapid" and key == signer.public_key
    point = bytes_of(key)
    public = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": text_of(point[1:33]), "y": text_of(point[33:])})
    decoded = jwt.decode(token, public, algorithms=["ES256"])
    assert decoded.header["alg"] == "ES256"
    assert decoded.claims == {
        "sub": "https://localhost:8443/cameras/", "aud": "https://push.example.net:8443", "exp": 1_900_000_000 + 43_200,
    }  # fmt: skip


def test_a_message_arrives_encrypted_over_https(tmp_path: Path) -> None:
    with WebhookSink(certificate(tmp_path)) as sink:
        browser = Browser(sink, "/push/a")
        to = Subscription.parse(*browser.subscription.values())
        status = push(b'{"title": "Fall"}', to, Signer(new_key(), "mailto:kim@example.org"), LIMITS, 1, 60, "high")
        (request,) = sink.wait_for(1)
        assert (status, browser.read()) == ((204, ""), [{"title": "Fall"}])
    headers = {name: request.headers[name] for name in ("Content-Encoding", "TTL", "Urgency")}
    assert headers == {"Content-Encoding": "aes128gcm", "TTL": "60", "Urgency": "high"}
    assert b"Fall" not in request.body


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("http://push.example/a", RECEIVER, AUTH),
        ("https://kim:secret@push.example/a", RECEIVER, AUTH),
        ("https://[2001:db8::1]/a", RECEIVER, AUTH),
        ("https://push.example/a\r\nX: y", RECEIVER, AUTH),
        ("https://push.example/" + "a" * 1000, RECEIVER, AUTH),
        ("https://push.example/a", RECEIVER[:-4], AUTH),
        ("https://push.example/a", "B" * 87, AUTH),
        ("https://push.example/a", RECEIVER, AUTH + "AAAA"),
        ("https://push.example/a", RECEIVER, "no base64 at all!"),
    ],
)
def test_what_is_no_subscription_is_refused_and_not_repeated(endpoint: str, p256dh: str, auth: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Subscription.parse(endpoint, p256dh, auth)
    assert str(refused.value) == "this is not a push subscription of a browser"


def test_only_public_addresses_are_contacted() -> None:
    reach = Reach(only_public=True)
    for address in ("10.0.0.7", "192.168.1.1", "172.16.0.1", "100.64.0.1", "fd00::1", "127.0.0.1", "::ffff:10.0.0.7"):
        assert refusal(address, reach), address
        assert refusal(address, Reach(("0.0.0.0/0", "::/0"), only_public=True)) is None
    assert refusal("192.168.1.1", Reach()) is None, "a camera may be there"
    for address in ("142.250.185.74", "2a00:1450:4001::1"):
        assert refusal(address, reach) is None


def test_an_address_inside_is_refused_before_anything_is_sent() -> None:
    to = Subscription.parse("https://10.0.0.7/push", RECEIVER, AUTH)
    with pytest.raises(PasserbyError, match="because it is not a public address"):
        push(b"", to, Signer(new_key(), "mailto:kim@example.org"), Limits(Reach(only_public=True), 5, 5), 1, 60, "high")


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("30", 30.0),
        ("Fri, 01 May 2026 12:01:30 GMT", 90.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("9999999999", 900.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("\u0663", 0.0),
        ("", 0.0),
    ],
)
def test_what_a_server_asks_for_is_waited_and_no_longer_than_makes_sense(retry_after: str, seconds: float) -> None:
    assert asked_wait_s(retry_after, datetime(2026, 5, 1, 12, tzinfo=UTC)) == seconds
