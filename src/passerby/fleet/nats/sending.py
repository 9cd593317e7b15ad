"""What a node sends to the machines with the page: live pictures of what is watched there, and how its cameras are.

It has a connection of its own, so that pictures delay no renewal of a session. Pictures come from the node's `LiveFeed`
as for any viewer: a slow network skips to the newest key frame, and no worker waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from passerby.config.cluster import Cluster
from passerby.fleet.ask_messages import unpack_asked
from passerby.fleet.interest import Interest, unpack_interest
from passerby.fleet.live_feed import LiveFeed, Viewer
from passerby.fleet.live_messages import pack_live
from passerby.fleet.nats.connection import Connection
from passerby.fleet.nats.subjects import ASKED, INTEREST, LIVE, STATES
from passerby.fleet.state_messages import TELL_EVERY_S, pack_states_of
from passerby.media.camera import CameraState
from passerby.media.requests import CameraRequest

LOOK_EVERY_S = 0.5  # what is no longer watched is sent for so long
MOST_WAITING_BYTES = 1_000_000
WAITS_S = 0.05
YES, NO = b"yes", b"no"


class NodeLink:
    """Of one node. Runs until it is closed."""

    def __init__(
        self,
        settings: Cluster,
        node: str,
        process: str,
        feed: LiveFeed,
        token_of: Callable[[str], int | None],
        states: Callable[[], Mapping[str, CameraState]],
        ask: Callable[[str, CameraRequest], bool],
    ) -> None:
        """process: names this run of the node. token_of: under which it records a camera, None if it does not. ask:
        passes a request on to a camera; returns whether it got it."""
        self._node, self._process, self._feed = node, process, feed
        self._token_of, self._states, self._pass_on = token_of, states, ask
        self._interest = Interest()
        self._senders: dict[str, tuple[Viewer, asyncio.Task[None]]] = {}
        self._listens_on: Client | None = None
        self._connection = Connection(settings, f"passerby {node} live", self._listen)
        self._look = self._connection.go_on(self._follow_interest, LOOK_EVERY_S)
        self._connection.go_on(self._tell, TELL_EVERY_S)

    def close(self) -> None:
        self._connection.close()

    async def _listen(self, client: Client) -> None:
        if self._listens_on is not client:  # a subscription outlives reconnecting
            await client.subscribe(f"{INTEREST}.*", cb=self._hear)
            await client.subscribe(f"{ASKED}.{self._node}.*", cb=self._answer)
            self._listens_on = client

    async def _hear(self, message: Msg) -> None:
        with suppress(ValueError):
            process, cameras = unpack_interest(message.data)
            for camera in self._interest.note(process, cameras):
                if camera in self._senders:  # others have the newest key frame already, and ignore it
                    self._senders[camera][0].again()
                    self._feed.wake(camera)
            self._look()

    async def _answer(self, message: Msg) -> None:
        camera = message.subject.rpartition(".")[2]
        if self._token_of(camera) is None:
            return  # the node that has it answers
        is_passed_on = False
        with suppress(ValueError):
            is_passed_on = self._pass_on(camera, unpack_asked(message.data))
        with suppress(NatsError):
            await message.respond(YES if is_passed_on else NO)

    async def _follow_interest(self, client: Client) -> None:
        wanted = {camera for camera in self._interest.cameras() if self._token_of(camera) is not None}
        for camera in self._senders.keys() - wanted:
            self._senders.pop(camera)[1].cancel()
        for camera in wanted - self._senders.keys():
            viewer = Viewer(self._feed, camera)
            self._senders[camera] = viewer, asyncio.create_task(self._send(client, viewer))

    async def _send(self, client: Client, viewer: Viewer) -> None:
        subject = f"{LIVE}.{self._node}.{viewer.camera}"
        async with aclosing(self._feed.follow(viewer)) as fragments:
            async for numbered in fragments:
                while client.pending_data_size > MOST_WAITING_BYTES or not client.is_connected:
                    await asyncio.sleep(WAITS_S)  # meanwhile the feed goes on without it
                token = self._token_of(viewer.camera)
                if token is None:
                    continue
                with suppress(NatsError, OSError):  # then a piece is missing, and viewers go on at the next key frame
                    for part in pack_live(numbered, token, self._process):
                        await client.publish(subject, part)

    async def _tell(self, client: Client) -> None:
        states = {
            camera: (token, state)
            for camera, state in self._states().items()
            if (token := self._token_of(camera)) is not None
        }
        for message in pack_states_of(self._node, states):
            await client.publish(f"{STATES}.{self._node}", message)
