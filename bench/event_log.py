"""How long the first page of events takes where there are a million: whole requests to the API, over SQLite.

python bench/event_log.py [FOLDER]
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import insert

from passerby.access import Installation
from passerby.access.cameras import CameraFacts
from passerby.access.installation import catalogue_url
from passerby.access.users import UserFacts
from passerby.api import Services, make_app
from passerby.archive import Archive
from passerby.catalogue.database import open_database
from passerby.catalogue.schema.events import events
from passerby.config import Config
from passerby.media.events import EventKind, EventState
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Action, Role

COUNT, CAMERAS, RULES = 1_000_000, 64, 4
DAYS = 90
ROUNDS = 60
AT_ONCE = 10_000
STATES = [*[EventState.DONE] * 60, *[EventState.SEEN] * 30, *[EventState.FALSE] * 9, EventState.NEW]
"""A hundredth is new: somebody works through them. The rarest that are asked for are the hardest to find."""
KINDS = [*[EventKind.LINE_CROSSED] * 900, *[EventKind.CROWD] * 99, EventKind.STOPPED]

QUERIES: dict[str, dict[str, Any]] = {
    "all": {},
    "to do": {"state": ["new", "taken"]},
    "false": {"state": ["false"]},
    "one camera": {"camera": "c7"},
    "one camera, to do": {"camera": "c7", "state": ["new", "taken"]},
    "one rule": {"rule": "rule 2", "camera": "c7"},
    "a rare kind": {"kind": "stopped"},
    "a kind that never was": {"kind": "loitering"},
    "a day": {},
}


def fill(url: str, now_90k: int) -> None:
    rng = random.Random(1)
    engine = open_database(url)
    span = DAYS * 86400 * TICKS_PER_S
    for first in range(0, COUNT, AT_ONCE):
        rows = []
        for n in range(first, first + AT_ONCE):
            start = now_90k - span + span * n // COUNT
            rows.append({
                "camera": f"c{rng.randrange(CAMERAS)}", "rule": f"rule {rng.randrange(RULES)}",
                "kind": rng.choice(KINDS), "objects": "people", "way": "",
                "start_90k": start, "end_90k": start + 5 * TICKS_PER_S,
                "is_open": False, "count": 1, "state": rng.choice(STATES), "state_who": "", "state_90k": 0,
            })  # fmt: skip
        with engine.begin() as connection:
            connection.execute(insert(events), rows)
    engine.dispose()


def client_of(app: Any, installation: Installation, name: str, **who: Any) -> TestClient:
    installation.users.add(name, UserFacts(frozenset({Role.OPERATOR}), **who), None)
    user = installation.users.find(name)
    assert user
    secret, _ = installation.tokens.add(user, "bench", frozenset({Action.SEE_EVENTS}), 1)
    return TestClient(app, headers={"Authorization": f"Bearer {secret}"})


def times_ms(client: TestClient, path: str, params: dict[str, Any]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        client.get(path, params=params).raise_for_status()
        found.append((time.perf_counter() - began_s) * 1000)
    return found


def main(folder: Path) -> None:
    installation = Installation(folder, Config())
    installation.groups.add("two", "")
    for n in range(CAMERAS):
        groups = frozenset({"two"}) if n < 2 else frozenset[str]()
        installation.cameras.add(f"c{n}", CameraFacts(address=f"rtsp://192.0.2.{n + 1}/", groups=groups))
    now_90k = installation.clock.now_90k()
    began_s = time.perf_counter()
    fill(catalogue_url(folder, Config()), now_90k)
    size = (folder / "catalogue.sqlite3").stat().st_size
    print(f"{COUNT} events written in {time.perf_counter() - began_s:.0f} s, {size / 1e6:.0f} MB")
    QUERIES["a day"] = {"from_90k": now_90k - 40 * 86400 * TICKS_PER_S, "to_90k": now_90k - 39 * 86400 * TICKS_PER_S}
    with Archive(folder, catalogue_url=catalogue_url(folder, Config())) as archive:
        app = make_app(Services(installation, archive, folder))
        print(f"{'first page':<28}{'p50 ms':>8}{'p95 ms':>8}{'max ms':>8}")
        for who, client in (
            ("all cameras", client_of(app, installation, "kim", sees_all_cameras=True)),
            ("2 of 64 cameras", client_of(app, installation, "vic", groups=frozenset({"two"}))),
        ):
            print(f"  {who}")
            for words, params in QUERIES.items():
                report(words, times_ms(client, "/api/events", params))
            report("unread count", times_ms(client, "/api/events/unread", {}))
            report("precision of rules", times_ms(client, "/api/events/precision", {}))
    installation.close()


def report(words: str, found: list[float]) -> None:
    p95 = statistics.quantiles(found, n=20)[-1]
    print(f"{words:<28}{statistics.median(found):>8.1f}{p95:>8.1f}{max(found):>8.1f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
