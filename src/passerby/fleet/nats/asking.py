"""A request to one node. The answer comes where only that node may publish, so it is from no other."""

from __future__ import annotations

import secrets

from nats.aio.client import Client
from nats.errors import NoRespondersError

from passerby.fleet.nats.subjects import ANSWER

NOBODY = "503"
"""The status with which a server says that nobody listens."""


async def ask_node(client: Client, subject: str, node: str, asker: str, data: bytes, within_s: float) -> bytes:
    """subject: one that this node hears. asker: the name under which this machine joined. The node answers with
    `message.respond`. Raises NoRespondersError, TimeoutError."""
    to = f"{ANSWER}.{node}.{asker}.{secrets.token_hex(8)}"
    subscription = await client.subscribe(to, max_msgs=1)
    try:
        await client.publish(subject, data, reply=to)
        answer = await subscription.next_msg(within_s)
    finally:
        await subscription.unsubscribe()
    if answer.headers is not None and answer.headers.get("Status") == NOBODY:
        raise NoRespondersError
    return answer.data
