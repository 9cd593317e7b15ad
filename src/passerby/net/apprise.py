"""Services that Apprise knows. It opens its own connections: nothing here checks where to."""

from __future__ import annotations

import importlib
import re
from typing import Any, Literal

from passerby.errors import OutputError, SettingsError

_STATUS = re.compile(r"error=(\d{3})\b")
_WARNING = 30  # a level of logs


class AppriseService:
    """address: SECRET, as Apprise writes them; from the configuration, never from a user. Raises SettingsError if
    Apprise is not installed, or does not know the address."""

    def __init__(self, address: str) -> None:
        try:
            apprise: Any = importlib.import_module("apprise")
        except ImportError:
            hint = "install it with: pip install 'passerby[apprise]'"
            raise SettingsError("Apprise is not installed", hint) from None
        apprise.logger.propagate = False  # it may name the service with its token
        asset = apprise.AppriseAsset(app_id="passerby", app_desc="passerby", app_url="", async_mode=False)
        self._target = apprise.Apprise(asset=asset)
        if not self._target.add(address):
            raise SettingsError("Apprise knows no service with its address")

    def send(self, title: str, text: str, tone: Literal["info", "warning", "failure"], within_s: float) -> None:
        """Blocks. Raises OutputError, without secrets."""
        result = self._target.notify(
            title=title, body=text, notify_type=tone, body_format="text", timeout=within_s, log_level=_WARNING
        )
        if not result:
            status = _STATUS.search("\n".join(entry.message for entry in result.logs()))
            raise OutputError(f"the service answered with {status[1]}" if status else "the service cannot be reached")
