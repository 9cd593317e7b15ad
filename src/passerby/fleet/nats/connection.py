"""A connection to NATS, used from threads: an event loop in a thread of its own, and an answer or `ControlAway`."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from passerby.config.cluster import Cluster
from passerby.errors import SettingsError
from passerby.fleet.control import ControlAway

ANSWERS_WITHIN_S = 1.0  # a lease is 2 s at least, and renewed four times in it
CONNECTS_WITHIN_S = 2.0

Result = TypeVar("Result")


class Connection:
    """Reconnects by itself. Call `close` when done."""

    def __init__(self, settings: Cluster, name: str, prepare: Callable[[Client], Awaitable[None]]) -> None:
        """prepare: called after each connecting, before anything else is asked. Raises SettingsError if the files that
        the settings name cannot be used."""
        self._settings, self._name, self._prepare = settings, name, prepare
        self._tls = _tls_of(settings)
        self._client: Client | None = None
        self._is_prepared = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="passerby-nats", daemon=True)
        self._thread.start()

    def ask(self, what: Callable[[Client], Awaitable[Result]]) -> Result:
        """Raises ControlAway."""
        patience_s = ANSWERS_WITHIN_S + CONNECTS_WITHIN_S
        try:
            asked = asyncio.run_coroutine_threadsafe(asyncio.wait_for(self._ask(what), patience_s), self._loop)
            return asked.result(patience_s + 1.0)
        except (NatsError, OSError, TimeoutError) as error:
            says = f"NATS does not answer ({type(error).__name__})"
            raise ControlAway(says, hint="are its servers there? See [cluster] in the configuration") from error

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(CONNECTS_WITHIN_S + 1.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _ask(self, what: Callable[[Client], Awaitable[Result]]) -> Result:
        if self._client is None or self._client.is_closed:
            self._client = await self._connected()
        if not self._client.is_connected:
            raise NatsError
        if not self._is_prepared:
            await self._prepare(self._client)
            self._is_prepared = True
        return await what(self._client)

    async def _connected(self) -> Client:
        settings, self._is_prepared = self._settings, False
        return await asyncio.wait_for(
            nats.connect(
                list(settings.servers),
                name=self._name,
                tls=self._tls,
                user_credentials=settings.credentials,
                connect_timeout=CONNECTS_WITHIN_S,
                reconnect_time_wait=0.5,
                max_reconnect_attempts=-1,
                ping_interval=2,
                max_outstanding_pings=2,
                error_cb=_ignore,
                reconnected_cb=self._prepare_again,
            ),
            CONNECTS_WITHIN_S,
        )

    async def _prepare_again(self) -> None:
        """The servers may have lost everything meanwhile."""
        self._is_prepared = False

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()


async def _ignore(error: Exception) -> None:
    """Whoever asks is told: see `Connection.ask`."""


def _tls_of(settings: Cluster) -> ssl.SSLContext | None:
    if not any(each.startswith("tls://") for each in settings.servers):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.authority)
        if settings.certificate is not None:
            context.load_cert_chain(settings.certificate, settings.private_key)
    except OSError as error:  # ssl.SSLError too
        raise SettingsError(
            f"couldn't use the certificates of [cluster]: {error.strerror or error}",
            hint="authority, certificate and private_key must be PEM files that this user can read",
        ) from None
    return context
