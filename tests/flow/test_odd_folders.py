"""A folder of all that people keep in one: everything with a picture is redacted or named, and the end says so."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.capture import is_still
from tests.flow.test_odd_names import errors, passerby, pytestmark  # noqa: F401
from tests.heif import coded, write_heif
from tests.media_samples import Recipe, make_sound, make_video

SIZE_WH = (96, 64)


def picture() -> np.ndarray:
    rows, columns = np.mgrid[0 : SIZE_WH[1], 0 : SIZE_WH[0]]
    return np.stack([columns * 2, rows * 3, columns + rows], -1).astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "card"
    (made / "DCIM").mkdir(parents=True)
    for name, suffix in (
        ("a.jfif", ".jpg"),
        ("b.tif", ".tiff"),
        ("c.bmp", ".bmp"),
        ("d.avif", ".avif"),
        ("e.jpe", ".png"),
    ):
        ok, data = cv2.imencode(suffix, picture())
        assert ok
        (made / name).write_bytes(data.tobytes())
    write_heif(made / "DCIM" / "IMG_1.HEIC", [coded(picture(), tmp_path / "tile.mp4")])
    make_video(tmp_path / "x.mp4", Recipe(count=4))
    for name in ("f.insv", "g.lrv", "no suffix at all"):
        (made / name).write_bytes((tmp_path / "x.mp4").read_bytes())
    make_video(tmp_path / "x.nut", Recipe("rawvideo", count=3, time_base=Fraction(1, 25)))
    (made / "h.xyz").write_bytes((tmp_path / "x.nut").read_bytes())
    (made / "notes.txt").write_text("Nothing moves here.\n" * 50)
    (made / "empty.dat").touch()
    return made


@pytest.mark.slow
def test_everything_with_a_picture_is_redacted_and_the_rest_named(folder: Path) -> None:
    make_sound(folder / "song.m4a")
    (folder / ".hidden.mp4").write_bytes((folder / "f.insv").read_bytes())
    (folder / "old.redacted.mp4").write_bytes((folder / "f.insv").read_bytes())
    safe = folder.parent / "safe"
    done = passerby("redact", folder, "-o", safe, "--mode", "cover")
    assert (done.returncode, errors(done)) == (0, []), done.stderr
    made = sorted(path.relative_to(safe).as_posix() for path in safe.rglob("*") if path.is_file())
    assert made == [
        "DCIM/IMG_1.redacted.png", "a.redacted.jfif", "b.redacted.png", "c.redacted.png", "d.redacted.png",
        "e.redacted.jpe", "f.redacted.mp4", "g.redacted.mp4", "h.redacted.mp4", "no suffix at all.redacted.mp4",
    ]  # fmt: skip
    assert all(is_still(safe / name) == (not name.endswith(".mp4")) for name in made)
    said = [line for line in done.stderr.decode().splitlines() if line.startswith("left out")]
    left_out = {}
    for line in said:
        reason, _, names = line.partition("): ")
        left_out[reason] = sorted(Path(each).name for each in names.split(", "))
    assert left_out == {
        "left out (no picture in it": ["empty.dat", "notes.txt", "song.m4a"],
        "left out (hidden": [".hidden.mp4"],
        "left out (already redacted, by its name": ["old.redacted.mp4"],
    }


def test_what_has_a_picture_and_cannot_be_redacted_is_named_and_the_end_says_so(folder: Path) -> None:
    (folder / "page.tiff").write_bytes(b"")
    cv2.imwritemulti(str(folder / "page.tiff"), [picture(), picture()])
    (folder / "raw.CR3").write_bytes(b"\0\0\0\x18ftypcrx " + bytes(200))
    (folder / "DCIM" / "layers.dat").write_bytes(b"8BPS\0\1" + bytes(200))
    (folder / "camera.dav").write_bytes(b"DHAV" + bytes(200))
    (folder / "gone.mp4").symlink_to(folder / "nowhere.mp4")
    os.mkfifo(folder / "pipe.mp4")
    done = passerby("redact", folder, "--mode", "cover")
    assert done.returncode == 1
    by_name = {Path(said.split(" '")[1].split("'")[0]).name: said for said in errors(done)}
    assert set(by_name) == {"page.tiff", "raw.CR3", "layers.dat", "camera.dav", "gone.mp4", "pipe.mp4"}
    assert all(said.count(name) == 1 for name, said in by_name.items()), "each is named once"
    assert "it has 2 pages" in by_name["page.tiff"] and "camera's raw" in by_name["raw.CR3"]
    assert "Photoshop" in by_name["layers.dat"] and "no such file" in by_name["gone.mp4"]
    assert "6 of 16 files could not be redacted" in done.stderr.decode()
    assert (folder / "f.redacted.mp4").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into_is_named(folder: Path) -> None:
    (folder / "DCIM").chmod(0)
    try:
        done = passerby("redact", folder, "--mode", "cover")
    finally:
        (folder / "DCIM").chmod(0o700)
    assert done.returncode == 1 and any("couldn't look into" in said for said in errors(done))


def test_a_pattern_takes_whatever_has_a_picture(folder: Path) -> None:
    done = passerby("redact", folder / "*", "-o", folder.parent / "safe", "--mode", "cover")
    assert done.returncode == 0, done.stderr
    assert "left out (a folder: name it, or use ** in the pattern)" in done.stderr.decode()
    assert len(list((folder.parent / "safe").iterdir())) == 9


def test_stills_of_one_name_do_not_overwrite_each_other(folder: Path) -> None:
    (folder / "b.png").write_bytes((folder / "e.jpe").read_bytes())
    done = passerby("redact", folder / "b.*", "-o", folder.parent / "safe")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder.parent / "safe").iterdir()} == {"b.png.redacted.png", "b.tif.redacted.png"}
