"""The messages between a worker and its parent: plans to the worker; states and encoded redacted video back.

A message is one byte for its kind, the length of its head in 4 bytes, the head as JSON, and bytes. No message can hold
an unencoded picture or code: nothing is unpickled.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from passerby.fleet.plan import CameraPlan
from passerby.fleet.state_fields import state_fields, state_of
from passerby.media.camera import CameraState
from passerby.media.requests import CameraRequest
from passerby.media.segments import Fragment, InitSegment

_HEAD = struct.Struct(">cI")
_STATES, _INIT, _FRAGMENT = b"S", b"I", b"F"
_RUN, _DROP, _ASK, _STOP = b"R", b"D", b"A", b"X"
_REQUESTS: dict[str, type[CameraRequest]] = {each.__name__: each for each in get_args(CameraRequest)}


@dataclass(frozen=True, slots=True)
class States:
    """The states of all cameras of a worker; also its heartbeat. ready: it has loaded what it needs. stuck: cameras
    that no longer respond. left_out: how many events it has not written, and will not."""

    of: Mapping[str, CameraState]
    ready: bool = True
    stuck: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Start this camera, or apply its new plan."""

    plan: CameraPlan


@dataclass(frozen=True, slots=True)
class Drop:
    """Stop this camera."""

    camera: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Pass a request on to this camera; one that it does not have is ignored."""

    camera: str
    request: CameraRequest


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop all cameras, then exit."""


Order = Run | Drop | Ask | Stop


def pack_states(states: States) -> bytes:
    of = {camera: state_fields(state) for camera, state in states.of.items()}
    head = {"of": of, "ready": states.ready, "stuck": states.stuck, "left_out": states.left_out}
    return _message(_STATES, head)


def pack_init(camera: str, init: InitSegment) -> bytes:
    head = {"camera": camera, "id": init.id, "size": [init.width, init.height], "codec": init.codec}
    return _message(_INIT, head, init.data)


def pack_fragment(camera: str, fragment: Fragment) -> bytes:
    """Its init segment must have been sent before."""
    head = {
        "camera": camera, "init": fragment.init_id, "start": fragment.start_90k, "duration": fragment.duration_90k,
        "key": fragment.is_key, "activity": fragment.activity,
    }  # fmt: skip
    return _message(_FRAGMENT, head, fragment.data)


def pack_order(order: Order) -> bytes:
    match order:
        case Run(plan):
            return _message(_RUN, json.loads(plan.model_dump_json()))
        case Drop(camera):
            return _message(_DROP, camera)
        case Ask(camera, request):
            return _message(_ASK, {"camera": camera, "what": type(request).__name__, "with": asdict(request)})
    return _message(_STOP, None)


def _message(kind: bytes, head: object, data: bytes = b"") -> bytes:
    coded = json.dumps(head, separators=(",", ":")).encode()
    return _HEAD.pack(kind, len(coded)) + coded + data


def _split(message: bytes) -> tuple[bytes, Any, bytes]:
    kind, length = _HEAD.unpack_from(message)
    end = _HEAD.size + length
    return kind, json.loads(message[_HEAD.size : end]), message[end:]


def read_order(message: bytes) -> Order:
    """In the worker. Raises ValueError for anything else."""
    kind, head, _ = _split(message)
    if kind == _RUN:
        return Run(CameraPlan.model_validate_json(json.dumps(head)))
    if kind == _DROP:
        return Drop(str(head))
    if kind == _ASK and head["what"] in _REQUESTS:
        return Ask(head["camera"], _REQUESTS[head["what"]](**head["with"]))
    if kind == _STOP:
        return Stop()
    raise ValueError(f"no order is of the kind {kind!r}")


class Reader:
    """In the parent: reads what one worker sends."""

    def __init__(self) -> None:
        self._inits: dict[str, InitSegment] = {}

    def read(self, message: bytes) -> States | tuple[str, Fragment] | None:
        """States; or a camera with its next fragment; None for a message that is only needed to read the next."""
        kind, head, data = _split(message)
        if kind == _STATES:
            of = {camera: state_of(fields) for camera, fields in head["of"].items()}
            return States(of, head["ready"], tuple(head["stuck"]), head["left_out"])
        if kind == _INIT:
            width, height = head["size"]
            self._inits[head["camera"]] = InitSegment(head["id"], data, width, height, head["codec"])
            return None
        if kind != _FRAGMENT:
            raise ValueError(f"a worker sends nothing of the kind {kind!r}")
        camera, init = head["camera"], self._inits[head["camera"]]
        if init.id != head["init"]:
            raise ValueError(f"camera '{camera}': a fragment came before its init segment")
        fragment = Fragment(init, head["start"], head["duration"], head["key"], data, head["activity"])
        return camera, fragment
