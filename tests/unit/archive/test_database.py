"""A PostgreSQL server that says nothing, or never comes to an end, is an error in words and in time."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from passerby.archive import Archive, database
from passerby.archive.catalogue import Catalogue
from passerby.archive.database import open_database
from passerby.errors import OutputError
from tests.postgresql import PostgreSql
from tests.recordings import recorded, steady

PATIENCE_S = 30


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_CONNECT_WITHIN_S", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began_s = time.monotonic()
        with pytest.raises(OutputError, match=r"couldn't open the catalogue .*timeout"):
            open_database(f"postgresql+psycopg://user:hidden@127.0.0.1:{silent.getsockname()[1]}/name")
    assert time.monotonic() - began_s < PATIENCE_S


def test_what_another_has_locked_is_given_up_and_tried_again(
    postgresql: PostgreSql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_ANSWER_WITHIN_S", 1)
    url = postgresql.new_database()
    other = Catalogue(url)
    with Archive(tmp_path, catalogue_url=url) as archive:
        writer = archive.writer("gate")
        fragments = recorded(steady(20))
        with other.transaction("hold everything") as connection:
            connection.execute(text("LOCK TABLE objects"))
            with pytest.raises(OutputError, match="statement timeout"):
                writer.append(fragments[0])
        assert all(writer.append(fragment) for fragment in fragments[1:])
        writer.close()
    other.close()


def test_what_the_address_says_of_time_outs_holds() -> None:
    usual = database._time_outs("postgresql+psycopg://user@host/name")
    own = database._time_outs("postgresql+psycopg://user@host/name?connect_timeout=3")
    assert usual.keys() - own.keys() == {"connect_timeout"} and usual["tcp_user_timeout"] == 15_000
    assert database._time_outs("sqlite:///file") == {}
