"""Opening a catalogue again in one process must not drop the locks of its other connections."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from passerby.catalogue.database import open_database

COME_AND_GO = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM t').fetchall(); c.close()"
)


def test_another_process_that_leaves_takes_no_log_away_from_who_opened_twice(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    engine = open_database(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        connection.commit()
        for each in tmp_path.iterdir():
            each.chmod(0o644)  # it is closed to others, too
        again = open_database(f"sqlite:///{file}")
        assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}
        subprocess.run([sys.executable, "-c", COME_AND_GO, str(file)], check=True)
        assert file.with_name(file.name + "-wal").exists()
        connection.execute(text("INSERT INTO t VALUES (1)"))
        connection.commit()
    again.dispose()
    engine.dispose()
