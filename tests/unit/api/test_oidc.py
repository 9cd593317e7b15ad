"""Single sign-on against a service that signs with a real key, and the ways in which it could lie."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from passerby.access.users import UserFacts
from passerby.api import Services, make_app
from passerby.rules.access import Role
from tests.unit.api.conftest import House, OpenHouse

ISSUER = "https://sign-in.example"


class SignOnService:
    """The other side, over HTTP. changed: what its tokens say differently, to lie."""

    def __init__(self) -> None:
        self.key, self.other_key = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
        self.changed: dict[str, Any] = {}
        self.signs_with = self.key
        self.asked: dict[str, str] = {}
        self.now_s: Callable[[], int] = lambda: 0

    def go(self, url: str) -> str:
        """The person says yes there. The code that the browser brings back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return "a-code"

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "go", "token_endpoint": "token", "jwks_uri": "keys"}
            return httpx2.Response(
                200, json={"issuer": ISSUER} | {name: f"{ISSUER}/{end}" for name, end in ends.items()}
            )
        if request.url.path == "/keys":
            return httpx2.Response(200, json=KeySet([self.key]).as_dict(private=False))
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if (
            form["code"] != "a-code"
            or challenge != self.asked["code_challenge"]
            or "authorization" not in request.headers
        ):
            return httpx2.Response(400, json={"error": "invalid_grant"})
        claims = {"iss": ISSUER, "aud": "passerby", "sub": "sub-of-kim", "nonce": self.asked["nonce"],
                  "iat": self.now_s(), "exp": self.now_s() + 60}  # fmt: skip
        token = jwt.encode({"alg": "ES256"}, claims | self.changed, self.signs_with)
        return httpx2.Response(200, json={"access_token": "x", "token_type": "Bearer", "id_token": token})


@pytest.fixture
def service() -> SignOnService:
    return SignOnService()


@pytest.fixture
def house(open_house: OpenHouse, tmp_path: Path, service: SignOnService) -> House:
    (tmp_path / "secret").write_text("of-the-client\n")
    config = {
        "issuer": ISSUER,
        "client_id": "passerby",
        "client_secret_file": str(tmp_path / "secret"),
        "label": "School",
    }
    house = open_house({"oidc": config})
    services = Services(house.installation, house.archive, house.folder)
    house.app = make_app(services, oidc_transport=httpx2.MockTransport(service.answer))
    house.add_user("root", Role.ADMIN)
    facts = UserFacts(frozenset({Role.VIEWER}), oidc_subject="sub-of-kim")
    house.installation.users.add("kim", facts, None)
    service.now_s = lambda: house.clock.now_90k() // 90_000
    return house


def there_and_back(client: TestClient, service: SignOnService, **query: str) -> Any:
    gone = client.get("/api/session/oidc", follow_redirects=False)
    assert gone.status_code == 303, gone.text
    code = service.go(gone.headers["location"])
    return client.get("/api/session/oidc/callback", params={"state": service.asked["state"], "code": code, **query})


def test_who_is_vouched_for_comes_in_with_the_roles_that_they_have_here(house: House, service: SignOnService) -> None:
    client = house.client()
    assert client.get("/api/session").json()["oidc_label"] == "School"
    done = there_and_back(client, service)
    assert done.status_code == 200 and 'http-equiv="refresh"' in done.text
    assert "samesite=strict" in done.headers["set-cookie"].lower()
    assert client.get("/api/session").json()["name"] == "kim"
    assert client.get("/api/users").status_code == 403


def test_who_is_vouched_for_as_somebody_else_from_now_on_is_signed_out(house: House, service: SignOnService) -> None:
    client = house.client()
    there_and_back(client, service)
    facts = UserFacts(frozenset({Role.VIEWER}), oidc_subject="sub-of-kim", sees_all_cameras=True)
    house.installation.users.change("kim", facts)
    assert client.get("/api/session").json()["name"] == "kim", "other changes leave the session"
    house.installation.users.change("kim", UserFacts(frozenset({Role.VIEWER}), oidc_subject="another"))
    assert client.get("/api/session").json()["name"] is None


def test_a_stranger_is_not_let_in(house: House, service: SignOnService) -> None:
    service.changed = {"sub": "somebody-else"}
    client = house.client()
    assert there_and_back(client, service).status_code == 403
    assert client.get("/api/session").json()["name"] is None


@pytest.mark.parametrize(
    "changed",
    [{"iss": "https://evil.example"}, {"aud": "another"}, {"nonce": "old"}, {"exp": 5}, {"sub": 7}, {"azp": "another"}],
    ids=str,
)
def test_a_token_for_somebody_else_is_refused(house: House, service: SignOnService, changed: dict[str, Any]) -> None:
    service.changed = changed
    done = there_and_back(house.client(), service)
    assert done.status_code == 503 and "did not confirm who you are" in done.json()["message"]


def test_a_token_that_the_service_did_not_sign_is_refused(house: House, service: SignOnService) -> None:
    service.signs_with = service.other_key
    assert there_and_back(house.client(), service).status_code == 503


def test_nobody_is_signed_in_as_somebody_elses_guest(house: House, service: SignOnService) -> None:
    """Log-in CSRF: the link that comes back is opened in another browser."""
    attacker, victim = house.client(), house.client()
    service.go(attacker.get("/api/session/oidc", follow_redirects=False).headers["location"])
    back = {"state": service.asked["state"], "code": "a-code"}
    assert victim.get("/api/session/oidc/callback", params=back).status_code == 403
    assert attacker.get("/api/session/oidc/callback", params=back).status_code == 200
    assert attacker.get("/api/session/oidc/callback", params=back).status_code == 403, "once"


def test_without_configuration_there_is_none(open_house: OpenHouse) -> None:
    assert open_house().client().get("/api/session/oidc").status_code == 404


def test_a_service_that_is_down_is_said_in_words(house: House) -> None:
    broken = httpx2.MockTransport(lambda request: httpx2.Response(500))
    house.app = make_app(Services(house.installation, house.archive, house.folder), oidc_transport=broken)
    done = house.client().get("/api/session/oidc", follow_redirects=False)
    assert done.status_code == 503 and "is not responding" in done.json()["message"]
