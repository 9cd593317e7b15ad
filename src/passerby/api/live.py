"""Live pictures over a WebSocket, for Media Source Extensions: the recorded bytes themselves, as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from fastapi.concurrency import run_in_threadpool

from passerby.access.sessions import SignedIn
from passerby.api.cameras import CameraName
from passerby.api.gate import signed_in_of, subject_of, who_asks
from passerby.api.permits import MAY_NO_MORE
from passerby.api.ports import Services, services_of
from passerby.errors import PasserbyError
from passerby.media.mp4.init import read_init
from passerby.rules.access import Action, may

router = APIRouter(prefix="/api/cameras/{camera}", tags=["live"])

NOTE_EVERY_S = 60.0
"""How often another audit record of the look is written, and the permission checked again."""
TRY_LATER = 1013
_LONGEST_REASON_BYTES = 120  # a close frame holds 123


@router.websocket("/live")
async def live(socket: WebSocket, camera: CameraName) -> None:
    """Text: {"mime": ...} for the player, then binary: the init segment, then fragments. Both again when it changes.

    Closed with 1013 and a reason where there is no picture now, 4403 as soon as the right to watch ends: see `permits`.
    """
    services = services_of(socket)
    await socket.accept()
    if services.fleet is None:
        await socket.close(TRY_LATER, "this installation runs without workers: nothing is live")
        return
    watching = asyncio.create_task(_watch(socket, services, camera, services.fleet.subscribe(camera)))
    leaving = asyncio.create_task(_until_gone(socket))
    try:
        await asyncio.wait({watching, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (watching, leaving):
            task.cancel()
        await asyncio.gather(watching, leaving, return_exceptions=True)


async def _watch(socket: WebSocket, services: Services, camera: str, feed: AsyncGenerator[bytes]) -> None:
    clock = services.installation.clock
    noted_s = -NOTE_EVERY_S
    why = (TRY_LATER, "there is no live picture now")
    try:
        async with aclosing(feed):
            async for data in feed:
                if clock.monotonic() - noted_s >= NOTE_EVERY_S:
                    if not await run_in_threadpool(_may_go_on, socket, services, camera):
                        why = (MAY_NO_MORE, "you may no longer watch this")
                        break
                    noted_s = clock.monotonic()
                init = read_init(data)
                if init:
                    await socket.send_json({"mime": f'video/mp4; codecs="{init.codec}"'})
                await socket.send_bytes(data)
    except PasserbyError as error:
        why = (TRY_LATER, error.message)
    except WebSocketDisconnect:
        return
    with suppress(RuntimeError):  # the client left meanwhile
        await socket.close(why[0], why[1].encode()[:_LONGEST_REASON_BYTES].decode(errors="ignore"))


def _may_go_on(socket: WebSocket, services: Services, camera: str) -> bool:
    """Check again who is asking and whether they may, and record the look before the next byte is sent."""
    me = who_asks(socket)
    if not isinstance(me, SignedIn) or me.user.id != signed_in_of(socket).user.id:
        return False
    if not may(me.principal, Action.WATCH_LIVE, subject_of(socket, camera)).allowed:
        return False
    services.installation.audit.look(me, Action.WATCH_LIVE, camera)
    return True


async def _until_gone(socket: WebSocket) -> None:
    """Viewers send nothing, but only a reader learns that they left."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()
