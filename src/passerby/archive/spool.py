"""One open object: a local file that grows by whole fragments, locked by the process that writes it.

The file itself holds everything needed to finish it: `init | room for the index | fragments`. The lock ends with the
process, however that ends: a file that nobody holds is to be finished.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from passerby.archive.names import OPEN_SUFFIX, name_of, open_path
from passerby.folders import sync
from passerby.media.mp4.fragments import fragments_in
from passerby.media.mp4.index import MAX_GOPS, ROOM_BYTES, empty_room, make_index
from passerby.media.mp4.init import read_init
from passerby.media.segments import Fragment, Gop, InitSegment
from passerby.objects.names import ObjectName

_UNBORN = ".new"  # not under its name yet: nobody was told of it
_TRIES, _TRY_AGAIN_S = 200, 0.005  # to lock a new file


@dataclass
class GopList:
    """The GOPs of a growing object. All but the last are whole; the last is once the next begins."""

    gops: list[Gop] = field(default_factory=list)

    def add(self, offset: int, size: int, start_90k: int, duration_90k: int, activity: int, *, is_key: bool) -> None:
        """One more fragment at the end of the file."""
        if self.gops and start_90k != self.gops[-1].end_90k:  # a short hole or overlap: its picture stays until then
            before = self.gops[-1]
            self.gops[-1] = replace(before, duration_90k=start_90k - before.start_90k)
        if is_key:
            self.gops.append(Gop(start_90k, duration_90k, offset, size, activity))
            return
        last = self.gops[-1]
        self.gops[-1] = Gop(
            last.start_90k,
            last.duration_90k + duration_90k,
            last.offset,
            last.size + size,
            max(last.activity, activity),
        )


class SpoolFile:
    """An open object that this process holds. Call `release` when done."""

    def __init__(self, path: Path, handle: int, name: ObjectName, init: InitSegment, gops: GopList, size: int) -> None:
        self.path, self.name, self.init = path, name, init
        self._handle, self._gops, self._size = handle, gops, size

    @classmethod
    def create(cls, folder: Path, name: ObjectName, init: InitSegment) -> Self:
        """A new one without fragments. Raises OSError."""
        path = open_path(folder, name)
        unborn = path.with_name(path.name + _UNBORN)
        handle = _new_and_locked(unborn)
        try:
            head = init.data + empty_room()
            _write_all(handle, head, 0)
            os.fsync(handle)
            # By the time it has its name, it is locked and its head is written. A crash before leaves a file without
            # fragments, which recovery removes. A link, not a rename, so as not to replace what a crash left under this
            # name.
            os.link(unborn, path)
            unborn.unlink()
            sync(folder)
        except BaseException:
            os.close(handle)
            raise
        return cls(path, handle, name, init, GopList(), len(head))

    @classmethod
    def take(cls, path: Path) -> Self | None:
        """Takes one that nobody holds, and cuts off an incomplete end. None if it is held, gone or empty.

        An empty one is removed. Raises OSError.
        """
        name = name_of(path)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if name is not None and _is_locked(handle):
                init, gops, size = _read(handle)
                if init is not None and gops.gops:
                    os.ftruncate(handle, size)
                    return cls(path, handle, name, init, gops, size)
                path.unlink()
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        return None

    @property
    def gops(self) -> tuple[Gop, ...]:
        """All GOPs; the last one may still grow."""
        return tuple(self._gops.gops)

    @property
    def camera(self) -> str:
        return self.name.camera

    @property
    def end_90k(self) -> int:
        return self._gops.gops[-1].end_90k

    @property
    def is_full(self) -> bool:
        return len(self._gops.gops) >= MAX_GOPS

    def append(self, fragment: Fragment) -> None:
        """Write it. The first fragment is a key frame. Raises OSError, which leaves the file as it was before."""
        try:
            _write_all(self._handle, fragment.data, self._size)
        except BaseException:
            os.ftruncate(self._handle, self._size)
            raise
        start, duration = fragment.start_90k, fragment.duration_90k
        self._gops.add(
            self._size, len(fragment.data), start, duration, fragment.activity, is_key=fragment.is_key
        )  # fmt: skip
        self._size += len(fragment.data)

    def sync(self) -> None:
        """Wait until everything written is on the disk."""
        os.fdatasync(self._handle)

    def seal(self) -> None:
        """Write the index into its reserved room. May be repeated."""
        _write_all(self._handle, make_index(self._gops.gops), len(self.init.data))
        os.fsync(self._handle)

    def rename(self, name: ObjectName) -> None:
        """Give it another name, durably. Raises OSError."""
        path = open_path(self.path.parent, name)
        self.path.rename(path)
        sync(path.parent)
        self.path, self.name = path, name

    def release(self) -> None:
        """Release the lock: whoever takes the file next finishes it."""
        os.close(self._handle)


def waiting_in(folder: Path) -> list[Path]:
    """All open objects of a folder, held or not, oldest first. Removes files that never got their name and are not
    held."""
    for unborn in folder.glob(f"*{OPEN_SUFFIX}{_UNBORN}"):
        _remove_if_free(unborn)
    named = ((name_of(path), path) for path in folder.glob(f"*{OPEN_SUFFIX}"))
    return [path for _, path in sorted((name.start_90k, path) for name, path in named if name)]


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Whether nobody else holds it; if so, it is ours within the block. False if it is gone."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        yield _is_locked(handle)
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(handle).st_nlink > 0  # else another process finished it meanwhile


def _new_and_locked(path: Path) -> int:
    """Handle of a new file. Before it is locked, whoever looks for what crashes left may take it for that, and remove
    it: then another is made. Raises OSError."""
    for _ in range(_TRIES):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        try:
            is_ours = _is_locked(handle)
        except BaseException:
            os.close(handle)
            raise
        if is_ours:
            return handle
        os.close(handle)
        time.sleep(_TRY_AGAIN_S)
    raise BlockingIOError(errno.EWOULDBLOCK, "another process holds it", str(path))


def _remove_if_free(path: Path) -> None:
    with held(path) as is_ours:
        if is_ours:  # else it is being created
            path.unlink(missing_ok=True)


def _read(handle: int) -> tuple[InitSegment | None, GopList, int]:
    """The content of the file up to the last whole fragment: its init, its GOPs, its size in bytes."""
    gops = GopList()
    if not os.fstat(handle).st_size:
        return None, gops, 0
    with mmap.mmap(handle, 0, access=mmap.ACCESS_READ) as data, memoryview(data) as view:
        init = read_init(view)
        size = len(init.data) + ROOM_BYTES if init else 0
        for fragment in fragments_in(view, size) if init else ():
            if not gops.gops and not fragment.is_key:
                break
            gops.add(
                fragment.offset, fragment.size, fragment.start_90k, fragment.duration_90k, fragment.activity,
                is_key=fragment.is_key,
            )  # fmt: skip
            size = fragment.offset + fragment.size
    return init, gops, size


def _write_all(handle: int, data: bytes, offset: int) -> None:
    left = memoryview(data)
    while left:
        written = os.pwrite(handle, left, offset)
        left, offset = left[written:], offset + written
