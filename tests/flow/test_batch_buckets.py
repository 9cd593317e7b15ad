"""Files in a bucket: read into memory, put whole, listed and resumed, as in a folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.batch import Job, RedactTask
from passerby.batch.bucket_files import with_local_files
from passerby.batch.one_by_one import OneByOne
from passerby.cli.sources import find
from passerby.errors import OutputError, SourceError
from passerby.objects import bucket
from passerby.objects.bucket import ObjectAddress
from passerby.settings import Settings
from tests.batches import Log, short
from tests.cluster import BUCKET, s3_server
from tests.streets import Street


@pytest.fixture
def below(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A prefix that no other test has: all servers of one process have the same objects."""
    with s3_server() as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        bucket._store.cache_clear()
        yield f"s3://{BUCKET}/{tmp_path.name}"
    bucket._store.cache_clear()


def put(text: bytes, url: str) -> ObjectAddress:
    address = ObjectAddress.parse(url)
    bucket.put(text, address, overwrite=False)
    return address


def stored(url: str) -> bytes:
    parts: list[bytes] = []
    bucket.read(ObjectAddress.parse(url), parts.append)
    return b"".join(parts)


def write(near: Job, text: bytes) -> None:
    path = Path(str(near.output))
    path.parent.mkdir()
    path.write_bytes(text)


def keys(below: str) -> list[str]:
    return [str(each.address) for each in bucket.listed(ObjectAddress.parse(below))]


def test_a_bucket_is_listed_by_the_ends_of_names(below: str) -> None:
    for key in ("a.mp4", "sub/b.JPG", "notes.txt", ".c.mp4", "d.redacted.mp4"):
        put(b"x", f"{below}/clear/{key}")
    put(b"x", f"{below}/other.mp4")
    found = find([f"{below}/clear"], ObjectAddress.parse(f"{below}/safe"), [Path("reports")])
    assert [str(job.source) for job in found.jobs] == [f"{below}/clear/a.mp4", f"{below}/clear/sub/b.JPG"]
    assert [str(job.output) for job in found.jobs] == [
        f"{below}/safe/a.redacted.mp4",
        f"{below}/safe/sub/b.redacted.JPG",
    ]
    assert str(found.jobs[1].reports[0]) == "reports/sub/b.redacted.JPG.json"
    left_out = {reason: [each.name for each in names] for reason, names in found.left_out.items()}
    assert left_out == {
        "no video or still, by its name": ["notes.txt"], "hidden": [".c.mp4"],
        "already redacted, by its name": ["d.redacted.mp4"],
    }  # fmt: skip
    with pytest.raises(SourceError, match="nothing is stored as"):
        find([f"{below}/nothing"])


def test_what_is_made_is_put_whole_or_not_at_all_and_replaces_nothing(below: str) -> None:
    made = f"{below}/safe/a.redacted.mp4"
    job = Job(put(b"clear", f"{below}/clear/a.mp4"), ObjectAddress.parse(made))
    with pytest.raises(RuntimeError), with_local_files(job, overwrite=False) as near:
        write(near, b"half")
        raise RuntimeError
    assert keys(f"{below}/safe") == []
    with with_local_files(job, overwrite=False) as near:
        named = Path(str(near.source))
        assert named.read_bytes() == b"clear" and named.name == "a.mp4"
        assert str(named.readlink()).startswith("/proc/"), "it is in memory"
        write(near, b"whole")
    assert not named.parent.exists()
    assert keys(f"{below}/safe") == [made]
    with pytest.raises(OutputError, match="is already there"), with_local_files(job, overwrite=False) as near:
        write(near, b"other")
    assert stored(made) == b"whole"
    with with_local_files(job, overwrite=True) as near:
        write(near, b"other")
    assert stored(made) == b"other"


@pytest.mark.slow
def test_the_same_comes_out_as_of_a_folder_and_a_second_run_has_nothing_to_do(
    below: str, street: Street, tmp_path: Path
) -> None:
    clear, safe = f"{below}/clear", f"{below}/safe"
    (tmp_path / "clips").mkdir()
    clip = tmp_path / "clips" / "a.mp4"
    short(street.path, clip, 0)
    put(clip.read_bytes(), f"{clear}/sub/a.mp4")
    put(b"no video", f"{clear}/odd.mp4")
    task = RedactTask(settings=Settings(threads=1, mode="cover", style="solid"))
    OneByOne().run(find([str(clip.parent)], tmp_path / "plain").jobs, task, Log())
    command = [sys.executable, "-m", "passerby", "redact", clear, "-o", safe, "--report", safe, "--resume"]
    command += ["--threads", "1", "--mode", "cover", "--style", "solid"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and done.stderr.count("error:") == 1
    assert f"{clear}/odd.mp4: couldn't read 'odd.mp4'" in done.stderr
    plain = (tmp_path / "plain" / "a.redacted.mp4").read_bytes()
    assert stored(f"{safe}/sub/a.redacted.mp4") == plain
    report = json.loads(stored(f"{safe}/sub/a.redacted.mp4.json"))
    assert report["output"]["sha256"] == hashlib.sha256(plain).hexdigest() and report["source"]["name"] == "a.mp4"
    again = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert "1 of 2 files are done already" in again.stderr
