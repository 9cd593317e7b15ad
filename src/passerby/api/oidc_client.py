"""Talks OpenID Connect to the configured service: the code flow with PKCE."""

from __future__ import annotations

import base64
import json
from typing import Any

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from passerby.clock import Clock
from passerby.config import Oidc
from passerby.errors import SettingsError, SourceError, SourceUnavailable, os_reason
from passerby.media.segments import TICKS_PER_S
from passerby.net.address import Address
from passerby.net.fetch import Limits, Request, send
from passerby.rules.reach import Reach

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 1 << 20
_THIS_MACHINE = Reach(("127.0.0.0/8", "::1/128"))
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # signed with a key that only the service has; never "none", "HS256"
_LEEWAY_S = 60
_GET = Request()


class OidcClient:
    """One per installation. Thread-safe."""

    def __init__(self, config: Oidc, clock: Clock) -> None:
        """Raises SettingsError if the issuer is not an address, or the secret's file cannot be read."""
        assert config.issuer and config.client_id and config.client_secret_file
        self._issuer, self._client_id, self._clock = config.issuer, config.client_id, clock
        try:
            self._server = Address.parse(config.issuer)
            self._secret = config.client_secret_file.read_text(encoding="utf-8").strip()
        except SourceUnavailable as error:
            raise SettingsError(f"oidc.issuer: {error}") from None
        except OSError as error:
            raise SettingsError(f"couldn't read oidc.client_secret_file: {os_reason(error)}") from None

    def begin(self, callback: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises SourceError."""
        end = str(self._metadata()["authorization_endpoint"])
        challenge = create_s256_code_challenge(verifier)
        url = prepare_grant_uri(
            end, self._client_id, "code", callback, "openid", state, nonce=nonce, code_challenge=challenge,
            code_challenge_method="S256",
        )  # fmt: skip
        return str(url)

    def subject(self, callback: str, code: str, nonce: str, verifier: str) -> str:
        """The service's identifier of the user who returned with this code. Raises SourceError."""
        metadata = self._metadata()
        form = prepare_token_request("authorization_code", redirect_uri=callback, code=code, code_verifier=verifier)
        login = base64.b64encode(f"{self._client_id}:{self._secret}".encode()).decode()
        asked = Request("POST", form.encode(), "application/x-www-form-urlencoded", f"Basic {login}")
        try:
            token = self._json(str(metadata["token_endpoint"]), asked)
            keys = KeySet.import_key_set(self._json(str(metadata["jwks_uri"])))  # type: ignore[arg-type]
            return self._checked(str(token["id_token"]), keys, nonce)
        except (SourceUnavailable, OSError, OverflowError, JoseError, KeyError, ValueError, TypeError) as error:
            raise SourceError(
                f"the single sign-on service did not confirm who you are ({type(error).__name__})"
            ) from None

    def _checked(self, id_token: str, keys: KeySet, nonce: str) -> str:
        """Raises JoseError."""
        token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
        rules = jwt.JWTClaimsRegistry(
            now=self._clock.now_90k() // TICKS_PER_S, leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._issuer}, aud={"essential": True, "value": self._client_id},
            exp={"essential": True}, sub={"essential": True}, nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        rules.validate(token.claims)
        azp = token.claims.get("azp", self._client_id)
        if azp != self._client_id or not isinstance(token.claims["sub"], str):
            raise ValueError("it was issued to somebody else")
        return str(token.claims["sub"])

    def _metadata(self) -> dict[str, Any]:
        where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = self._json(where)
        except (SourceUnavailable, OSError, OverflowError, ValueError) as error:
            raise SourceError(
                f"the single sign-on service is not responding ({type(error).__name__})", "see oidc.issuer"
            ) from None
        ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        are_https = all(str(metadata.get(end, "")).startswith("https://") for end in ends)
        if metadata.get("issuer") != self._issuer or not are_https:
            raise SourceError("the single sign-on service identifies itself as another issuer", "see oidc.issuer")
        return metadata

    def _json(self, url: str, asked: Request = _GET) -> dict[str, Any]:
        """The object that the service answers with. It may be on this machine if the configuration names it there, but
        what it names may not. Raises SourceUnavailable, OSError, OverflowError, ValueError."""
        address = Address.parse(url)
        reach = _THIS_MACHINE if address.same_server(self._server) else Reach()
        reply, status = send(asked, address, Limits(reach, TIMEOUT_S, TIMEOUT_S))
        with reply:
            reply.finish_within(TIMEOUT_S)
            answer = json.loads(reply.read_all(MAX_ANSWER_BYTES)) if status == 200 else None
        if not isinstance(answer, dict):
            raise ValueError(f"it answers with {status}")
        return answer


def new_verifier() -> str:
    return str(generate_token(64))
