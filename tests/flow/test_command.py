"""The command from end to end: real files, real codecs, real models, real processes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import pytest

from passerby.capture.drawn import draw_street
from passerby.detect import bundled_models
from passerby.report import Report

PASSERBY = [sys.executable, "-m", "passerby"]

pytestmark = pytest.mark.skipif(
    not all((model.folder / model.card.file).exists() for model in bundled_models()),
    reason="the bundled models have not been built",
)
needs_root = pytest.mark.skipif(
    not Path("/proc/self/task").exists() or os.geteuid() != 0,
    reason="what files a process has open is read in /proc, and of one that is not dumpable by root alone",
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("drawn") / "street.mp4"
    draw_street(path, seconds=3, size=(640, 360), fps=10)
    return path


@pytest.fixture
def street(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(drawn, tmp_path / "street.mp4"))


def passerby(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PASSERBY, *map(str, arguments)], capture_output=True, text=True, timeout=300, env=os.environ | environment
    )


def frames_of(path: Path) -> list[tuple[int | None, int, int]]:
    with av.open(str(path)) as container:
        return [(frame.pts, frame.width, frame.height) for frame in container.decode(video=0)]


def test_redact_writes_video_and_reports_and_says_so(street: Path) -> None:
    done = passerby("redact", street, "--report", street.with_suffix(".json"), "--report", street.with_suffix(".html"))
    assert done.returncode == 0, done.stderr
    output = street.with_name("street.redacted.mp4")
    assert len(frames_of(output)) == len(frames_of(street))
    report = Report.model_validate_json(street.with_suffix(".json").read_text())
    assert report.frames.redacted == 30
    assert report.output.bytes == output.stat().st_size
    assert report.tracks, "people walk through the drawn street"
    assert report.contact_sheet and all(still.jpeg.startswith(b"\xff\xd8") for still in report.contact_sheet)
    assert "No software finds everybody" in done.stdout
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in street.parent.iterdir()) == [
        "street.html",
        "street.json",
        "street.mp4",
        "street.redacted.mp4",
    ]


@pytest.mark.slow
def test_folder_is_redacted_by_several_processes_and_one_bad_file_does_not_stop_the_rest(street: Path) -> None:
    folder = street.parent / "clips"
    (folder / "day").mkdir(parents=True)
    shutil.copy(street, folder / "a.mp4")
    shutil.copy(street, folder / "day" / "b.mp4")
    (folder / "broken.mp4").write_bytes(b"no video at all")
    safe = street.parent / "safe"
    done = passerby("redact", folder, "-o", safe, "--jobs", "2", "--report", safe)
    assert done.returncode == 1
    assert "broken.mp4" in done.stderr and "1 of 3 files could not be redacted" in done.stderr
    made = sorted(path.relative_to(safe).as_posix() for path in safe.rglob("*") if path.is_file())
    assert made == [
        "a.redacted.mp4",
        "a.redacted.mp4.html",
        "a.redacted.mp4.json",
        "day/b.redacted.mp4",
        "day/b.redacted.mp4.html",
        "day/b.redacted.mp4.json",
    ]


def test_stretch_is_cut_out(street: Path) -> None:
    done = passerby(
        "redact", street, "--start", "0:01", "--end", "2.0", "--mode", "cover", "-o", street.with_name("cut.mp4")
    )
    assert done.returncode == 0, done.stderr
    assert len(frames_of(street.with_name("cut.mp4"))) == 10


def test_still_is_redacted_without_the_video_of_a_motion_photo(street: Path) -> None:
    still = street.with_name("street.jpg")
    with av.open(str(street)) as container:
        cv2.imwrite(str(still), next(iter(container.decode(video=0))).to_ndarray(format="bgr24"))
    with still.open("ab") as file:
        file.write(street.read_bytes())
    done = passerby("redact", still)
    assert done.returncode == 0, done.stderr
    assert "a video is attached to the picture" in done.stdout
    made = still.with_name("street.redacted.jpg")
    assert frames_of(made)[0][1:] == (640, 360) and b"ftyp" not in made.read_bytes()


def test_output_that_is_there_is_left_alone_unless_told(street: Path) -> None:
    output = street.with_name("street.redacted.mp4")
    output.write_bytes(b"precious")
    done = passerby("redact", street)
    assert done.returncode == 1 and "--overwrite" in done.stderr
    assert output.read_bytes() == b"precious"
    assert passerby("redact", street, "--overwrite", "--mode", "cover").returncode == 0
    assert output.read_bytes() != b"precious"


def test_covers_by_hand_are_in_the_picture(street: Path) -> None:
    covers = street.with_suffix(".covers.json")
    covers.write_text(json.dumps({"version": 1, "add": [{"xyxy": [500, 10, 620, 80]}]}))
    done = passerby("redact", street, "--covers", covers, "--mode", "cover")
    assert done.returncode == 0, done.stderr
    with av.open(str(street.with_name("street.redacted.mp4"))) as container:
        for frame in container.decode(video=0):
            assert frame.to_ndarray(format="gray")[25:65, 525:595].std() < 3


@pytest.mark.parametrize("style", ["mosaic", "blur"])
def test_styles_that_keep_traces_are_warned_of(street: Path, style: str) -> None:
    done = passerby("redact", street, "--style", style, "--end", "0.5")
    assert done.returncode == 0 and f"A {style} keeps traces" in done.stderr


@pytest.mark.parametrize("arguments", [["nowhere.mp4"], [".", "-o", "one.mp4"], ["street.mp4", "--report", "r.pdf"]])
def test_mistakes_are_one_sentence_without_traceback(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run([*PASSERBY, "redact", *arguments], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.promise
@needs_root
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", [1, 2])
def test_stopping_leaves_nothing(street: Path, number: signal.Signals, code: int, jobs: int) -> None:
    for name in ("one.mp4", "two.mp4"):
        draw_again(street, street.with_name(name), times=12)
    clips = [street.with_name(name) for name in ("one.mp4", "two.mp4")]
    running = subprocess.Popen(
        [*PASSERBY, "redact", *map(str, clips), "--jobs", str(jobs)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    before = {street, *clips}
    wait_until(lambda: is_writing(running.pid, street.parent) or running.poll() is not None)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    assert running.returncode == code, said.decode()
    assert set(street.parent.iterdir()) - before <= {clip.with_name(f"{clip.stem}.redacted.mp4") for clip in clips}
    assert not [path for path in street.parent.iterdir() if path.suffix == ".part"]


@pytest.mark.slow
@needs_root
def test_process_that_is_killed_is_reported_and_the_others_go_on(street: Path) -> None:
    clips = [street.with_name("long.mp4"), street.with_name("short.mp4")]
    draw_again(street, clips[0], times=40)
    shutil.copy(street, clips[1])
    running = subprocess.Popen(
        [*PASSERBY, "redact", *map(str, clips), "--jobs", "2"], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    wait_until(lambda: workers_on(running.pid, clips[0]) and is_writing(running.pid, street.parent))
    for child in workers_on(running.pid, clips[0]):
        os.kill(child, signal.SIGKILL)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "the process that worked on it died" in said.decode()
    assert clips[1].with_name("short.redacted.mp4").exists()
    left = {path.name for path in street.parent.iterdir()}
    assert left == {street.name, "long.mp4", "short.mp4", "short.redacted.mp4"}  # not even a part of it


def workers_on(parent: int, source: Path) -> list[int]:
    """The children of a process that have this file open."""
    return [child for child in children_of(parent) if source in open_files(child)]


def is_writing(parent: int, folder: Path) -> bool:
    """Whether a process or one of its children has a file without a name open in the folder: an unfinished output."""
    found = [path for process in (parent, *children_of(parent)) for path in open_files(process)]
    return any(path.parent == folder and path.name.endswith("(deleted)") for path in found)


def children_of(parent: int) -> list[int]:
    with contextlib.suppress(OSError):  # it has ended
        return [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return []


def open_files(process: int) -> list[Path]:
    found = []
    with contextlib.suppress(OSError):  # it has ended
        for fd in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                found.append(fd.readlink())
    return found


def draw_again(clip: Path, longer: Path, times: int) -> None:
    """The clip over and over, without encoding again: long enough to be interrupted."""
    with av.open(str(longer), "w") as out, av.open(str(clip)) as first:
        stream = out.add_stream_from_template(first.streams.video[0])
        offset = 0
        for _ in range(times):
            with av.open(str(clip)) as container:
                source = container.streams.video[0]
                for packet in container.demux(source):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = stream
                    out.mux(packet)
                offset += source.duration or 0


def wait_until(true: object, patience_s: float = 60.0) -> None:
    assert callable(true)
    ends_at_s = time.monotonic() + patience_s
    while not true() and time.monotonic() < ends_at_s:
        time.sleep(0.02)


@pytest.mark.slow
def test_audit_finds_people_in_the_clear_and_ends_with_1(street: Path) -> None:
    done = passerby("audit", street, "--json")
    assert done.returncode == 1, done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert any(finding["kind"] in ("person", "face", 0, 1) for finding in findings)
    plain = passerby("audit", street)
    assert plain.returncode == 1 and "places to look at" in plain.stdout


@pytest.mark.slow
def test_demo_first_draws_redacts_and_says_where_to_look(tmp_path: Path) -> None:
    done = passerby("demo", tmp_path / "demo", "--files-only")
    assert done.returncode == 0, done.stderr
    for name in ("street.mp4", "street.redacted.mp4", "street.redacted.html", "street.redacted.json"):
        assert (tmp_path / "demo" / name).stat().st_size > 1000
        assert name in done.stdout or name.endswith("json")
