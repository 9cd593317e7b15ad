"""What a machine with the page gets from the nodes: live pictures of what is watched here, and how all cameras are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import NoRespondersError

from passerby.config.cluster import Cluster
from passerby.fleet.ask_messages import pack_asked
from passerby.fleet.control import ControlAway
from passerby.fleet.interest import REPEAT_EVERY_S, pack_interest
from passerby.fleet.live_feed import LiveFeed
from passerby.fleet.live_messages import LiveReader
from passerby.fleet.nats.asking import ask_node
from passerby.fleet.nats.connection import ANSWERS_WITHIN_S, Connection
from passerby.fleet.nats.sending import YES
from passerby.fleet.nats.subjects import ASKED, INTEREST, LIVE, STATES
from passerby.fleet.state_messages import StatesHeard
from passerby.media.requests import CameraRequest


class PageLink:
    """Of one machine with the page. Thread-safe."""

    def __init__(self, settings: Cluster, name: str, process: str, heard: StatesHeard) -> None:
        """name: of this machine. process: names this run of it."""
        self._process, self._heard = process, heard
        self._subscribed: dict[str, Subscription] = {}
        self._said_nothing = True
        self._listens_on: Client | None = None
        self._connection = Connection(settings, f"passerby {name} page", self._listen)
        self._name = self._connection.joined_as or name
        self._feed = LiveFeed(lambda: self._wake())
        self._wake = self._connection.go_on(self._follow_viewers, REPEAT_EVERY_S)

    @property
    def is_connected(self) -> bool:
        return self._connection.is_connected

    def subscribe(self, camera: str) -> AsyncGenerator[bytes]:
        """See `LiveFeed.subscribe`."""
        return self._feed.subscribe(camera)

    def forget(self, camera: str) -> None:
        """Its newest pictures are no longer live."""
        self._feed.forget(camera)

    def ask(self, camera: str, request: CameraRequest) -> bool:
        """Whether the node that has the camera passed it on."""
        node = self._heard.node_of(camera)
        if node is None:
            return False

        async def asked(client: Client) -> bool:
            with suppress(NoRespondersError, TimeoutError):
                subject, asked = f"{ASKED}.{node}.{camera}", pack_asked(request)
                return await ask_node(client, subject, node, self._name, asked, ANSWERS_WITHIN_S) == YES
            return False

        try:
            return self._connection.ask(asked)
        except (ControlAway, ValueError):
            return False

    def close(self) -> None:
        self._connection.close()

    async def _listen(self, client: Client) -> None:
        if self._listens_on is not client:  # a subscription outlives reconnecting
            self._subscribed.clear()
            await client.subscribe(f"{STATES}.*", cb=self._hear)
            self._listens_on = client

    async def _hear(self, message: Msg) -> None:
        with suppress(ValueError):
            self._heard.note(message.data, message.subject.rpartition(".")[2])

    async def _follow_viewers(self, client: Client) -> None:
        watched = self._feed.watched
        for camera in self._subscribed.keys() - watched:
            await self._subscribed.pop(camera).unsubscribe()
            self._feed.forget(camera)
        for camera in watched - self._subscribed.keys():
            self._subscribed[camera] = await client.subscribe(f"{LIVE}.*.{camera}", cb=self._reader(camera))
        if watched or not self._said_nothing:
            await client.publish(f"{INTEREST}.{self._name}", pack_interest(self._process, watched))
        self._said_nothing = not watched

    def _reader(self, camera: str) -> Callable[[Msg], Awaitable[None]]:
        reader = LiveReader()

        async def read(message: Msg) -> None:
            with suppress(ValueError):
                fragment = reader.read(message.data)
                if fragment is not None:
                    self._feed.publish(camera, fragment)

        return read
