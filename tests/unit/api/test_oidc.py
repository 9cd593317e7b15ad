"""Single sign-on against a service that signs with a real key, and the ways in which it could lie."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from passerby.access.users import UserFacts
from passerby.api import oidc_client
from passerby.rules.access import Role
from tests.certificates import certificate
from tests.unit.api.conftest import House, OpenHouse

LOGIN = "Basic " + base64.b64encode(b"passerby:of-the-client").decode()


class SignOnService:
    """The other side, over HTTPS on this machine. changed: what its tokens say differently, to lie. ends: endpoints
    that it says are elsewhere. status: of all its answers. seen: the paths that were asked for."""

    def __init__(self, certificate: Path, private_key: Path) -> None:
        self.key, self.other_key = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
        self.changed: dict[str, Any] = {}
        self.ends: dict[str, str] = {}
        self.signs_with = self.key
        self.status = 200
        self.asked: dict[str, str] = {}
        self.seen: list[str] = []
        self.now_s: Callable[[], int] = lambda: 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private_key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.issuer = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def go(self, url: str) -> str:
        """The person says yes there. The code that the browser brings back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return "a-code"

    def answer(self, path: str, form: dict[str, str], authorization: str | None) -> tuple[int, dict[str, Any]]:
        self.seen.append(path)
        if self.status != 200:
            return self.status, {}
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "go", "token_endpoint": "token", "jwks_uri": "keys"}
            return 200, {"issuer": self.issuer} | {
                name: f"{self.issuer}/{end}" for name, end in ends.items()
            } | self.ends
        if path == "/keys":
            return 200, dict(KeySet([self.key]).as_dict(private=False))
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if (
            form["grant_type"] != "authorization_code"
            or form["code"] != "a-code"
            or form["redirect_uri"] != self.asked["redirect_uri"]
            or challenge != self.asked["code_challenge"]
            or authorization != LOGIN
        ):
            return 400, {"error": "invalid_grant"}
        claims = {"iss": self.issuer, "aud": "passerby", "sub": "sub-of-kim", "nonce": self.asked["nonce"],
                  "iat": self.now_s(), "exp": self.now_s() + 60}  # fmt: skip
        token = jwt.encode({"alg": "ES256"}, claims | self.changed, self.signs_with)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer({name: values[0] for name, values in parse_qs(sent).items()})

            def _answer(self, form: dict[str, str]) -> None:
                status, content = service.answer(self.path, form, self.headers["Authorization"])
                body = json.dumps(content).encode()
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{service.issuer}/keys")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignOnService]:
    public, private = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    running = SignOnService(public, private)
    yield running
    running.close()


@pytest.fixture
def house(open_house: OpenHouse, tmp_path: Path, service: SignOnService) -> House:
    return house_of(open_house, tmp_path, service)


def house_of(open_house: OpenHouse, tmp_path: Path, service: SignOnService, path: str = "/") -> House:
    (tmp_path / "secret").write_text("of-the-client\n")
    config = {
        "issuer": service.issuer,
        "client_id": "passerby",
        "client_secret_file": str(tmp_path / "secret"),
        "label": "School",
    }
    house = open_house({"oidc": config, "server": {"path": path}})
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
    assert service.asked["redirect_uri"] == "http://localhost:8080/api/session/oidc/callback"
    assert "samesite=strict" in done.headers["set-cookie"].lower()
    assert client.get("/api/session").json()["name"] == "kim"
    assert client.get("/api/users").status_code == 403


def test_under_a_path_it_goes_and_comes_back_there(
    open_house: OpenHouse, tmp_path: Path, service: SignOnService
) -> None:
    client = house_of(open_house, tmp_path, service, "/cameras/").client()
    gone = client.get("/cameras/api/session/oidc", follow_redirects=False)
    assert "Path=/cameras/api/session/oidc;" in gone.headers["set-cookie"]
    code = service.go(gone.headers["location"])
    back = service.asked["redirect_uri"]
    assert back == "http://localhost:8080/cameras/api/session/oidc/callback"
    done = client.get(back, params={"state": service.asked["state"], "code": code})
    assert done.status_code == 200
    refresh = done.text.partition("url=")[2].partition('"')[0]
    assert urljoin(back, refresh) == "http://localhost:8080/cameras/"
    assert client.get("/cameras/api/session").json()["name"] == "kim"


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


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_service_that_does_not_work_is_said_in_words(house: House, service: SignOnService, status: int) -> None:
    service.status = status
    done = house.client().get("/api/session/oidc", follow_redirects=False)
    assert done.status_code == 503 and "is not responding" in done.json()["message"]
    assert service.seen == ["/.well-known/openid-configuration"], "no redirect is followed"


def test_a_service_that_is_down_is_said_in_words(house: House, service: SignOnService) -> None:
    service.close()
    done = house.client().get("/api/session/oidc", follow_redirects=False)
    assert done.status_code == 503 and "is not responding" in done.json()["message"]


def test_a_service_whose_certificate_nobody_trusts_is_not_asked(
    house: House, service: SignOnService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert house.client().get("/api/session/oidc", follow_redirects=False).status_code == 503
    assert service.seen == []


@pytest.mark.parametrize("end", ["token_endpoint", "jwks_uri"])
def test_a_service_does_not_lead_to_others_on_this_machine(house: House, service: SignOnService, end: str) -> None:
    """The configuration names this service here, and no other."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        service.ends = {end: f"https://localhost:{other.getsockname()[1]}/{end}"}
        assert there_and_back(house.client(), service).status_code == 503
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()


def test_an_answer_without_end_is_not_read(
    house: House, service: SignOnService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_client, "MAX_ANSWER_BYTES", 100)
    assert house.client().get("/api/session/oidc", follow_redirects=False).status_code == 503
