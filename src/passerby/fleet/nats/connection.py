"""A connection to NATS, used from threads: an event loop in a thread of its own, and an answer or `ControlAway`."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from nats.aio.client import DEFAULT_INBOX_PREFIX, Client
from nats.errors import AuthorizationError
from nats.errors import Error as NatsError

from passerby.config.cluster import Cluster
from passerby.errors import PasserbyError, SettingsError, os_reason
from passerby.fleet.control import ControlAway
from passerby.fleet.nats.claims import OURS
from passerby.fleet.nats.nkeys import Credentials
from passerby.fleet.nats.subjects import inbox

ANSWERS_WITHIN_S = 1.0  # a lease is 2 s at least, and renewed four times in it
CONNECTS_WITHIN_S = 2.0
_ANOTHER_SERVER_S = 0.7  # after one refused: another may be the right one

Result = TypeVar("Result")


class Connection:
    """Reconnects by itself. Call `close` when done."""

    def __init__(self, settings: Cluster, name: str, prepare: Callable[[Client], Awaitable[None]]) -> None:
        """prepare: called after each connecting, before anything else is asked. Raises SettingsError if the files that
        the settings name cannot be used."""
        self._settings, self._name, self._prepare = settings, name, prepare
        self._tls = tls_of(settings)
        self.joined_as = joined_as(settings)
        self._client: Client | None = None
        self._denied: str | None = None
        self._is_prepared = False
        self._connecting = asyncio.Lock()
        self._going_on = set[asyncio.Task[None]]()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="passerby-nats", daemon=True)
        self._thread.start()

    def ask(
        self, what: Callable[[Client], Awaitable[Result]], patience_s: float = ANSWERS_WITHIN_S + CONNECTS_WITHIN_S
    ) -> Result:
        """Raises ControlAway."""
        self._denied = None
        try:
            asked = asyncio.run_coroutine_threadsafe(asyncio.wait_for(self._ask(what), patience_s), self._loop)
            return asked.result(patience_s + 1.0)
        except Refused as error:
            raise ControlAway(error.message, hint=error.hint) from error
        except (NatsError, OSError, TimeoutError) as error:
            if self._denied is not None:
                raise ControlAway(self._denied, hint="is it used with the credentials of another node?") from error
            says = f"NATS does not answer ({type(error).__name__})"
            raise ControlAway(says, hint="are its servers there? See [cluster] in the configuration") from error

    def go_on(self, work: Callable[[Client], Awaitable[None]], every_s: float) -> Callable[[], None]:
        """Does this now and then until it is closed; what fails is tried again with the next round. Call what it
        returns, from any thread, for a round at once."""
        due = asyncio.Event()

        async def rounds() -> None:
            while True:
                due.clear()
                with suppress(NatsError, OSError, TimeoutError):
                    await work(await self._connected_client())
                with suppress(TimeoutError):
                    await asyncio.wait_for(due.wait(), every_s)

        def wake() -> None:
            with suppress(RuntimeError):  # it is closed
                self._loop.call_soon_threadsafe(due.set)

        self._loop.call_soon_threadsafe(lambda: self._going_on.add(self._loop.create_task(rounds())))
        return wake

    @property
    def is_connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(CONNECTS_WITHIN_S + 1.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _ask(self, what: Callable[[Client], Awaitable[Result]]) -> Result:
        return await what(await self._connected_client())

    async def _connected_client(self) -> Client:
        async with self._connecting:  # several may ask at once, and there is to be one connection
            if self._client is None or self._client.is_closed:
                self._client = await self._connected()
            if not self._client.is_connected:
                raise NatsError
            if not self._is_prepared:
                await self._prepare(self._client)
                self._is_prepared = True
            return self._client

    async def _connected(self) -> Client:
        settings, self._is_prepared = self._settings, False
        credentials = await asyncio.to_thread(_credentials_of, settings)
        return await connected(
            settings.servers,
            credentials,
            self._tls,
            self._name,
            within_s=CONNECTS_WITHIN_S,
            failed=self._note,
            reconnected=self._prepare_again,
        )

    async def _note(self, error: Exception) -> None:
        """Whoever asks is told, also of what NATS does not let this node do: it answers nothing to that."""
        if "permissions violation" in str(error).lower():
            self._denied = f"NATS does not let this node do that: {str(error).removeprefix('nats: ')}"

    async def _prepare_again(self) -> None:
        """The servers may have lost everything meanwhile."""
        self._is_prepared = False

    async def _close(self) -> None:
        for task in self._going_on:
            task.cancel()
        if self._client is not None:
            await self._client.close()


class Refused(PasserbyError):
    """A server is there, and one of the two does not accept the other."""


async def connected(
    servers: Iterable[str],
    credentials: Credentials | None,
    tls: ssl.SSLContext | None,
    name: str,
    within_s: float,
    failed: Callable[[Exception], Awaitable[None]] | None = None,
    reconnected: Callable[[], Awaitable[None]] | None = None,
) -> Client:
    """A client that reconnects by itself. failed: called with each failure, also later. Raises Refused at once, and
    NatsError, OSError, TimeoutError."""
    client, refused, has_refused = Client(), [], asyncio.Event()

    async def note(error: Exception) -> None:
        if (refusal := _refusal(error)) is not None:
            refused.append(refusal)
            has_refused.set()
        if failed is not None:
            await failed(error)

    async def give_up() -> None:
        await has_refused.wait()
        await asyncio.sleep(_ANOTHER_SERVER_S)

    connecting = asyncio.ensure_future(
        client.connect(
            list(servers),
            name=name,
            tls=tls,
            connect_timeout=CONNECTS_WITHIN_S,  # type: ignore[arg-type]  # seconds, of any kind
            reconnect_time_wait=0.5,  # type: ignore[arg-type]
            max_reconnect_attempts=-1,
            ping_interval=2,
            max_outstanding_pings=2,
            error_cb=note,
            reconnected_cb=reconnected,
            **_shown(credentials),  # type: ignore[arg-type]
        )
    )
    giving_up = asyncio.ensure_future(give_up())
    is_connected = False
    try:
        await asyncio.wait({connecting, giving_up}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        is_connected = connecting.done() and connecting.exception() is None
    finally:  # also if whoever asked has no patience any more: else the client would go on trying for good
        giving_up.cancel()
        if not is_connected:
            connecting.cancel()
            with suppress(NatsError, OSError, TimeoutError, asyncio.CancelledError):
                await client.close()
    if is_connected:
        return client
    if refused:
        raise refused[0]
    raise (connecting.exception() if connecting.done() and not connecting.cancelled() else None) or TimeoutError


def _shown(credentials: Credentials | None) -> dict[str, object]:
    """What a client shows of itself. Its signature is made here, since nats-py needs another package for that."""
    if credentials is None:
        return {"inbox_prefix": DEFAULT_INBOX_PREFIX}
    return {
        "user_jwt_cb": credentials.jwt.encode,
        "signature_cb": lambda nonce: base64.b64encode(credentials.key.sign(nonce.encode())),
        "token": lambda: "",  # nats-py shows neither unless it is given one of those that it knows
        "inbox_prefix": DEFAULT_INBOX_PREFIX if (name := _our_name(credentials)) is None else inbox(name),
    }


def joined_as(settings: Cluster) -> str | None:
    """What the authority of `passerby cluster init` calls this machine. None if these servers have another. Raises
    SettingsError."""
    return _our_name(_credentials_of(settings))


def _our_name(credentials: Credentials | None) -> str | None:
    claims = credentials.claims if credentials else {}
    return claims["name"] if OURS in claims.get("nats", {}).get("tags", ()) else None


def _refusal(error: Exception) -> Refused | None:
    says = str(error).lower()
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused(
            f"a server of NATS is not one of this cluster: {error.verify_message}",
            hint="nothing was sent to it. Is its address right, and its certificate from passerby cluster init?",
        )
    if isinstance(error, ssl.SSLError) and "alert" in says:
        return Refused(
            "the servers of NATS do not accept this node's certificate",
            hint="it has ended, or belongs to another cluster: invite this machine again",
        )
    if isinstance(error, AuthorizationError) or "authorization" in says or "authentication" in says:
        return Refused(
            "the servers of NATS do not accept this node's key",
            hint="it was removed, its invitation has ended, or it belongs to another cluster",
        )
    return None


def _credentials_of(settings: Cluster) -> Credentials | None:
    if settings.credentials is None:
        return None
    try:
        found = Credentials.read(Path(settings.credentials).read_text())
        assert found.claims is not None
        return found
    except OSError as error:
        says = f"couldn't read '{settings.credentials}': {os_reason(error)}"
    except ValueError as error:
        says = f"'{settings.credentials}' has no credentials for NATS: {error}"
    raise SettingsError(says, hint="passerby cluster join writes them")


def tls_context(authority: str | None = None, file: str | None = None) -> ssl.SSLContext:
    """authority: in PEM."""
    context = ssl.create_default_context(cafile=file, cadata=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def tls_of(settings: Cluster) -> ssl.SSLContext | None:
    """Raises SettingsError."""
    if not any(each.startswith("tls://") for each in settings.servers):
        return None
    try:
        context = tls_context(file=settings.authority)
        if settings.certificate is not None:
            context.load_cert_chain(settings.certificate, settings.private_key)
    except OSError as error:  # ssl.SSLError too
        raise SettingsError(
            f"couldn't use the certificates of [cluster]: {error.strerror or error}",
            hint="authority, certificate and private_key must be PEM files that this user can read",
        ) from None
    return context
