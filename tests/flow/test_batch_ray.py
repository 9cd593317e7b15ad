"""Many files by processes of a real Ray: the same files as without, whatever dies meanwhile, and no picture in it."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from passerby.batch import AuditTask, EventsTask, Job, Outcome, RedactTask, Task
from passerby.batch.crew import HUNG_AFTER_S, Crew, Machine
from passerby.batch.installed import installed
from passerby.batch.on_ray import LOCAL, OnRay, RayPool, connected
from passerby.batch.one_by_one import OneByOne
from passerby.cli.sources import find, find_for_facts
from passerby.config.rule import LineRule
from passerby.errors import SettingsError
from passerby.net.grpc import answers
from passerby.report import Report
from passerby.settings import Settings
from passerby.testing.patterns import found_in_bytes, found_in_media
from tests.batches import Log, short
from tests.streets import Street
from tests.test_promises import WIDTHS_PX, street_with_pattern

pytestmark = [
    pytest.mark.slow,
    # Not imported here: as it is, it reads settings that passerby makes first.
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="no Ray: ray is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="its processes are looked for in /proc"),
]
# Solid: of silhouettes of two kinds that overlap, now one and now the other is in front, without Ray too.
REDACT = RedactTask(settings=Settings(threads=1, mode="cover", style="solid"))
PAGE = 4096
WITHIN_S = 240.0  # on a machine that does much else
PASSERBY = [sys.executable, "-m", "passerby"]


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    with connected(LOCAL) as ray:
        yield ray


@pytest.fixture
def clips(street: Street, tmp_path: Path) -> Path:
    """Two videos of ten pictures and a still, one folder deep."""
    folder = tmp_path / "clips"
    (folder / "sub").mkdir(parents=True)
    short(street.path, folder / "a.mp4", 0)
    short(street.path, folder / "sub" / "b.mp4", 12)
    with av.open(str(street.path)) as video:
        picture = next(video.decode(video=0)).to_ndarray(format="bgr24")
    assert cv2.imwrite(str(folder / "still.png"), picture)
    return folder


def sums(folder: Path, *endings: str) -> dict[str, str]:
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name.endswith(endings)]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def facts(outcomes: list[Outcome]) -> dict[str, object]:
    """What is said of each file, without what the clock says."""

    def said(outcome: Outcome) -> object:
        if isinstance(outcome.result, Report):
            return outcome.result.model_dump(exclude={"speed", "contact_sheet"})
        return outcome.result or outcome.error

    return {str(outcome.job.source): said(outcome) for outcome in outcomes}


def test_the_same_comes_out_bit_for_bit_and_an_odd_file_fails_alone(ray: Any, clips: Path, tmp_path: Path) -> None:
    (clips / "odd.mp4").write_text("no video")
    made: list[dict[str, object]] = []
    for to, run in ((tmp_path / "plain", OneByOne().run), (tmp_path / "ray", on(ray))):
        redacted = run(find([str(clips)], to, [to]).jobs, REDACT, Log())
        rule = LineRule(name="middle", kind="line", line=((0.5, 1.0), (0.5, 0.0)))
        noticed = run(
            find_for_facts([str(clips)], to, ".events.json").jobs, EventsTask(rules=(rule,), threads=1), Log()
        )
        audited = run([Job(clips / "a.mp4", to / "a.audit.json")], AuditTask(threads=1), Log())
        made.append({**facts(redacted), "events": facts(noticed), "audit": facts(audited)})
        assert sum(outcome.error is not None for outcome in [*redacted, *noticed]) == 2, "only the odd one"
        assert "odd.mp4" in next(str(each.job.source) for each in redacted if each.error)
        assert not (to / "odd.redacted.mp4").exists()
    assert made[0] == made[1]
    plain, by_ray = (sums(tmp_path / name, "mp4", "png", "events.json", "audit.json") for name in ("plain", "ray"))
    assert plain == by_ray and len(plain) == 7


def on(ray: Any) -> Callable[[list[Job], Task, Log], list[Outcome]]:
    return lambda jobs, task, log: OnRay(LOCAL, threads=1).run_with(ray, jobs, task, log)


def test_one_that_is_killed_and_one_that_hangs_are_replaced(ray: Any, street: Street, tmp_path: Path) -> None:
    """There is one process at a time: it is killed at the first file, and stopped at the second. Then time passes."""
    hit: dict[str, int] = {}
    passed_s = 0.0

    def hit_it(job: Job) -> None:
        nonlocal passed_s
        if job.source.name not in hit:
            hit[job.source.name] = pid = hands_of(ray)[0]
            os.kill(pid, signal.SIGSTOP if len(hit) > 1 else signal.SIGKILL)
            passed_s = 2 * HUNG_AFTER_S * (len(hit) > 1)

    (tmp_path / "clips").mkdir()
    for name in ("a.mp4", "b.mp4"):
        shutil.copy(street.path, tmp_path / "clips" / name)
    jobs, log = find([str(tmp_path / "clips")], tmp_path / "safe").jobs, Log(hit_it)
    pool = RayPool(ray, threads=1)
    crew = Crew(pool, REDACT, log, installed(), at_once=1, clock=lambda: time.monotonic() + passed_s)
    outcomes = crew.run(jobs)
    pool.close()
    assert [outcome.error for outcome in outcomes] == [None, None] and len(hit) == 2
    assert [says.partition("; ")[0].rpartition("/")[2] for says in log.warnings] == [
        "a.mp4: the process that worked on it died: its process ended",
        f"b.mp4: it made no progress for {HUNG_AFTER_S:g} s",
    ]
    wait_until(lambda: not hands_of(ray))  # nobody is left, not even the one that is stopped
    plain = OneByOne().run(find([str(tmp_path / "clips" / "a.mp4")], tmp_path / "plain").jobs, REDACT, Log())
    assert [each.error for each in plain] == [None]
    made = sums(tmp_path / "safe", "mp4")
    assert made["a.redacted.mp4"] == made["b.redacted.mp4"] == sums(tmp_path / "plain", "mp4")["a.redacted.mp4"]


@pytest.mark.promise
def test_no_picture_gets_into_ray(ray: Any, street: Street, tmp_path: Path) -> None:
    """Its object store, what it spills and logs, and what comes back are searched for what was on somebody's chest."""
    source = tmp_path / "source.mp4"
    planted = street_with_pattern(street, source)
    assert set(found_in_media(source)) >= set(planted), "the search does not find it in the open"
    seen: list[bool] = []
    log = Log(lambda job: seen.append(found_in_bytes(object_store(ray), WIDTHS_PX)))
    outcomes = on(ray)([Job(source, tmp_path / "out.mp4", (tmp_path / "out.json",))], REDACT, log)
    assert [outcome.error for outcome in outcomes] == [None] and seen, "it was looked into while somebody worked"
    assert found_in_media(tmp_path / "out.mp4") == []
    assert not any(seen) and not found_in_bytes(object_store(ray), WIDTHS_PX)
    for path in Path(session_of(ray)).rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert not found_in_bytes(path.read_bytes(), WIDTHS_PX), path.name
    assert b"jpeg" not in repr(outcomes[0].result).encode()

    with av.open(str(source)) as video:
        clear = [picture.to_ndarray(format="gray") for picture in video.decode(video=0)]
    kept = ray.put(np.ascontiguousarray(clear[planted[len(planted) // 2]]))
    assert found_in_bytes(object_store(ray), WIDTHS_PX), "the search finds what is in the store"
    del kept


def object_store(ray: Any) -> bytes:
    """What is in the memory that the processes of this Ray share, without pages that were never written to."""
    data = b""
    for link in Path(f"/proc/{raylet_of(ray)}/fd").iterdir():
        with contextlib.suppress(OSError):
            if "plasma" in str(link.readlink()):
                data = link.read_bytes()
    assert data, "the object store was found"
    pages = (data[start : start + PAGE] for start in range(0, len(data), PAGE))
    return b"".join(page for page in pages if page.strip(b"\0"))


def session_of(ray: Any) -> str:
    return str(ray._private.worker.global_worker.node.get_session_dir_path())


def hands_of(ray: Any) -> list[int]:
    """The processes that work on files."""
    raylet = raylet_of(ray)
    return [pid for pid in processes() if command_of(pid).startswith("ray::RayWorker") and parent_of(pid) == raylet]


def raylet_of(ray: Any) -> int:
    """The process that starts the others, and has their object store."""
    session = session_of(ray)
    return next(pid for pid in processes() if session in command_of(pid) and "raylet/raylet " in command_of(pid))


def processes() -> list[int]:
    return sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def wait_until(is_so: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    ends_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends_s, "it took too long"
        time.sleep(0.1)


@pytest.mark.parametrize("ends_by", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_ends_before_its_time_is_resumed(ray: Any, clips: Path, tmp_path: Path, ends_by: int) -> None:
    """By the command, on a cluster that is there. What was done is left as it is."""
    shutil.copy(clips / "a.mp4", clips / "c.mp4")
    shutil.copy(clips / "a.mp4", clips / "d.mp4")
    to = tmp_path / "safe"
    address = ray.get_runtime_context().gcs_address
    command = [*PASSERBY, "redact", str(clips), "-o", str(to), "--report", str(to), "--mode", "cover"]
    command += ["--style", "solid"]
    command += ["--resume", "--threads", "1", "--ray", address, "--jobs", "1"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    wait_until(lambda: bool(list(to.rglob("*.redacted.mp4.html"))) or running.poll() is not None)
    running.send_signal(ends_by)
    _, said = running.communicate(timeout=60)
    assert running.returncode == (130 if ends_by == signal.SIGINT else -signal.SIGKILL), said.decode()
    wait_until(lambda: not hands_of(ray))
    before = {path: path.stat().st_mtime_ns for path in to.rglob("*") if path.is_file()}
    assert not [path for path in before if path.name.endswith(".part")]
    done = [path for path in before if path.name.endswith((".redacted.mp4", ".redacted.png"))]
    assert 0 < len(done) < 5
    for path in done:  # whole
        assert found_whole(path)
    other = subprocess.run([*command, "--quality", "30"], capture_output=True, text=True, timeout=WITHIN_S)
    assert other.returncode == 1 and "was begun with something else: quality" in other.stderr
    again = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S)
    assert again.returncode == 0, again.stderr
    assert "files are done already" in again.stderr
    first = to / "a.redacted.mp4"
    assert first.stat().st_mtime_ns == before[first], "it was not made again"
    plain = OneByOne().run(find([str(clips)], tmp_path / "plain").jobs, REDACT, Log())
    assert all(each.error is None for each in plain)
    assert sums(to, "mp4", "png") == sums(tmp_path / "plain", "mp4", "png")


def found_whole(path: Path) -> bool:
    with av.open(str(path)) as made:
        return sum(1 for _ in made.decode(video=0)) in (1, 10)


def test_strangers_cannot_use_the_ray_that_is_started_here(ray: Any) -> None:
    """Other users of this machine reach its ports, and whoever may use it may run what they like."""
    address = ray.get_runtime_context().gcs_address
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_AUTH_")}
    environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64}
    code = f"import ray; ray.init(address='{address}'); print('in')"
    with contextlib.suppress(subprocess.TimeoutExpired):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=20, env=environment)
        assert done.returncode and b"in" not in done.stdout.split()


def test_the_ray_that_is_started_here_is_not_reached_from_elsewhere(ray: Any) -> None:
    hand = RayPool(ray, threads=1).start(Machine(ray.nodes()[0]["NodeID"], "here", 1))
    ray.get(next(iter(hand.pending)))
    session = session_of(ray)
    its = {pid for pid in processes() if session in command_of(pid) or parent_of(pid) == raylet_of(ray)} | {os.getpid()}
    listening = {pid: addresses for pid in its if (addresses := listens_on(pid))}
    names = [command_of(pid) for pid in listening]
    for name in ("gcs_server", "raylet/raylet", "ray::RayWorker"):
        assert any(name in each for each in names), f"{name} was looked at"
    assert {address for addresses in listening.values() for address in addresses} <= LOOPBACK
    ray.kill(hand.actor)


LOOPBACK = {"0100007F", "0" * 16 + "FFFF0000" + "0100007F", "0" * 24 + "01000000"}
"""127.0.0.1, the same in IPv6, and ::1, as the kernel lists them."""
LISTENS = "0A"


def listens_on(pid: int) -> set[str]:
    """The addresses of a process's TCP sockets that take connections."""
    links = set()
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                links.add(str(link.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTENS and f"socket:[{columns[9]}]" in links:
                found.add(columns[1].partition(":")[0])
    return found


def test_a_ray_answers_and_what_is_none_does_not(ray: Any) -> None:
    host, _, port = ray.get_runtime_context().gcs_address.rpartition(":")
    assert answers(host, int(port), WITHIN_S)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun_s = time.monotonic()
        assert not answers("127.0.0.1", silent.getsockname()[1], 0.3)
        assert time.monotonic() - begun_s < 10
        port = silent.getsockname()[1]
    assert not answers("127.0.0.1", port, WITHIN_S), "nobody is there"


def test_a_command_soon_says_that_no_ray_is_there(clips: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as was_free:
        address = f"127.0.0.1:{was_free.getsockname()[1]}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    done = subprocess.run(
        [*PASSERBY, "audit", str(clips / "a.mp4"), "-o", str(tmp_path / "found"), "--ray", address],
        capture_output=True, text=True, timeout=WITHIN_S, env=environment,
    )  # fmt: skip
    assert done.returncode == 1
    (said, hint) = done.stderr.strip().splitlines()
    assert said.startswith(f"error: couldn't use Ray at '{address}': no Ray answers at ")
    assert hint == "hint: start one with `ray start`, or give --ray local"


def test_ray_tells_its_makers_nothing_and_shows_no_dashboard(ray: Any) -> None:
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    assert not ray._private.worker.global_worker.node.webui_url
    assert ray.cluster_resources()["object_store_memory"] <= 100e6


def test_an_address_of_another_kind_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not an address that passerby can use"):
        OnRay("ray://head:10001", threads=1).run([Job(tmp_path / "a.mp4", None)], REDACT, Log())
