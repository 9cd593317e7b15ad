"""What must be true of recordings and events of several machines after whatever happened to them."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from passerby.archive.names import OPEN_SUFFIX
from passerby.archive.playlist import make_playlist
from passerby.archive.rows import Rows
from passerby.errors import OutputError
from passerby.media.segments import SHORT_OVERLAP_90K, TICKS_PER_S, ArchivedObject, ObjectState
from tests.cluster import Cluster

GAP_S = 1.5
"""Shorter ones are pictures that came late, at two a second."""
GOP_S = 2.0
LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two pictures of one camera. is_takeover: another machine, or another run of it, went on."""

    camera: str
    from_s: float
    seconds: float
    is_takeover: bool

    def __str__(self) -> str:
        return f"{self.camera} {self.seconds:.1f} s{'' if self.is_takeover else ' without a takeover'}"


@dataclass
class Verdict:
    """gaps: those over GAP_S. lost: what was seen recorded once and is not there now. doubled: two pictures of one time
    under one token, or two in what is played. said_s: how long two machines recorded one camera, under tokens that say
    which is the record."""

    gaps: list[Gap] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    said_s: float = 0.0

    def unexplained(self, takeover_s: float) -> list[Gap]:
        """Gaps that no takeover explains, or that are longer than one and a GOP."""
        return [gap for gap in self.gaps if not gap.is_takeover or gap.seconds > takeover_s + GOP_S]


class Witness:
    """Looks at the catalogue all the time: what it has seen whole must be there in the end."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._rows = Rows(cluster.catalogue)
        self._over = threading.Event()
        self._seen: set[tuple[str, int, int]] = set()
        """Camera, token it was recorded under, start of a GOP."""

    @contextmanager
    def looking(self) -> Iterator[None]:
        thread = threading.Thread(target=self._look)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def judge(self, from_90k: int, to_90k: int) -> Verdict:
        """Of what was recorded in a range of time. Call when all machines have ended in order."""
        found = Verdict()
        objects = self.objects()
        stored = self._cluster.keys()
        there = set(_gops(objects))
        found.lost += [f"{camera}: a GOP of token {token} at {at}" for camera, token, at in sorted(self._seen - there)]
        found.lost += [f"no bytes for {each.key}" for each in objects if each.key not in stored]
        found.lost += [f"no row for {key}" for key in sorted(stored - {each.key for each in objects})]
        waiting = sorted(self._cluster.folder.glob(f"*/spool/*{OPEN_SUFFIX}"))
        found.lost += [f"still waiting: {path.name}" for path in waiting]
        for camera in self._cluster.cameras:
            its = sorted((each for each in objects if each.camera == camera), key=lambda each: each.start_90k)
            self._judge_camera(camera, its, from_90k, to_90k, found)
        return found

    def objects(self) -> list[ArchivedObject]:
        """All but those that are being deleted; with their GOPs."""
        playable = [state for state in ObjectState if state is not ObjectState.DELETING]
        keys = [each.key for state in playable for each in self._rows.in_state(state)]
        return [each for key in keys if (each := self._rows.find(key))]

    def close(self) -> None:
        self._rows.close()

    def _judge_camera(
        self, camera: str, objects: list[ArchivedObject], from_90k: int, to_90k: int, found: Verdict
    ) -> None:
        played = make_playlist(objects, from_90k, to_90k)
        token_of = {each.key: each.recorded_token for each in objects}
        entries = played.entries
        if not entries:
            found.gaps.append(Gap(camera, from_90k / TICKS_PER_S, (to_90k - from_90k) / TICKS_PER_S, False))
            return
        edges = [(from_90k, entries[0].gop.start_90k, False), (entries[-1].gop.end_90k, to_90k, False)]
        for before, after in itertools.pairwise(entries):
            is_takeover = token_of[before.key] != token_of[after.key]
            edges.append((before.gop.end_90k, after.gop.start_90k, is_takeover))
            if after.gop.start_90k < before.gop.end_90k - SHORT_OVERLAP_90K:
                found.doubled.append(f"{camera}: played twice at {after.gop.start_90k}")
        for since_90k, until_90k, is_takeover in edges:
            seconds = (until_90k - since_90k) / TICKS_PER_S
            if seconds > GAP_S:
                found.gaps.append(Gap(camera, since_90k / TICKS_PER_S, seconds, is_takeover))
        by_token: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for each in objects:
            by_token[each.recorded_token] += [(gop.start_90k, gop.end_90k) for gop in each.gops]
        for token, spans in by_token.items():
            for (_, end), (start, _) in itertools.pairwise(sorted(spans)):
                if start < end - SHORT_OVERLAP_90K:
                    found.doubled.append(f"{camera}: recorded twice under token {token} at {start}")
        all_90k = sum(end - start for spans in by_token.values() for start, end in spans)
        played_90k = sum(each.gop.duration_90k for each in make_playlist(objects, 0, 2**62).entries)
        found.said_s += max(0, all_90k - played_90k) / TICKS_PER_S

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            with suppress(OutputError, SQLAlchemyError):  # the catalogue is away
                self._seen.update(_gops(self.objects()))


def _gops(objects: list[ArchivedObject]) -> Iterator[tuple[str, int, int]]:
    return ((each.camera, each.recorded_token, gop.start_90k) for each in objects for gop in each.gops)


def spooled_bytes(data: Path) -> int:
    """What waits on a machine."""
    found = 0
    for path in (data / "spool").glob(f"*{OPEN_SUFFIX}"):
        with suppress(FileNotFoundError):
            found += path.stat().st_size
    return found
