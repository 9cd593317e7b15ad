"""The API as its own description has it, with requests made from it: no mistake of ours, no surprise, no secret."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from passerby.access.cameras import CameraFacts
from passerby.api.app import behind_middleware
from passerby.api.gate import CSRF_HEADER
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.testing.clock import MovingClock
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.api.conftest import ADDRESS, HIDDEN, PASSWORD, House, OpenHouse, open_house, portal, quick_passwords

schemathesis = pytest.importorskip("schemathesis", reason="no schemathesis here")
requests = pytest.importorskip("requests", reason="no requests here")
uvicorn = pytest.importorskip("uvicorn")

__all__ = ["open_house", "portal", "quick_passwords"]

EXAMPLES = int(os.environ.get("PASSERBY_EXAMPLES", "4"))
"""Requests made for each route and role."""
SLOW = {"/api/cameras/find": 1, "/api/cameras/streams": 1}  # they ask the network, for seconds
LEFT_OUT = {("DELETE", "/api/session")}  # would end the session: test_sign_in has it
WHO = {"root": (Role.ADMIN,), "olga": (Role.OPERATOR,), "vera": (Role.VIEWER,), "": ()}
SECRETS = (*HIDDEN, PASSWORD, "$argon2", "Traceback")

# What fits the description may still be refused: a word that is no address, a passkey that nobody asked for.
LEFT_TO_OTHERS = [schemathesis.checks.not_a_server_error, schemathesis.checks.positive_data_acceptance]


@contextmanager
def serving(house: House) -> Iterator[str]:
    """The house behind a real server, and where that is."""
    served = behind_middleware(house.app, house.config.server)
    config = uvicorn.Config(served, host="127.0.0.1", port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def url(open_house: OpenHouse) -> Iterator[str]:
    """With a camera, a recording and people."""
    clock = MovingClock(BEGIN_90K + 60 * TICKS_PER_S)
    house = open_house({"sign_in": {"tries_a_minute": 100_000}}, clock=clock)
    house.installation.cameras.add("gate", CameraFacts(address=ADDRESS))
    writer = house.archive.writer("gate")
    for fragment in recorded(steady(6)):
        writer.append(fragment)
    writer.close()
    for name, roles in WHO.items():
        if name:
            house.add_user(name, *roles, sees_all=True)
    with serving(house) as found:
        yield found


ASK_AGAIN = requests.adapters.Retry(connect=2, read=2, status=0, allowed_methods=None, respect_retry_after_header=False)
"""A connection that was idle may be closed by the server just when it is used."""


def session_of(name: str, url: str) -> Any:
    """As a browser has it."""
    found = requests.Session()
    found.mount("http://", requests.adapters.HTTPAdapter(max_retries=ASK_AGAIN))
    if name:
        done = found.post(f"{url}/api/session", json={"name": name, "password": PASSWORD})
        assert done.status_code == 200, done.text
        found.headers[CSRF_HEADER] = done.json()["csrf_token"]
    return found


def to_what_there_is(case: Any) -> None:
    """Of two requests one is about the camera and the times that there are: by chance it would never be."""
    if "camera" in (case.path_parameters or {}) and len(str(case.path_parameters["camera"])) % 2:
        case.path_parameters["camera"] = "gate"
        for name, value in {
            "from_90k": BEGIN_90K,
            "to_90k": BEGIN_90K + 5 * TICKS_PER_S,
            "at_90k": BEGIN_90K + 90_000,
        }.items():
            if name in (case.query or {}):
                case.query[name] = value


def check(operation: Any, url: str, session: Any, seen: set[int]) -> None:
    """Ask it some times, and look at every answer."""

    @given(case=operation.as_strategy())
    @settings(
        max_examples=SLOW.get(operation.path, EXAMPLES), deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Any) -> None:
        to_what_there_is(case)
        answer = case.call(base_url=url, session=session)
        seen.add(answer.status_code)
        said = answer.content.decode(errors="replace") + str(answer.headers)
        assert not [secret for secret in SECRETS if secret in said], case.as_curl_command()
        assert answer.status_code < 500 or answer.status_code == 503, f"{case.as_curl_command()}\n{said[:500]}"
        if answer.status_code == 503:
            assert answer.json()["message"], "something that is absent here is said"
        case.validate_response(answer, excluded_checks=LEFT_TO_OTHERS)

    ask()


@pytest.mark.slow
@pytest.mark.parametrize("name", WHO, ids=lambda name: name or "nobody")
def test_every_answer_is_as_described(url: str, name: str) -> None:
    description = requests.get(f"{url}/api/openapi.json").json()
    schema = schemathesis.openapi.from_dict(description)
    session = session_of(name, url)
    seen: dict[str, set[int]] = {}
    wrong: list[str] = []
    for each in schema.get_all_operations():
        operation = each.ok()
        label = (operation.method.upper(), operation.path)
        if label not in LEFT_OUT:
            try:
                check(operation, url, session, seen.setdefault(f"{label[0]} {label[1]}", set()))
            except (AssertionError, BaseExceptionGroup) as error:  # a FailureGroup of schemathesis
                wrong.append(f"{label}: {error}")
    assert not wrong, "\n\n".join(wrong)
    assert len(seen) >= 45
    if name:
        assert session.get(f"{url}/api/session").json()["name"] == name, "it was signed in all the time"
        assert {200, 403} <= set().union(*seen.values())
    else:
        assert 401 in set().union(*seen.values())
