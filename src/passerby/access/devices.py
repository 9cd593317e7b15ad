"""Browsers that users want messages in. Their addresses at push services are sealed."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Row, delete, func, select, update

from passerby.access.sealer import Sealer
from passerby.access.users import User, Users
from passerby.catalogue.rows import Rows
from passerby.catalogue.schema.push import push_devices, push_waiting
from passerby.errors import LimitError, SettingsError
from passerby.media.messages import Message
from passerby.net.push import Subscription

MAX_DEVICES = 20
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Device:
    """key: the hash of its address at the push service, by which a browser knows itself. told_90k: UTC when the push
    service last took a message, None: never. error: why the latest failed, empty: it did not."""

    id: int
    user_id: int
    name: str
    key: str
    created_90k: int
    told_90k: int | None
    error: str
    subscription: Subscription = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that a device does not have yet. tries: how often sending has failed."""

    id: int
    device_id: int
    message: Message
    tries: int


class Devices:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, rows: Rows, sealer: Sealer, users: Users) -> None:
        self._rows, self._sealer, self._users = rows, sealer, users

    def keep(self, user: User, session: str, name: str, subscription: Subscription) -> Device:
        """A browser that is there already becomes the user's, and belongs to this session. Raises LimitError."""
        key = key_of(subscription)
        values = {
            "user_id": user.id, "session": session, "name": name, "sealed": self._sealed(key, subscription),
            "error": "",
        }  # fmt: skip
        here, of_user = push_devices.c.key == key, push_devices.c.user_id == user.id
        with self._rows.transaction("keep a device") as connection:
            connection.execute(delete(push_devices).where(here, ~of_user))  # with what it was to be told
            if not connection.execute(update(push_devices).where(here).values(**values)).rowcount:
                count = select(func.count()).select_from(push_devices).where(of_user)
                if connection.execute(count).scalar_one() >= MAX_DEVICES:
                    raise LimitError(f"there are {MAX_DEVICES} devices already", hint="remove one that nobody uses")
                now_90k = self._rows.clock.now_90k()
                connection.execute(push_devices.insert().values(**values, key=key, created_90k=now_90k))
            row = connection.execute(select(push_devices).where(here)).one()
        return _device(row, subscription)

    def of(self, user: User) -> list[Device]:
        return self._read([user.id])

    def listening(self, names: Collection[str] = ()) -> list[tuple[User, Device]]:
        """Of users who may sign in. names: only of these; if there are none, of all."""
        found = {each.id: each for each in self._users.list() if each.is_enabled and (not names or each.name in names)}
        return [(found[each.user_id], each) for each in self._read(found)]

    def remove(self, user: User, id: int) -> bool:
        """Returns whether the user had it."""
        with self._rows.transaction("remove a device") as connection:
            mine = (push_devices.c.user_id == user.id, push_devices.c.id == id)
            return bool(connection.execute(delete(push_devices).where(*mine)).rowcount)

    def drop(self, id: int) -> None:
        """It cannot be told any more."""
        with self._rows.transaction("remove a device") as connection:
            connection.execute(delete(push_devices).where(push_devices.c.id == id))

    def note(self, device: Device, error: str = "") -> None:
        """How sending went. error: why it failed."""
        values: dict[str, object] = {"error": error[:_LONGEST_ERROR]}
        if not error:
            values["told_90k"] = self._rows.clock.now_90k()
        with self._rows.transaction("note a delivery") as connection:
            connection.execute(update(push_devices).where(push_devices.c.id == device.id).values(**values))

    def wait(self, device: Device, channel: str, message: Message, due_90k: int, give_up_90k: int) -> None:
        """Keep the message until the device has it. One that waits already is not kept again."""
        with self._rows.transaction("keep a message") as connection:
            here = select(push_devices.c.id).where(push_devices.c.id == device.id)
            same = select(push_waiting.c.id).where(
                push_waiting.c.device_id == device.id,
                push_waiting.c.channel == channel,
                push_waiting.c.message_id == message.id,
            )
            if connection.execute(here).first() is None or connection.execute(same).first() is not None:
                return  # it was removed meanwhile
            values = {
                "device_id": device.id, "channel": channel, "message_id": message.id, "message": message.to_json(),
                "due_90k": due_90k, "give_up_90k": give_up_90k, "tries": 0,
            }  # fmt: skip
            connection.execute(push_waiting.insert().values(**values))

    def waiting(self, channel: str, *, is_due: bool = True) -> list[Waiting]:
        """The oldest first. is_due: only what is to be tried now."""
        query = select(push_waiting).where(push_waiting.c.channel == channel).order_by(push_waiting.c.id)
        if is_due:
            query = query.where(push_waiting.c.due_90k <= self._rows.clock.now_90k())
        with self._rows.transaction("read the messages") as connection:
            found = connection.execute(query).all()
        return [Waiting(row.id, row.device_id, Message.from_json(row.message), row.tries) for row in found]

    def over(self, waiting: Waiting) -> None:
        with self._rows.transaction("note a delivery") as connection:
            connection.execute(delete(push_waiting).where(push_waiting.c.id == waiting.id))

    def again(self, waiting: Waiting, due_90k: int) -> None:
        """It failed again. What is too old is given up."""
        now_90k, this = self._rows.clock.now_90k(), push_waiting.c.id == waiting.id
        with self._rows.transaction("note a failed delivery") as connection:
            connection.execute(delete(push_waiting).where(this, push_waiting.c.give_up_90k <= now_90k))
            connection.execute(update(push_waiting).where(this).values(due_90k=due_90k, tries=waiting.tries + 1))

    def _read(self, user_ids: Collection[int]) -> list[Device]:
        query = select(push_devices).where(push_devices.c.user_id.in_(list(user_ids))).order_by(push_devices.c.id)
        with self._rows.transaction("read the devices") as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            try:
                found.append(_device(row, self._opened(row.key, bytes(row.sealed))))
            except SettingsError:  # sealed with another key: after a restore without it
                self.drop(row.id)
        return found

    def _sealed(self, key: str, subscription: Subscription) -> bytes:
        keys = [base64.urlsafe_b64encode(each).decode() for each in (subscription.public_key, subscription.auth)]
        return self._sealer.seal(json.dumps([subscription.endpoint, *keys]), _place(key))

    def _opened(self, key: str, sealed: bytes) -> Subscription:
        return Subscription.parse(*json.loads(self._sealer.open(sealed, _place(key))))


def key_of(subscription: Subscription) -> str:
    return hashlib.sha256(subscription.endpoint.encode()).hexdigest()


def _place(key: str) -> str:
    return f"device {key}"


def _device(row: Row[tuple[object, ...]], subscription: Subscription) -> Device:
    return Device(row.id, row.user_id, row.name, row.key, row.created_90k, row.told_90k, row.error, subscription)
