"""The key beside the catalogue: made whole or not at all, made once, read by its owner only."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from passerby.access.sealer import KEY_FILE, Sealer
from passerby.errors import OutputError, SettingsError

DIES_BEFORE = """
    import os, sys
    from pathlib import Path
    from passerby.access.sealer import Sealer
    folder, what = Path(sys.argv[1]), sys.argv[2]
    setattr(os, what, lambda *_: os._exit(9))
    Sealer(folder)
"""


@pytest.mark.parametrize("step", ["fdopen", "fsync", "link"])
def test_a_crash_while_the_key_is_made_leaves_no_half_key(tmp_path: Path, step: str) -> None:
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(DIES_BEFORE), str(tmp_path), step], check=False)
    assert died.returncode == 9, "it got as far as that"
    assert not (tmp_path / KEY_FILE).exists()
    sealed = Sealer(tmp_path).seal("secret", "gate")
    assert Sealer(tmp_path).open(sealed, "gate") == "secret", "the next start makes one, and keeps it"


def test_the_key_is_for_its_owner_and_nothing_else_stays(tmp_path: Path) -> None:
    Sealer(tmp_path)
    (key,) = tmp_path.iterdir()
    assert key.name == KEY_FILE and key.stat().st_mode & 0o777 == 0o600 and key.stat().st_size == 32
    key.chmod(0o640)
    with pytest.raises(SettingsError, match="can be read by other users"):
        Sealer(tmp_path)


def test_of_many_that_start_together_all_have_the_same_key(tmp_path: Path) -> None:
    made, start = list[Sealer](), threading.Barrier(8)

    def make() -> None:
        start.wait()
        made.append(Sealer(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed = made[0].seal("secret", "gate")
    assert [each.open(sealed, "gate") for each in made] == ["secret"] * 8
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).touch(0o600)
    with pytest.raises(SettingsError, match="is not a key"):
        Sealer(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_takes_no_key_is_said_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="couldn't make or read"):
        Sealer(tmp_path)
    tmp_path.chmod(0o700)
