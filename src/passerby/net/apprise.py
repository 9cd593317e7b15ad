"""Services that Apprise knows. It opens its own connections: nothing here checks where to."""

from __future__ import annotations

import importlib
import re
import threading
from typing import Any, Literal

from passerby.errors import OutputError, SettingsError

_STATUS = re.compile(r"error=(\d{3})\b")
_WARNING = 30  # a level of logs
_UNREACHABLE = "the service cannot be reached"


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
        # Without time-outs of its own: what these leave behind has few threads, shared by all services, and would hold
        # up the end of the process.
        asset = apprise.AppriseAsset(
            app_id="passerby", app_desc="passerby", app_url="", async_mode=False, service_timeout=0
        )
        self._target = apprise.Apprise(asset=asset)
        if not self._target.add(address):
            raise SettingsError("Apprise knows no service with its address")
        self._left: threading.Thread | None = None
        """The latest that did not end in time."""

    def send(self, title: str, text: str, tone: Literal["info", "warning", "failure"], within_s: float) -> None:
        """Blocks. Raises OutputError, without secrets. What takes longer is left behind, and as long as it hangs
        nothing else is sent."""
        if self._left is not None and self._left.is_alive():
            raise OutputError("the service has not answered the message before yet")
        failed: list[str] = []

        def notify() -> None:
            try:
                result = self._target.notify(
                    title=title, body=text, notify_type=tone, body_format="text", log_level=_WARNING
                )
                if not result:
                    status = _STATUS.search("\n".join(entry.message for entry in result.logs()))
                    failed.append(f"the service answered with {status[1]}" if status else _UNREACHABLE)
            except Exception as error:  # its text may have secrets
                failed.append(f"an error in Apprise ({type(error).__name__})")

        thread = threading.Thread(target=notify, name="apprise", daemon=True)
        thread.start()
        thread.join(within_s)
        if thread.is_alive():
            self._left = thread
            raise OutputError("the service gave no answer in time")
        if failed:
            raise OutputError(failed[0])
