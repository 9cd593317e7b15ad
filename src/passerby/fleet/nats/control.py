"""The control plane on NATS: sessions in a bucket whose entries lapse, the table in another, reports in a third.

A bucket counts its revisions from the time of its making, or from the catalogue's highest token if that is higher. So
tokens grow even if all of NATS is lost and made anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import DiscardPolicy, RePublish, StorageType, StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import BadRequestError, KeyNotFoundError, KeyWrongLastSequenceError, NotFoundError
from nats.js.kv import KV_OP, KeyValue

from passerby.config.cluster import Cluster
from passerby.fleet.control import (
    ControlAway,
    Overtaken,
    Session,
    pack_session,
    pack_table,
    unpack_session,
    unpack_table,
    unreadable_session,
)
from passerby.fleet.keeper import boot_s
from passerby.fleet.nats.connection import ANSWERS_WITHIN_S, Connection
from passerby.fleet.nats.subjects import (
    BUCKETS,
    HEARD,
    JETSTREAM_API,
    REPORTS,
    SESSIONS,
    STORE_API,
    TABLE,
    TABLE_KEY,
    entry,
    stream,
)
from passerby.fleet.report_messages import NodeReport
from passerby.fleet.wire import OtherFormat, Unreadable
from passerby.rules.placement import Table

TRIES = 10
WHOLE_EVERY_S = 30.0
"""The table may be a megabyte, and every node looks at it several times a lease. It is read whole after this, after
whatever failed, and if it was replaced; else it is only asked whether it was."""
_NOTHING_NEWER = 10037  # JSNoMessageFoundErr of the server. Where the stream itself is gone, it is another


@dataclass(frozen=True, slots=True)
class _Known:
    """The table as this process read it last. until_s: of `boot_s`; then it is read whole."""

    revision: int
    table: Table
    until_s: float


class NatsControl:
    """See `fleet.control.Control`. Thread-safe."""

    def __init__(self, settings: Cluster, name: str, highest_token: Callable[[], int] = lambda: 0) -> None:
        """name: shown in the lists of NATS. highest_token: of the catalogue."""
        self._settings, self._highest_token = settings, highest_token
        self._heard: dict[str, tuple[float, Session]] = {}
        self._listens_on: Client | None = None
        self._known: _Known | None = None
        self._connection = Connection(settings, name, self._prepare)

    @property
    def joined_as(self) -> str | None:
        """See `connection.joined_as`."""
        return self._connection.joined_as

    def close(self) -> None:
        self._connection.close()

    def begin(self, session: Session) -> int:
        async def create(client: Client) -> int:
            return await self._bucket(client, SESSIONS).create(session.node, pack_session(session))

        return self._changed(create)

    def renew(self, session: Session, revision: int) -> int:
        async def update(client: Client) -> int:
            return await self._bucket(client, SESSIONS).update(session.node, pack_session(session), last=revision)

        return self._changed(update)

    def end(self, session: Session) -> None:
        async def delete(client: Client) -> None:
            await self._bucket(client, SESSIONS).delete(session.node)

        self._connection.ask(delete)

    def session(self, node: str) -> tuple[int, Session] | None:
        found = self._read(SESSIONS, node)
        if found is None:
            return None
        try:
            return found[0], unpack_session(found[1])
        except Unreadable:
            return found[0], unreadable_session(node)

    def heard(self) -> Mapping[str, Session]:
        since_s = boot_s() - self._settings.lease_s
        return {node: session for node, (at_s, session) in dict(self._heard).items() if at_s >= since_s}

    def table(self) -> tuple[int, Table]:
        try:
            found = self._connection.ask(self._newest)
        except ControlAway:
            self._known = None
            raise
        if isinstance(found, _Known):
            return found.revision, found.table
        if found is None:
            empty = Table(self._settings.slots, {})

            async def create(client: Client) -> int:
                return await self._bucket(client, TABLE).create(TABLE_KEY, pack_table(empty))

            return self._changed(create), empty
        try:
            table = unpack_table(found[1])
        except OtherFormat as error:
            raise ControlAway(str(error)) from None
        except Unreadable:
            raise ControlAway(
                "what NATS has as the table of slots is none: somebody with a stolen key may have written it",
                hint="passerby cluster remove takes a stolen key away, and makes the table anew",
            ) from None
        known = self._known
        self._known = _Known(found[0], table, known.until_s if known else boot_s() + WHOLE_EVERY_S)
        return found[0], table

    def make_table_anew(self) -> None:
        """If it is none. All slots are free then, and get higher tokens. One that a later version wrote stays. Raises
        ControlAway."""
        found = self._read(TABLE, TABLE_KEY)
        if found is None:
            return
        try:
            unpack_table(found[1])
        except OtherFormat as error:
            raise ControlAway(str(error)) from None
        except Unreadable:
            self.replace_table(Table(self._settings.slots, {}), found[0])

    def replace_table(self, table: Table, revision: int) -> None:
        async def update(client: Client) -> int:
            return await self._bucket(client, TABLE).update(TABLE_KEY, pack_table(table), last=revision)

        self._changed(update)

    def change_table(self, change: Callable[[Table], Table]) -> None:
        """While nodes change it too. Raises ControlAway."""
        for _ in range(TRIES):
            revision, table = self.table()
            with suppress(Overtaken):
                self.replace_table(change(table), revision)
                return
        raise ControlAway("the nodes are changing too much at the moment", hint="try again")

    def report(self, node: str, report: NodeReport) -> None:
        """What a node says of itself and its cameras, for people. It stays when the node is gone."""

        async def put(client: Client) -> None:
            await self._bucket(client, REPORTS).put(node, report.pack())

        self._connection.ask(put)

    def reports(self) -> dict[str, NodeReport]:
        """The last report of every node. One that cannot be read says why."""

        async def read(client: Client) -> dict[str, NodeReport]:
            info = await self._jetstream(client).stream_info(stream(REPORTS), subjects_filter=entry(REPORTS, ">"))
            nodes = [subject.removeprefix(entry(REPORTS, "")) for subject in info.state.subjects or ()]
            found = await asyncio.gather(*(self._get(client, REPORTS, each) for each in nodes))
            return {node: _report(each[1]) for node, each in zip(nodes, found, strict=True) if each is not None}

        return self._connection.ask(read)

    def forget(self, node: str) -> None:
        """Its session, so that others may take what it has, and its report."""

        async def delete(client: Client) -> None:
            for name in (SESSIONS, REPORTS):
                await self._bucket(client, name).delete(node)

        self._connection.ask(delete)

    async def _newest(self, client: Client) -> _Known | tuple[int, bytes] | None:
        """The table that is known, if nothing replaced it; else what is there with its revision. None: nothing."""
        if self._known is not None and boot_s() >= self._known.until_s:
            self._known = None
        if (known := self._known) is not None:
            jetstream, key = self._jetstream(client), entry(TABLE, TABLE_KEY)
            try:
                found = await jetstream.get_msg(stream(TABLE), seq=known.revision + 1, subject=key, next=True)
            except NotFoundError as error:
                if error.err_code == _NOTHING_NEWER:
                    return known
            else:
                if found.seq and found.data and KV_OP not in (found.headers or {}):
                    return found.seq, found.data
        return await self._get(client, TABLE, TABLE_KEY)

    def _read(self, bucket: str, key: str) -> tuple[int, bytes] | None:
        return self._connection.ask(lambda client: self._get(client, bucket, key))

    def _changed(self, change: Callable[[Client], Any]) -> int:
        """The new revision. Raises Overtaken."""

        async def tried(client: Client) -> int | None:
            try:
                return int(await change(client))
            except (KeyWrongLastSequenceError, KeyNotFoundError):  # the latter: it lapsed while it was looked at
                return None

        revision = self._connection.ask(tried)
        if revision is None:
            self._known = None
            raise Overtaken("another node was faster")
        return revision

    async def _prepare(self, client: Client) -> None:
        """Make the buckets if they are not there, and listen to renewals."""
        self._known = None
        lapse = {SESSIONS: self._settings.lease_s}
        for name in BUCKETS:
            bucket = StreamConfig(
                name=stream(name),
                subjects=[entry(name, ">")],
                max_msgs_per_subject=1,
                max_age=lapse.get(name, 0.0),
                num_replicas=self._settings.replicas,
                storage=StorageType.FILE,
                discard=DiscardPolicy.NEW,
                allow_rollup_hdrs=False,  # a rollup of one's own entry may delete everybody's
                deny_delete=True,
                republish=RePublish(entry(SESSIONS, "*"), f"{HEARD}.{{{{wildcard(1)}}}}") if name == SESSIONS else None,
            )
            await self._make(self._jetstream(client), bucket)
        if self._listens_on is not client:  # a subscription outlives reconnecting
            await client.subscribe(f"{HEARD}.*", cb=self._hear)
            self._listens_on = client

    async def _make(self, jetstream: JetStreamContext, config: StreamConfig) -> None:
        try:
            await jetstream.stream_info(str(config.name))
        except NotFoundError:
            highest = await asyncio.to_thread(self._highest_token)
            config.first_seq = max(int(time.time() * 1000), highest + 1)
            with suppress(BadRequestError):  # another node made it meanwhile
                await jetstream.add_stream(config)

    async def _hear(self, message: Msg) -> None:
        node = message.subject.rpartition(".")[2]
        if message.headers and KV_OP in message.headers:  # it left
            self._heard.pop(node, None)
            return
        with suppress(Unreadable):  # then whoever must know asks for it: see `session`
            session = unpack_session(message.data)
            if session.node == node:
                self._heard[node] = (boot_s(), session)

    def _jetstream(self, client: Client) -> JetStreamContext:
        prefix = JETSTREAM_API if self.joined_as is None else STORE_API
        return client.jetstream(prefix=prefix, timeout=ANSWERS_WITHIN_S)

    def _bucket(self, client: Client, name: str) -> KeyValue:
        return KeyValue(name, stream(name), entry(name, ""), self._jetstream(client), direct=False)

    async def _get(self, client: Client, bucket: str, key: str) -> tuple[int, bytes] | None:
        try:
            found = await self._bucket(client, bucket).get(key)
        except KeyNotFoundError:
            return None
        return found.revision or 0, found.value or b""


def _report(data: bytes) -> NodeReport:
    try:
        return NodeReport.read(data)
    except Unreadable as error:
        return NodeReport.unreadable(str(error))
