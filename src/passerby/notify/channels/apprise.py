"""Apprise: one of the services that it knows, such as Signal, Matrix, ntfy or Teams."""

from __future__ import annotations

from typing import Final, Literal

from passerby.errors import SettingsError
from passerby.media.messages import Message, Severity
from passerby.net.apprise import AppriseService
from passerby.notify.channel import SEND_WITHIN_S
from passerby.notify.wording import PLAIN, Wording

TONES: Final[dict[Severity, Literal["info", "warning", "failure"]]] = {
    Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "failure",
}  # fmt: skip


class Apprise:
    """See `notify.channel.Channel`. name: of the channel. address: SECRET. only_well_known, SettingsError: as for
    `AppriseService`."""

    def __init__(self, name: str, address: str, wording: Wording = PLAIN, *, only_well_known: bool = False) -> None:
        self._wording = wording
        try:
            self._service = AppriseService(address, only_well_known=only_well_known)
        except SettingsError as error:
            raise SettingsError(f"channel '{name}': {error.message}", error.hint) from None

    def send(self, message: Message) -> None:
        title, text = self._wording.said(message).title, self._wording.text(message)
        self._service.send(title, text, TONES[message.severity], SEND_WITHIN_S)

    def close(self) -> None:
        """Nothing stays open."""
