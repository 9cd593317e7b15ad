"""The JWTs of operator, accounts and users, by which servers know who may do what without being told of each machine.

Users' permissions are not in their own JWTs, but in that of their account, by the key that signed them (a scoped
signing key for each role). So a new version changes them for everybody, and a machine need not join again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from passerby.fleet.nats.nkeys import NKey
from passerby.fleet.nats.subjects import PERMISSIONS, SERVICES, STREAMS, May, Role

OURS = "passerby"
"""A tag of users, by which a node knows that servers have the accounts of `subjects`."""
FOR_EVER = 253_402_300_799
"""The end of 9999: a revoked key stays so, whatever the clock said when it was signed."""
_NO_LIMITS = {"subs": -1, "data": -1, "payload": -1}
_LIMITS = {**_NO_LIMITS, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": 0}
_JETSTREAM = {"mem_storage": 0, "disk_storage": -1, "streams": 16, "consumer": 0}


def operator_jwt(operator: NKey, system: NKey) -> str:
    return operator.claim("passerby", operator.public, {"type": "operator", "system_account": system.public})


def system_jwt(operator: NKey, system: NKey) -> str:
    return operator.claim("SYSTEM", system.public, {"type": "account", "limits": _LIMITS})


def store_jwt(operator: NKey, store: NKey) -> str:
    exports = [{"name": each, "subject": each, "type": "service"} for each in SERVICES.values()]
    exports += [{"name": each, "subject": each, "type": "stream"} for each in STREAMS.values()]
    return operator.claim(
        "STORE", store.public, {"type": "account", "limits": _LIMITS | _JETSTREAM, "exports": exports}
    )


def nodes_jwt(operator: NKey, nodes: NKey, store: NKey, roles: Mapping[Role, NKey], revoked: Iterable[str]) -> str:
    """revoked: public keys of users."""
    imports = [
        {"name": there, "subject": there, "local_subject": here, "account": store.public, "type": kind}
        for kind, subjects in (("service", SERVICES), ("stream", STREAMS))
        for here, there in subjects.items()
    ]
    scopes = [
        {"kind": "user_scope", "key": key.public, "role": role, "template": _template(PERMISSIONS[role])}
        for role, key in roles.items()
    ]
    claims: dict[str, Any] = {"type": "account", "limits": _LIMITS, "imports": imports, "signing_keys": scopes}
    claims["revocations"] = dict.fromkeys(sorted(revoked), FOR_EVER)
    return operator.claim("NODES", nodes.public, claims)


def user_jwt(signer: NKey, name: str, user: str, account: str, until_s: int | None = None) -> str:
    """signer: the key of the role. user: a public key."""
    return signer.claim(name, user, {"type": "user", "issuer_account": account, "tags": [OURS]}, until_s)


def system_user_jwt(system: NKey, user: str, until_s: int) -> str:
    return system.claim("authority", user, {"type": "user", **_NO_LIMITS}, until_s)


def _template(may: May) -> dict[str, Any]:
    return {
        "pub": {"allow": list(may.publish)},
        "sub": {"allow": list(may.subscribe)},
        "allowed_connection_types": ["STANDARD"],
        **_NO_LIMITS,
    }
