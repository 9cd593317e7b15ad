"""Deleting and listing in a real S3 server and in a folder: many in one request, and which of them failed is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError

from passerby.errors import OutputError, StoreAway
from passerby.objects.store import Store
from tests.cluster import BUCKET, S3, s3_server

KEYS = [f"{camera}/2026-01-01/000000-{n}.mp4" for camera in ("gate", "yard") for n in range(5)]


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with s3_server() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    place = str(tmp_path / "store")
    if request.param == "s3":
        server: S3 = request.getfixturevalue("s3")
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        place = f"s3://{BUCKET}/{tmp_path.name}"
    store = Store(place, tmp_path / "memory")
    file = tmp_path / "file"
    file.write_bytes(b"bytes")
    for key in [*KEYS, "odd"]:
        store.put(file, key)
        file.unlink()
        file.write_bytes(b"bytes")
    return store


def test_keys_are_listed_by_folder(store: Store) -> None:
    strange, cameras = store.top()
    assert (strange, sorted(cameras)) == (["odd"], ["gate", "yard"])
    assert sorted(store.keys("gate")) == KEYS[:5] and list(store.keys("lobby")) == []
    assert sorted(store.keys()) == sorted([*KEYS, "odd"])


def test_many_are_deleted_and_missing_ones_are_no_failure(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[object] = []
    delete = obstore.delete

    def note(place: object, keys: object) -> None:
        requests.append(keys)
        delete(place, keys)  # type: ignore[arg-type]

    monkeypatch.setattr(obstore, "delete", note)
    assert store.delete_many([*KEYS[1:], "gate/none"]) == {}
    assert sorted(store.keys()) == [KEYS[0], "odd"]
    assert len(requests) == (1 if store.folder is None else 10)
    assert store.delete_many([]) == {}


def test_where_a_request_for_many_fails_it_is_known_which_are_left(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a store that has no such request, and refuses some."""
    delete = obstore.delete

    def refuse(place: object, keys: object) -> None:
        if not isinstance(keys, str) or keys.startswith("yard/"):
            raise GenericError("refused")
        delete(place, keys)  # type: ignore[arg-type]

    monkeypatch.setattr(obstore, "delete", refuse)
    failed = store.delete_many(KEYS)
    assert sorted(failed) == KEYS[5:] and "refused" in failed[KEYS[5]]
    assert sorted(store.keys()) == ["odd", *KEYS[5:]]


def test_a_store_that_is_away_is_not_asked_for_each(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise StoreAway("couldn't reach the store")

    monkeypatch.setattr(store, "check", away)
    with pytest.raises(OutputError, match="couldn't reach"):
        store.delete_many(KEYS)
