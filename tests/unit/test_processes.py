"""Processes that hold clear pictures: nothing of their memory gets into a file, and their own files still get names."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from passerby.processes import NEW_PROCESS, begin_child
from passerby.record.partfile import PartFile

NOBODY = 65534
PR_GET_DUMPABLE = 3  # linux/prctl.h


@pytest.fixture
def anybodys() -> Iterator[Path]:
    """A folder that another user may write into: pytest's are one's own."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def _child(pipe: Connection, folder: Path) -> None:
    begin_child()
    dumpable = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
    if os.getuid() == 0:  # root may do anything: that would show nothing
        os.setuid(NOBODY)
        begin_child()
    part = PartFile(folder / "out.bin", overwrite=False, source=None)
    part.write(b"whole")
    part.finish(1)
    memory = os.memfd_create("upload")
    os.write(memory, b"kept in memory")
    named = folder / "named"
    named.symlink_to(f"/proc/{os.getpid()}/fd/{memory}")
    pipe.send((resource.getrlimit(resource.RLIMIT_CORE), dumpable, named.read_bytes()))


@pytest.mark.skipif(sys.platform != "linux", reason="it is Linux that can say it")
def test_they_leave_no_core_are_closed_to_others_and_can_name_what_they_wrote(anybodys: Path) -> None:
    pipe, theirs = NEW_PROCESS.Pipe()
    process = NEW_PROCESS.Process(target=_child, args=(theirs, anybodys))
    process.start()
    theirs.close()
    try:
        limits, dumpable, read = pipe.recv()
    finally:
        process.join(10)
    assert limits == (0, 0)
    assert dumpable == 0
    assert read == b"kept in memory"
    assert (anybodys / "out.bin").read_bytes() == b"whole"
