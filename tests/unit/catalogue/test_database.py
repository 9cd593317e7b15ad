"""A database that says nothing, is locked, or never comes to an end: waited for, then an error in words and in time."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from passerby.archive import Archive
from passerby.archive.rows import Rows
from passerby.catalogue import database
from passerby.catalogue.database import open_database
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
    other = Rows(url)
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


@pytest.fixture
def new_file_held(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A new SQLite file that another is just switching over: SQLite refuses others at once, however patient."""
    file = tmp_path / "catalogue.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_new_file_that_another_holds_is_waited_for(new_file_held: sqlite3.Connection, tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as thread:
        opening = thread.submit(open_database, f"sqlite:///{tmp_path}/catalogue.sqlite3")
        time.sleep(0.3)
        assert not opening.done()
        new_file_held.execute("COMMIT")
        engine = opening.result(timeout=PATIENCE_S)
    assert inspect(engine).has_table("objects")
    engine.dispose()


@pytest.mark.usefixtures("new_file_held")
def test_a_new_file_that_another_holds_for_ever_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PATIENCE_MS", 200)
    with pytest.raises(OutputError, match=r"couldn't open the catalogue .*database is locked"):
        open_database(f"sqlite:///{tmp_path}/catalogue.sqlite3")


def test_another_that_makes_the_tables_is_waited_for_longer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_PATIENCE_MS", 100)
    file = tmp_path / "catalogue.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as other, ThreadPoolExecutor(1) as thread:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("BEGIN IMMEDIATE")
        opening = thread.submit(open_database, f"sqlite:///{file}")
        time.sleep(1.0)
        assert not opening.done()
        other.execute("COMMIT")
        engine = opening.result(timeout=PATIENCE_S)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 100, "and no longer from then on"
    engine.dispose()


def test_what_the_address_says_of_time_outs_holds() -> None:
    usual = database._time_outs("postgresql+psycopg://user@host/name")
    own = database._time_outs("postgresql+psycopg://user@host/name?connect_timeout=3")
    assert usual.keys() - own.keys() == {"connect_timeout"} and usual["tcp_user_timeout"] == 15_000
    assert database._time_outs("sqlite:///file") == {}
