"""Tries a camera in a process of its own: what an unknown stream does to a decoder affects only that process."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from multiprocessing.connection import Connection

from passerby.engine.live.trial import CameraTrial, try_camera
from passerby.engine.passes import Detectors
from passerby.errors import ModelError, Trouble
from passerby.fleet.plan import CameraPlan
from passerby.processes import NEW_PROCESS, begin_child

WITHIN_S = 45.0  # loading, opening with its time-outs, four seconds of pictures
_HEAD = struct.Struct(">I")


def try_apart(plan: CameraPlan) -> CameraTrial:
    """The result of trying this camera. Blocks for seconds. Never raises for a fault of the camera."""
    pipe, theirs = NEW_PROCESS.Pipe()
    process = NEW_PROCESS.Process(target=_work, args=(theirs,), name="passerby-trial", daemon=True)
    process.start()
    theirs.close()
    try:
        pipe.send_bytes(plan.model_dump_json().encode())
        if pipe.poll(WITHIN_S):
            return _unpack(pipe.recv_bytes())
        return CameraTrial(reason=f"testing it took longer than {WITHIN_S:g} s", trouble=Trouble.TIMED_OUT)
    except (EOFError, OSError, ValueError, KeyError, TypeError):
        return CameraTrial(reason="the test failed: what it sends could not be read", trouble=Trouble.UNKNOWN_CODEC)
    finally:
        pipe.close()
        process.kill()
        process.join()


def _work(pipe: Connection) -> None:
    """The main function of the process."""
    begin_child()
    with suppress(EOFError, OSError):
        plan = CameraPlan.model_validate_json(pipe.recv_bytes())
        pipe.send_bytes(_pack(_tried(plan)))


def _tried(plan: CameraPlan) -> CameraTrial:
    try:
        return try_camera(plan.address, plan.options, settings=plan.settings, detectors=Detectors(threads=1))
    except ModelError:
        return try_camera(plan.address, plan.options, settings=plan.settings)  # covered whole, and reported as such


def _pack(done: CameraTrial) -> bytes:
    head = json.dumps(
        [done.reason, done.trouble, done.size_wh, done.codec, done.fps, done.covered], ensure_ascii=False
    ).encode()
    return _HEAD.pack(len(head)) + head + (done.still or b"")


def _unpack(message: bytes) -> CameraTrial:
    (size,) = _HEAD.unpack_from(message)
    head, still = message[_HEAD.size : _HEAD.size + size], message[_HEAD.size + size :]
    reason, trouble, size_wh, codec, fps, covered = json.loads(head)
    return CameraTrial(
        reason, Trouble(trouble) if trouble else None, tuple(size_wh) if size_wh else None, codec, fps, still or None,
        covered,
    )  # fmt: skip
