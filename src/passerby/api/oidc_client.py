"""Talks OpenID Connect to the configured service: the code flow with PKCE. The only module here that calls out."""

from __future__ import annotations

from typing import Any

import httpx2
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from passerby.clock import Clock
from passerby.config import Oidc
from passerby.errors import SettingsError, SourceError, os_reason
from passerby.media.segments import TICKS_PER_S

TIMEOUT_S = 10.0
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # signed with a key that only the service has; never "none", "HS256"
_LEEWAY_S = 60


class OidcClient:
    """One per installation. Thread-safe."""

    def __init__(self, config: Oidc, clock: Clock, transport: httpx2.BaseTransport | None = None) -> None:
        """Raises SettingsError if the secret's file cannot be read."""
        assert config.issuer and config.client_id and config.client_secret_file
        self._issuer, self._client_id, self._clock, self._transport = config.issuer, config.client_id, clock, transport
        try:
            self._secret = config.client_secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"couldn't read oidc.client_secret_file: {os_reason(error)}") from None

    def begin(self, callback: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises SourceError."""
        with self._client(callback) as client:
            end = str(self._metadata(client)["authorization_endpoint"])
            url, _ = client.create_authorization_url(end, state=state, nonce=nonce, code_verifier=verifier)
        return str(url)

    def subject(self, callback: str, code: str, nonce: str, verifier: str) -> str:
        """The service's identifier of the user who returned with this code. Raises SourceError."""
        try:
            with self._client(callback) as client:
                metadata = self._metadata(client)
                token = client.fetch_token(str(metadata["token_endpoint"]), code=code, code_verifier=verifier)
                keys = KeySet.import_key_set(
                    client.request("GET", str(metadata["jwks_uri"]), withhold_token=True).raise_for_status().json()
                )
            return self._checked(str(token["id_token"]), keys, nonce)
        except (httpx2.HTTPError, OAuthError, JoseError, KeyError, ValueError, TypeError) as error:
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

    def _client(self, callback: str) -> OAuth2Client:
        return OAuth2Client(
            self._client_id, self._secret, scope="openid", redirect_uri=callback, code_challenge_method="S256",
            timeout=TIMEOUT_S, transport=self._transport, follow_redirects=False, trust_env=False,
        )  # fmt: skip

    def _metadata(self, client: OAuth2Client) -> dict[str, Any]:
        where = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            metadata = client.request("GET", where, withhold_token=True).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SourceError(
                f"the single sign-on service is not responding ({type(error).__name__})", "see oidc.issuer"
            ) from None
        ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        are_https = all(str(metadata.get(end, "")).startswith("https://") for end in ends)
        if metadata.get("issuer") != self._issuer or not are_https:
            raise SourceError("the single sign-on service identifies itself as another issuer", "see oidc.issuer")
        return dict(metadata)


def new_verifier() -> str:
    return str(generate_token(64))
