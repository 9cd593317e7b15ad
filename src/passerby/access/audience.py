"""Decides which users' browsers get a message, and how much of it: no more than they may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from passerby.access.cameras import Cameras
from passerby.access.devices import Device, Devices
from passerby.access.preferences import Preferences
from passerby.access.users import User
from passerby.config.about import LANGUAGES, Language
from passerby.events.log import MAX_AT_ONCE, EventLog, Filter
from passerby.events.sight import ALL_CAMERAS, Sight
from passerby.media.events import EventKind
from passerby.media.messages import Message
from passerby.rules.access import Action, Principal, Subject, may

_EVENTS = frozenset(EventKind)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as one device gets it. may_take: its user may say that they deal with it. may_see: and see the picture.
    language: that its user chose; None: none."""

    device: Device
    message: Message
    may_take: bool
    may_see: bool
    language: Language | None


class Audience:
    """Every method raises OutputError if the catalogue fails."""

    def __init__(self, devices: Devices, cameras: Cameras, events: EventLog, preferences: Preferences) -> None:
        self.devices, self._cameras, self._events, self._preferences = devices, cameras, events, preferences

    def of(self, message: Message, names: Collection[str] = ()) -> list[Delivery]:
        """names: only devices of these users; if there are none, of all."""
        found = []
        heard: dict[str, Message | None] = {}
        for user, device in self.devices.listening(names):
            if user.name not in heard:
                heard[user.name] = self._for(user, message)
            if said := heard[user.name]:
                may_take, may_see = (self._may(user, said, each) for each in (Action.CHANGE_EVENTS, Action.SEE_STILL))
                found.append(Delivery(device, said, may_take, may_see, self._language(user)))
        return found

    def tested(self, device: Device, message: Message) -> Delivery:
        """A test of one device."""
        user = next((user for user, each in self.devices.listening() if each.id == device.id), None)
        return Delivery(device, message, may_take=False, may_see=False, language=self._language(user) if user else None)

    def _language(self, user: User) -> Language | None:
        chosen = self._preferences.of(user).get("language")
        return chosen if chosen in LANGUAGES else None

    def _for(self, user: User, message: Message) -> Message | None:
        me = user.principal
        if message.kind == "test":
            return message
        if message.kind == "digest":
            return self._digest(me, message)
        if message.kind in _EVENTS:
            allowed = may(me, Action.SEE_EVENTS, self._subject(message)).allowed and message.camera is not None
            return message if allowed else None
        if not may(me, Action.SEE_HEALTH, self._subject(message)).allowed:
            return None
        # Details of alarms are for the same users as on the page.
        return message if may(me, Action.SEE_SETTINGS).allowed else replace(message, text="")

    def _digest(self, me: Principal, message: Message) -> Message | None:
        """It names cameras and rules: whoever does not see all of them is told how many events of theirs there are."""
        if not may(me, Action.SEE_EVENTS).allowed:
            return None
        if me.sees_all_cameras:
            return message
        since = Filter(from_90k=message.when_90k)
        count = len(self._events.page(sight_of(me, self._cameras, Action.SEE_EVENTS), since, most=MAX_AT_ONCE))
        title = "Many new events" if count == MAX_AT_ONCE else f"{count} new events" if count > 1 else "A new event"
        return replace(message, camera=None, title=title, text="") if count else None

    def _may(self, user: User, message: Message, action: Action) -> bool:
        """With the event that it tells of."""
        return message.kind in _EVENTS and may(user.principal, action, self._subject(message)).allowed

    def _subject(self, message: Message) -> Subject:
        """A camera that was removed is in no group."""
        found = self._cameras.find(message.camera) if message.camera else None
        return Subject(message.camera or "", found.facts.groups if found else frozenset())


def sight_of(me: Principal, cameras: Cameras, action: Action) -> Sight:
    """The events on which a user may do this."""
    if me.sees_all_cameras:
        return ALL_CAMERAS
    seen = [each for each in cameras.list() if may(me, action, Subject(each.name, each.facts.groups)).allowed]
    return Sight({each.name: each.since_90k for each in seen})
