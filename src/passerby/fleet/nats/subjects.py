"""What is said over NATS, and who may say and hear it: the one list of subjects and permissions.

There are three accounts. Buckets are in STORE, and everybody is in NODES, which reaches of STORE only what is imported.
That is a wall, not a formality: the answer to a request goes to whatever subject the request names, and NATS does not
check whether the asker may publish there. Were buckets in the same account, a node could have an answer of JetStream
written into another node's entry. SYSTEM is for whoever holds the authority.

Such an answer can still be sent to a subject of NODES that others listen to. It says what JetStream says and nothing of
the asker's choice, and whoever listens ignores what is not a message of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SESSIONS, TABLE, REPORTS = "passerby-sessions", "passerby-table", "passerby-reports"
BUCKETS = (SESSIONS, TABLE, REPORTS)
TABLE_KEY = "table"

JETSTREAM_API, STORE_API = "$JS.API", "STORE.API"
"""What JetStream is asked with in STORE, and how members say it: $JS.API in NODES is that of NODES, which has none."""
OWN = "{{name()}}"
"""The server puts in the name that the authority wrote into the user's JWT."""
HEARD = "passerby.heard"
"""HEARD.NODE: renewals of sessions, sent on by the server that stored them. Without the inboxes of who renewed, in
which others could answer."""
LIVE = "passerby.live"
"""LIVE.NODE.CAMERA: redacted fragments, while somebody watches."""
INTEREST = "passerby.interest"
"""INTEREST.PAGE: which cameras are watched there."""
STATES = "passerby.states"
"""STATES.NODE: how its cameras are."""
ASKED, ANSWER = "passerby.ask", "passerby.answer"
"""ASKED.NODE.CAMERA: requests to a node. ANSWER.NODE.ASKER.NUMBER: where it answers, see `asking`. It may not answer
wherever a request says: whoever may do that may publish anywhere, by sending itself a request that names another
subject."""
FETCHED = "passerby.fetch"
"""FETCHED.NODE: requests for pieces of what it has recorded and not stored yet. The answers come as those above."""
JOIN = "passerby.join"
"""JOIN.INVITATION: a machine asks to be let in."""


class Role(StrEnum):
    """What a user of NATS is."""

    WORKER = "worker"
    API = "api"
    ADMIN = "admin"
    AUTHORITY = "authority"
    JOINER = "joiner"


MEMBERS = (Role.WORKER, Role.API)
"""Roles of machines, which join by an invitation."""


@dataclass(frozen=True, slots=True)
class May:
    publish: tuple[str, ...]
    subscribe: tuple[str, ...] = ()


def stream(bucket: str) -> str:
    return f"KV_{bucket}"


def entry(bucket: str, key: str) -> str:
    return f"$KV.{bucket}.{key}"


def inbox(name: str) -> str:
    """The prefix under which the answers to one user come."""
    return f"_INBOX.{name}"


def _api(what: str, *buckets: str) -> tuple[str, ...]:
    return tuple(f"{STORE_API}.STREAM.{what}.{stream(each)}" for each in buckets)


# Buckets are made by whoever finds that there are none, after all of NATS was lost. Nobody may change or delete one,
# nor make a consumer, which sends what is stored to any subject.
_MAKE = _api("INFO", *BUCKETS) + _api("CREATE", *BUCKETS)
_READ = _api("MSG.GET", *BUCKETS)
_ANSWERS = f"{inbox(OWN)}.>"

PERMISSIONS: dict[Role, May] = {
    Role.WORKER: May(
        publish=(
            entry(SESSIONS, OWN),
            entry(TABLE, TABLE_KEY),
            entry(REPORTS, OWN),
            *_MAKE,
            *_READ,
            f"{LIVE}.{OWN}.*",
            f"{STATES}.{OWN}",
            f"{ANSWER}.{OWN}.*.*",
        ),
        # States of all cameras are for whichever node does the upkeep.
        subscribe=(_ANSWERS, f"{HEARD}.*", f"{ASKED}.{OWN}.*", f"{FETCHED}.{OWN}", f"{INTEREST}.*", f"{STATES}.*"),
    ),
    Role.API: May(
        publish=(entry(TABLE, TABLE_KEY), *_MAKE, *_READ, f"{ASKED}.*.*", f"{FETCHED}.*", f"{INTEREST}.{OWN}"),
        subscribe=(_ANSWERS, f"{HEARD}.*", f"{STATES}.*", f"{LIVE}.*.*", f"{ANSWER}.*.{OWN}.*"),
    ),
    Role.ADMIN: May(
        publish=(
            entry(SESSIONS, "*"),
            entry(TABLE, TABLE_KEY),
            entry(REPORTS, "*"),
            *_MAKE,
            *_READ,
        ),
        subscribe=(_ANSWERS, f"{HEARD}.*"),
    ),
    Role.AUTHORITY: May(publish=(f"{inbox('*')}.>",), subscribe=(_ANSWERS, f"{JOIN}.*")),
    Role.JOINER: May(publish=(f"{JOIN}.{OWN}",), subscribe=(_ANSWERS,)),
}

SERVICES = {each: each.replace(STORE_API, JETSTREAM_API) for each in (
    *(entry(each, "*") for each in BUCKETS),
    *_MAKE,
    *_READ,
)}  # fmt: skip
"""What STORE does for NODES: as it is said there, and in STORE."""
STREAMS = {f"{HEARD}.*": f"{HEARD}.*"}
"""What STORE sends to NODES."""
