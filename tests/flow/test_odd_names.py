"""Files whose names are no text, or too long for what is to be made of them: redacted, or one sentence each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.detect import bundled_models
from tests.media_samples import Recipe, make_video

PASSERBY = [sys.executable, "-m", "passerby"]
LATIN_1 = b"gar\xe7on \xe0 v\xe9lo.mp4"

pytestmark = pytest.mark.skipif(
    not all((model.folder / model.card.file).exists() for model in bundled_models()),
    reason="the bundled models have not been built",
)


def passerby(*arguments: str | bytes | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PASSERBY, *map(os.fsencode, arguments)], capture_output=True, timeout=300, cwd=cwd, env=os.environ
    )


def errors(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    assert b"Traceback" not in done.stderr
    return [line for line in done.stderr.decode().splitlines() if line.startswith("error: ")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two short videos, the name of one of which is Latin-1, as on an old share or out of a ZIP file."""
    made = tmp_path / "clips"
    (made / os.fsdecode(b"caf\xe9")).mkdir(parents=True)
    make_video(made / "plain.mp4", Recipe(count=4))
    make_video(tmp_path / "odd.mp4", Recipe(count=4))
    (tmp_path / "odd.mp4").rename(made / os.fsdecode(b"caf\xe9") / os.fsdecode(LATIN_1))
    return made


@pytest.mark.parametrize("jobs", [1, 2])
def test_names_that_are_no_text_are_redacted_and_told(folder: Path, jobs: int) -> None:
    safe = folder.parent / "safe"
    done = passerby("redact", folder, "-o", safe, "--report", safe, "--mode", "cover", "--jobs", str(jobs))
    assert (done.returncode, errors(done)) == (0, []), done.stderr
    made = {path.relative_to(os.fsencode(safe).decode()).as_posix() for path in safe.rglob("*.mp4")}
    odd = "caf\udce9/gar\udce7on \udce0 v\udce9lo.redacted.mp4"
    assert made == {"plain.redacted.mp4", odd}
    assert "caf\\xe9/gar\\xe7on \\xe0 v\\xe9lo.redacted.mp4" in done.stdout.decode()
    report = json.loads((safe / f"{odd}.json").read_text())
    assert report["source"]["name"] == "gar\\xe7on \\xe0 v\\xe9lo.mp4"
    assert report["output"]["name"] == "gar\\xe7on \\xe0 v\\xe9lo.redacted.mp4"
    assert "gar\\xe7on" in (safe / f"{odd}.html").read_text()


def test_what_is_wrong_with_a_file_of_such_a_name_is_one_sentence(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9") / os.fsdecode(LATIN_1)).write_bytes(b"no video at all")
    done = passerby("redact", folder, "--mode", "cover")
    assert done.returncode == 1
    [said] = errors(done)
    assert "gar\\xe7on" in said and "it is not a video" in said
    assert (folder / "plain.redacted.mp4").exists()


def test_sound_is_kept_of_a_file_of_such_a_name(tmp_path: Path) -> None:
    make_video(tmp_path / "odd.mp4", Recipe(count=4, sound="aac"))
    (tmp_path / "odd.mp4").rename(tmp_path / os.fsdecode(LATIN_1))
    done = passerby("redact", os.fsencode(tmp_path) + b"/" + LATIN_1, "--mode", "cover", "--audio", "keep")
    assert (done.returncode, errors(done)) == (0, []), done.stderr


def test_a_terminal_that_knows_no_signs_ends_nothing(folder: Path) -> None:
    done = subprocess.run(
        [*PASSERBY, "redact", os.fsencode(folder / "plain.mp4"), "--mode", "cover"],
        capture_output=True,
        timeout=300,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("letter", ["a", "я"])
def test_a_name_that_leaves_no_room_is_told_and_the_others_go_on(folder: Path, letter: str) -> None:
    long = folder / (letter * (250 // len(letter.encode())) + ".mp4")
    make_video(folder.parent / "long.mp4", Recipe(count=4))
    (folder.parent / "long.mp4").rename(long)
    done = passerby("redact", folder, "--mode", "cover")
    assert done.returncode == 1
    [said] = errors(done)
    assert said.endswith("its name is too long") and b"hint: give a shorter name with -o" in done.stderr
    assert (folder / "plain.redacted.mp4").exists()
    done = passerby("redact", long, "-o", folder / "short.mp4", "--mode", "cover")
    assert (done.returncode, errors(done)) == (0, []), done.stderr


def test_the_longest_name_that_fits_is_used(tmp_path: Path) -> None:
    long = tmp_path / ("a" * (255 - len(".redacted.mp4.json")) + ".mp4")
    make_video(tmp_path / "short.mp4", Recipe(count=4))
    (tmp_path / "short.mp4").rename(long)
    done = passerby("redact", long, "--report", tmp_path, "--mode", "cover")
    assert (done.returncode, errors(done)) == (0, []), done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plain.mp4", "-o", "-"], "'-' is not written"),
        (["plain.mp4", "--report", "-"], "'-' is not written"),
        (["-"], "'-' is not read"),
        (["a" * 300], "there is no such file"),
        (["a" * 300 + ".jpg"], "there is no such file"),
        (["plain.mp4", "-o", "pipe.mp4"], "it is not a regular file"),
        (["plain.mp4", "-o", "pipe.mp4", "--overwrite"], "it is not a regular file"),
        (["plain.mp4", "-o", "plain.mp4/out"], "couldn't make the folder"),
        (["plain.mp4", "-o", "a" * 300 + "/b.mp4"], "couldn't make the folder"),
        (["plain.mp4", "-o", "a" * 300], "couldn't make the folder"),
    ],
)
def test_what_cannot_be_read_or_written_is_one_sentence(folder: Path, arguments: list[str], says: str) -> None:
    os.mkfifo(folder / "pipe.mp4")
    before = sorted(folder.rglob("*"))
    done = passerby("redact", *arguments, cwd=folder)
    assert done.returncode == 1
    [said] = errors(done)
    assert says in said and b"hint: " in done.stderr
    assert sorted(folder.rglob("*")) == before
